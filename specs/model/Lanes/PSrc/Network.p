// A network that loses, delays, reorders and repeats: late messages travel by a courier of their own.

fun Post(target: machine, kind: event, content: any) {
  var fate: int;
  fate = choose(20);
  if (fate == 0) {
    return;
  }
  if (fate < 6) {
    new Courier((target = target, kind = kind, content = content, wait = choose(3)));
  }
  if (fate > 4) {
    send target, kind, content;
  }
}

machine Courier {
  var errand: (target: machine, kind: event, content: any, wait: int);

  start state Waiting {
    entry (e: (target: machine, kind: event, content: any, wait: int)) {
      errand = e;
      Step();
    }
    on eWork do (rest: int) {
      errand.wait = rest;
      Step();
    }
  }

  fun Step() {
    if (errand.wait > 0) {
      send this, eWork, errand.wait - 1;
    } else {
      send errand.target, errand.kind, errand.content;
      raise halt;
    }
  }
}
