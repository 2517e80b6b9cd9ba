// Proposer, acceptor and learner in one, through all epochs.
machine Node {
  var id: int;
  var mutant: Mutant;
  var nodes: seq[machine];

  // Durable.
  var log: map[int, int];                  // the chosen prefix; what a snapshot of it would be is the same here
  var applied: int;
  var epoch: int;                          // the one that the prefix has come to
  var starts: map[int, tStart];            // how each known epoch begins
  var begun: set[int];                     // the epochs that it has started: it promises and votes in these only
  var handed: set[int];                    // the epochs that are handed over: a tombstone is left
  var promised: map[int, int];             // by epoch
  var votes: map[tKey, tVote];
  var round: int;
  var commands: int;
  var isDead: bool;

  var heard: map[tKey, int];               // what it was told is chosen
  var started: map[int, set[int]];         // who has started each epoch

  // Of the candidate and leader, in one epoch.
  var stands: int;
  var ballot: int;
  var isLeader: bool;
  var promises: map[int, map[int, tVote]];
  var counts: map[int, set[int]];

  start state Starting {
    entry (c: (id: int, mutant: Mutant)) {
      id = c.id;
      mutant = c.mutant;
      BeginAnew();
    }
    on eMeet do (all: seq[machine]) {
      nodes = all;
      goto Serving;
    }
    defer ePrepare, eStand, eRemind, eRestart, eLose;
  }

  state Serving {
    // It leads in the newest epoch that it has started, though others may be further (a straggler).
    on eStand do {
      if (isDead || !(epoch in begun) || epoch in handed) { return; }
      Retire();
      stands = epoch;
      round = round + 1;
      ballot = 10 * round + id;
      ToMembers(ePrepare, (from = this, epoch = stands, ballot = ballot));
    }

    on ePrepare do (m: (from: machine, epoch: int, ballot: int)) {
      if (isDead) { return; }
      round = Max(round, m.ballot / 10);
      if (m.epoch in handed && mutant != AnswersEmpty) {
        Post(m.from, eTeach, (prefix = log, starts = starts));
      } else if (m.epoch in begun) {
        Promise(m.from, m.epoch, m.ballot);
      }
    }

    on ePromise do (p: (node: int, epoch: int, ballot: int, votes: map[int, tVote])) {
      if (isDead || p.epoch != stands || p.ballot != ballot || isLeader) { return; }
      promises[p.node] = p.votes;
      if (sizeof(promises) > 1) { Lead(); }
    }

    on ePropose do (m: (from: machine, epoch: int, ballot: int, slot: int, value: int)) {
      if (isDead || !MayVote(m.epoch) || m.ballot < PromisedIn(m.epoch)) { return; }
      promised[m.epoch] = m.ballot;
      votes[(epoch = m.epoch, slot = m.slot)] = (ballot = m.ballot, value = m.value);
      announce eNoteVote, (node = id, epoch = m.epoch, ballot = m.ballot, slot = m.slot, value = m.value);
      Post(m.from, eVoted, (node = id, epoch = m.epoch, ballot = m.ballot, slot = m.slot, value = m.value));
      if (mutant == EndsByVote && m.value < 0) {
        heard[(epoch = m.epoch, slot = m.slot)] = m.value;
        Apply();
      }
    }

    on eVoted do (v: (node: int, epoch: int, ballot: int, slot: int, value: int)) {
      var i: int;
      if (isDead || v.epoch != stands || v.ballot != ballot || !(v.slot in counts)) { return; }
      if (v.node in counts[v.slot]) { return; }
      counts[v.slot] += (v.node);
      if (sizeof(counts[v.slot]) == 2) {
        while (i < sizeof(nodes)) {
          Post(nodes[i], eChosen, (epoch = v.epoch, slot = v.slot, value = v.value));
          i = i + 1;
        }
      }
    }

    on eChosen do (c: (epoch: int, slot: int, value: int)) {
      if (isDead) { return; }
      heard[(epoch = c.epoch, slot = c.slot)] = c.value;
      if (mutant == AppliesVoidSlots && c.epoch < epoch) { heard[(epoch = epoch, slot = c.slot)] = c.value; }
      Apply();
    }

    // The chosen prefix, or what is left of it, and how epochs begin: never votes (R12).
    on eTeach do (t: (prefix: map[int, int], starts: map[int, tStart])) {
      if (!isDead) { Learn(t.prefix, t.starts); }
    }

    on eAsk do (asker: machine) {
      if (!isDead) { Post(asker, eTeach, (prefix = log, starts = starts)); }
    }

    on eStarted do (s: (node: int, begins: tStart)) {
      if (isDead) { return; }
      HearOf(s.begins);
      Count(s.node, s.begins.epoch);
    }

    // R14: whoever knows tells those who don't, again and again.
    on eRemind do {
      var e: int;
      if (isDead) { return; }
      foreach (e in keys(starts)) {
        if (e > 1 && e in begun) { TellStarted(e); }
      }
      Post(choose(nodes), eAsk, this);
      Post(choose(nodes), eTeach, (prefix = log, starts = starts));
    }

    // What is durable stays; who has started is counted anew.
    on eRestart do {
      var e: int;
      if (isDead) { return; }
      Retire();
      heard = default(map[tKey, int]);
      started = default(map[int, set[int]]);
      foreach (e in begun) { Count(id, e); }
    }

    on eLose do {
      isDead = mutant != ComesBackEmpty;
      Retire();
      votes = default(map[tKey, tVote]);
      promised = default(map[int, int]);
      heard = default(map[tKey, int]);
      started = default(map[int, set[int]]);
      starts = default(map[int, tStart]);
      begun = default(set[int]);
      handed = default(set[int]);
      log = default(map[int, int]);
      announce eNoteLost, id;
      BeginAnew();
    }
  }

  // As genesis leaves it: the members of the first epoch are all but node 3.
  fun BeginAnew() {
    applied = 0;
    epoch = 1;
    starts[1] = (epoch = 1, base = 0, next = 3);
    if (IsMember(id, 3)) { begun += (1); }
  }

  fun Retire() {
    stands = 0;
    ballot = 0;
    isLeader = false;
    promises = default(map[int, map[int, tVote]]);
    counts = default(map[int, set[int]]);
  }

  fun ToMembers(kind: event, content: any) {
    var i: int;
    while (i < sizeof(nodes)) {
      if (IsMember(i, starts[stands].next)) { Post(nodes[i], kind, content); }
      i = i + 1;
    }
  }

  fun MayVote(e: int): bool {
    return e in begun && (!(e in handed) || mutant == AnswersEmpty);
  }

  fun PromisedIn(e: int): int {
    if (e in promised) { return promised[e]; }
    return 0;
  }

  fun Promise(from: machine, e: int, b: int) {
    var key: tKey;
    var mine: map[int, tVote];
    if (b <= PromisedIn(e)) { return; }
    promised[e] = b;
    foreach (key in keys(votes)) {
      if (key.epoch == e) { mine[key.slot] = votes[key]; }
    }
    Post(from, ePromise, (node = id, epoch = e, ballot = b, votes = mine));
  }

  // Phase 1 is over: the votes of the highest ballots, commands where there are none, and something new behind them. It
  // may go on behind a Stop: those slots are void.
  fun Lead() {
    var node: int;
    var slot: int;
    var last: int;
    var best: map[int, tVote];
    isLeader = true;
    last = starts[stands].base;
    foreach (node in keys(promises)) {
      foreach (slot in keys(promises[node])) {
        if (!(slot in best) || best[slot].ballot < promises[node][slot].ballot) { best[slot] = promises[node][slot]; }
        last = Max(last, slot);
      }
    }
    slot = starts[stands].base + 1;
    while (slot <= last) {
      if (slot in best) { Propose(slot, best[slot].value); } else { Propose(slot, NewCommand()); }
      slot = slot + 1;
    }
    last = slot + choose(2);
    while (slot <= last && slot < starts[stands].base + 5) {
      if (choose(3) == 0) { Propose(slot, StopOf(stands, choose(4))); } else { Propose(slot, NewCommand()); }
      slot = slot + 1;
    }
  }

  fun NewCommand(): int {
    commands = commands + 1;
    return 100 * (id + 1) + commands;
  }

  fun Propose(slot: int, value: int) {
    counts[slot] = default(set[int]);
    ToMembers(ePropose, (from = this, epoch = stands, ballot = ballot, slot = slot, value = value));
  }

  // In the order of slots; a Stop of the present epoch ends it, and what was chosen above it is void (R11).
  fun Apply() {
    while ((epoch = epoch, slot = applied + 1) in heard) {
      ApplyOne(heard[(epoch = epoch, slot = applied + 1)]);
    }
    HandOverWhere();
  }

  fun ApplyOne(value: int) {
    applied = applied + 1;
    log[applied] = value;
    announce eNoteApply, (node = id, epoch = epoch, slot = applied, value = value);
    if (IsStopOf(value, epoch)) {
      HearOf((epoch = epoch + 1, base = applied, next = (0 - value) - 10 * epoch - 1));
      epoch = epoch + 1;
      Begin(epoch);
      if (epoch < 5 && choose(3) > 0) { send this, eStand; }
    }
  }

  // R14: it holds the prefix that the epoch begins with.
  fun Begin(e: int) {
    if (!(e in begun) && IsMember(id, starts[e].next)) {
      begun += (e);
      announce eNoteBegan, (node = id, epoch = e);
      Count(id, e);
      TellStarted(e);
    }
  }

  fun TellStarted(e: int) {
    var i: int;
    while (i < sizeof(nodes)) {
      if (i != id) { Post(nodes[i], eStarted, (node = id, begins = starts[e])); }
      i = i + 1;
    }
  }

  fun HearOf(first: tStart) {
    if (!(first.epoch in starts)) { starts[first.epoch] = first; }
    if (mutant == StartsWithoutState) { Begin(first.epoch); }
  }

  fun Learn(prefix: map[int, int], others: map[int, tStart]) {
    var e: int;
    foreach (e in keys(others)) { HearOf(others[e]); }
    while (applied + 1 in prefix) { ApplyOne(prefix[applied + 1]); }
    Apply();
  }

  fun Count(node: int, e: int) {
    if (!(e in started)) { started[e] = default(set[int]); }
    started[e] += (node);
    HandOverWhere();
  }

  // R14: an epoch is handed over once enough members of the next one, or of a later one, have started: what a later one
  // begins with holds all that came before. One may begin, and end, while those before are still being handed over.
  // Only then the votes go, and, at a node that is a member no more, the state; a tombstone stays.
  fun HandOverWhere() {
    var e: int;
    var isOver: bool;
    e = epoch;
    while (e > 1) {
      isOver = isOver || HasEnough(e);
      e = e - 1;
      if (isOver && !(e in handed)) { HandOver(e); }
    }
  }

  fun HasEnough(e: int): bool {
    var who: set[int];
    var node: int;
    if (mutant == HandsOverAtOnce) { return true; }
    if (e in started) { who = started[e]; }
    if (mutant == HandsOverToOne) { return sizeof(who) > 0; }
    if (mutant == CountsOtherEpoch && e - 1 in started) {
      foreach (node in started[e - 1]) {
        if (IsMember(node, starts[e].next)) { who += (node); }
      }
    }
    return IsEnough(who);
  }

  fun HandOver(e: int) {
    var key: tKey;
    handed += (e);
    foreach (key in keys(votes)) {
      if (key.epoch == e) { votes -= (key); }
    }
    if (mutant == AnswersEmpty && e in promised) { promised -= (e); }
    announce eNoteHanded, (node = id, epoch = e);
    if ((e + 1 == epoch || mutant == ForgetsWhileMember) && !IsMember(id, starts[e + 1].next)) {
      // Should it be a member again, it learns from the start, as a newcomer does.
      log = default(map[int, int]);
      applied = 0;
      epoch = 1;
      announce eNoteForgot, id;
    }
  }
}

module Epochs = { Node, Courier };
