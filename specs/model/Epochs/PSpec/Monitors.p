// The invariants of protocol.md, each a monitor of its own that watches what nodes announce.

// I1: no two applied are chosen for one slot of one epoch.
spec Agreement observes eNoteVote {
  var tally: map[(int, int, int, int), set[int]];   // who voted, by (epoch, ballot, slot, value)
  var chosen: map[tKey, int];
  start state Watching {
    on eNoteVote do (v: (node: int, epoch: int, ballot: int, slot: int, value: int)) {
      var key: (int, int, int, int);
      var place: tKey;
      key = (v.epoch, v.ballot, v.slot, v.value);
      place = (epoch = v.epoch, slot = v.slot);
      if (!(key in tally)) { tally[key] = default(set[int]); }
      tally[key] += (v.node);
      if (IsEnough(tally[key])) {
        if (place in chosen) {
          assert chosen[place] == v.value,
            format("I1: slot {0} of epoch {1} was chosen as {2}, now as {3}", v.slot, v.epoch, chosen[place], v.value);
        }
        chosen[place] = v.value;
      }
    }
  }
}

// I6, I7, I8: all apply the same, in the same epochs; and so the same Stops, and the same successors.
spec OneOrder observes eNoteApply {
  var applied: map[int, (epoch: int, value: int)];
  start state Watching {
    on eNoteApply do (a: (node: int, epoch: int, slot: int, value: int)) {
      if (a.slot in applied) {
        assert applied[a.slot].value == a.value && applied[a.slot].epoch == a.epoch,
          format("I6: n{0} applies {1} in slot {2}, another did {3}", a.node, a.value, a.slot, applied[a.slot]);
      }
      applied[a.slot] = (epoch = a.epoch, value = a.value);
    }
  }
}

// I3: what is chosen outlives any one disk: of those that hold it in their prefix, or in a vote that they have not
// dropped, and those that have lost theirs, there are two.
spec Kept observes eNoteVote, eNoteApply, eNoteHanded, eNoteForgot, eNoteLost {
  var tally: map[(int, int, int, int), set[int]];
  var chosen: map[tKey, int];
  var ends: map[int, int];                          // the slot of each epoch's Stop, once somebody applied it
  var votes: map[(int, tKey), int];                 // by node
  var through: map[int, int];                       // the prefix of each
  var lost: set[int];
  start state Watching {
    on eNoteVote do (v: (node: int, epoch: int, ballot: int, slot: int, value: int)) {
      var key: (int, int, int, int);
      var place: tKey;
      key = (v.epoch, v.ballot, v.slot, v.value);
      place = (epoch = v.epoch, slot = v.slot);
      if (!(key in tally)) { tally[key] = default(set[int]); }
      tally[key] += (v.node);
      votes[(v.node, place)] = v.value;
      if (IsEnough(tally[key])) { chosen[place] = v.value; }
    }
    on eNoteApply do (a: (node: int, epoch: int, slot: int, value: int)) {
      through[a.node] = a.slot;
      if (IsStopOf(a.value, a.epoch)) { ends[a.epoch] = a.slot; }
    }
    on eNoteHanded do (h: (node: int, epoch: int)) {
      var key: (int, tKey);
      foreach (key in keys(votes)) {
        if (key.0 == h.node && key.1.epoch == h.epoch) { votes -= (key); }
      }
      Look();
    }
    on eNoteForgot do (node: int) {
      through[node] = 0;
      Look();
    }
    on eNoteLost do (node: int) {
      var key: (int, tKey);
      foreach (key in keys(votes)) {
        if (key.0 == node) { votes -= (key); }
      }
      through[node] = 0;
      lost += (node);
      Look();
    }
  }
  fun Look() {
    var place: tKey;
    foreach (place in keys(chosen)) {
      if (!(place.epoch in ends && place.slot > ends[place.epoch])) {
        assert Holders(place) + sizeof(lost) > 1,
          format("I3: {0} hold slot {1} of epoch {2}, chosen as {3}",
            Holders(place), place.slot, place.epoch, chosen[place]);
      }
    }
  }
  fun Holders(place: tKey): int {
    var node: int;
    var count: int;
    while (node < 4) {
      if ((node in through && through[node] >= place.slot)
          || ((node, place) in votes && votes[(node, place)] == chosen[place])) {
        count = count + 1;
      }
      node = node + 1;
    }
    return count;
  }
}
