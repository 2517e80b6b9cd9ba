// A proposer: candidate, leader of a ballot, and owner of lanes of a reign that may be another's.
machine Proposer {
  var id: int;
  var life: int;                   // its incarnation, durable before its first use
  var mutant: Mutant;
  var work: int;                   // how many slots it fills in a reign
  var nodes: seq[machine];
  var proposers: seq[machine];
  var commands: int;
  var round: int;

  // Of the candidate and leader; lost at a restart.
  var ballot: int;
  var promises: map[int, tPromise];
  var isDecided: bool;             // phase 1 has ended
  var sync: tSync;
  var syncVotes: set[int];
  var told: set[int];              // who answered the last resort
  var latest: map[int, tVote];     // the vote of the highest ballot they told of
  var lives: map[int, int];
  var known: int;                  // the highest chosen-through it has heard of

  // Of the lane owner; lost at a restart.
  var reign: tView;
  var next: map[int, int];         // the next slot, by lane
  var proposed: map[int, int];
  var counts: map[int, set[int]];
  var counted: map[int, int];      // watermark, by lane
  var reached: set[int];           // the nodes that hear this owner in this reign

  start state Serving {
    entry (c: (id: int, mutant: Mutant, work: int)) {
      id = c.id; mutant = c.mutant; work = c.work; life = 1;
    }

    on eMeet do (all: (nodes: seq[machine], proposers: seq[machine])) {
      nodes = all.nodes; proposers = all.proposers;
    }

    on eStand do {
      var i: int;
      round = round + 1;
      ballot = 100 * round + 10 * id + life;
      promises = default(map[int, tPromise]);
      isDecided = false;
      syncVotes = default(set[int]);
      told = default(set[int]);
      latest = default(map[int, tVote]);
      foreach (i in Reached(2)) { Post(nodes[i], ePrepare, (from = this, ballot = ballot)); }
    }

    on ePromise do (p: tPromise) {
      if (p.ballot != ballot || (isDecided && (mutant != DecidesTwice || p.node in promises))) { return; }
      promises[p.node] = p;
      if (2 * sizeof(promises) > sizeof(nodes)) { Lead(); }
    }

    on eRefused do (m: (ballot: int, promised: int)) { round = Max(round, m.promised / 100); }

    on eSyncVoted do (m: (node: int, ballot: int, through: int)) {
      known = Max(known, m.through);
      if (!isDecided || m.ballot != ballot) { return; }
      if (m.node in syncVotes) { return; }
      syncVotes += (m.node);
      if (IsQuorum(syncVotes, sizeof(nodes))) {
        Mark((ballot = ballot, first = sync.base + 1, step = 1, upto = sync.view.first - 1));
      }
      // A copy may go out with any base up to what is known to be chosen (R3).
      if (known > sync.base && $) {
        Post(choose(nodes), eSync, (from = this,
          sync = (ballot = ballot, base = known, suffix = sync.suffix, view = sync.view)));
      }
    }

    on eTold do (m: (node: int, ballot: int, votes: map[int, tVote], learned: map[int, int])) {
      if (m.ballot == ballot && isDecided) { HearVotes(m.node, m.votes, m.learned); }
    }

    on eDeal do (view: tView) { TakeDeal(view); }

    on eWork do (b: int) { if (b == reign.ballot && sizeof(next) > 0) { Work(); } }

    on eVoted do (m: (node: int, ballot: int, slot: int, through: int)) {
      known = Max(known, m.through);
      if (m.ballot == reign.ballot && m.slot in proposed) { Count(m.node, m.slot); }
    }

    on eHello do (o: tOwner) {
      if (!(o.id in lives)) { lives[o.id] = 1; }
      lives[o.id] = Max(lives[o.id], o.life);
      if (isDecided) { Post(proposers[o.id], eDeal, sync.view); }
    }

    on eRestart do {
      var i: int;
      life = life + 1;
      ballot = 0;
      isDecided = false;
      known = 0;
      lives = default(map[int, int]);
      if (mutant != ReusesDeal) { reign = default(tView); } else { reign.ballot = 0; }
      proposed = default(map[int, int]);
      while (i < sizeof(proposers)) {
        if (i != id) { Post(proposers[i], eHello, (id = id, life = life)); }
        i = i + 1;
      }
    }
  }

  // R5: suffix and View are computed once a ballot.
  fun Lead() {
    var i: int;
    isDecided = true;
    sync = Adopt();
    announce eNoteView, (base = sync.base, view = sync.view, suffix = sync.suffix);
    foreach (i in keys(sync.suffix)) {
      announce eNotePropose, (owner = (id = id, life = life), ballot = ballot, slot = i, value = sync.suffix[i]);
    }
    foreach (i in Reached(2)) { Post(nodes[i], eSync, (from = this, sync = sync)); }
    if (sync.base > 0) {
      foreach (i in Reached(3)) { Post(nodes[i], eAsk, (from = this, ballot = ballot, upto = sync.base)); }
    }
    i = 0;
    while (i < sizeof(proposers)) {
      if (i != id) { Post(proposers[i], eDeal, sync.view); }
      i = i + 1;
    }
    TakeDeal(sync.view);
  }

  // R5: from C + 1 on, m's sync suffix, then of every lane of m's view the longest prefix of votes in m; skips in the
  // gaps; then the View.
  fun Adopt(): tSync {
    var newest: tPromise;
    var base: int; var last: int; var slot: int; var node: int;
    var suffix: map[int, int];
    base = Base();
    foreach (node in keys(promises)) {
      if (promises[node].voted > newest.voted) { newest = promises[node]; }
    }
    if (newest.voted > 0) { suffix = VotesIn(newest.view, base); }
    if (mutant == AdoptsSlotBySlot) { suffix = WithOlderVotes(suffix, base); }
    last = LastOf(suffix, base);
    slot = base + 1;
    while (slot <= last) {
      if (!(slot in suffix)) { suffix[slot] = 0; }
      slot = slot + 1;
    }
    suffix[last + 1] = -ballot;
    return (ballot = ballot, base = base, suffix = suffix,
      view = (ballot = ballot, first = last + 2, owners = Deal()));
  }

  // C: the highest chosen-through reported or known.
  fun Base(): int {
    var node: int;
    var base: int;
    base = known;
    foreach (node in keys(promises)) {
      if (mutant == ForgetsThrough) { return promises[node].through; }
      base = Max(base, promises[node].through);
    }
    return base;
  }

  fun VotesIn(view: tView, base: int): map[int, int] {
    var suffix: map[int, int];
    var slot: int; var lane: int;
    slot = base + 1;
    while (slot < view.first || (mutant == CutsAtGap && IsReported(view.ballot, slot))) {
      if (IsReported(view.ballot, slot)) { suffix[slot] = Reported(view.ballot, slot); }
      slot = slot + 1;
    }
    if (mutant == CutsAtGap) { return suffix; }
    while (lane < sizeof(view.owners)) {
      slot = view.first + lane;
      while (slot <= base) { slot = slot + sizeof(view.owners); }
      while (IsReported(view.ballot, slot)) {
        suffix[slot] = Reported(view.ballot, slot);
        slot = slot + sizeof(view.owners);
      }
      lane = lane + 1;
    }
    return suffix;
  }

  fun WithOlderVotes(adopted: map[int, int], base: int): map[int, int] {
    var suffix: map[int, int];
    var node: int; var slot: int;
    suffix = adopted;
    foreach (node in keys(promises)) {
      foreach (slot in keys(promises[node].votes)) {
        if (slot > base && !(slot in suffix)) { suffix[slot] = promises[node].votes[slot]; }
      }
    }
    return suffix;
  }

  fun LastOf(suffix: map[int, int], base: int): int {
    var slot: int;
    var last: int;
    last = base;
    foreach (slot in keys(suffix)) { last = Max(last, slot); }
    return last;
  }

  fun IsReported(b: int, slot: int): bool {
    var node: int;
    foreach (node in keys(promises)) {
      if (promises[node].voted == b && slot in promises[node].votes) { return true; }
    }
    return false;
  }

  fun Reported(b: int, slot: int): int {
    var node: int;
    foreach (node in keys(promises)) {
      if (promises[node].voted == b && slot in promises[node].votes) { return promises[node].votes[slot]; }
    }
    assert false, "nobody reported it";
    return 0;
  }

  // R8: the leader owns at least one lane; an owner may hold several or none.
  fun Deal(): seq[tOwner] {
    var owners: seq[tOwner];
    var other: int;
    owners += (0, (id = id, life = life));
    other = (id + 1) % sizeof(proposers);
    if (choose(6) > 0) { owners += (choose(2), (id = other, life = LifeOf(other))); }
    if (choose(4) == 0) { owners += (0, (id = other, life = LifeOf(other))); }
    return owners;
  }

  fun LifeOf(other: int): int {
    if (other in lives) { return lives[other]; }
    return 1;
  }

  // The network may part a proposer from nodes for a while: it reaches all of them, or a few.
  fun Reached(few: int): set[int] {
    var some: set[int];
    var i: int;
    if ($) { few = sizeof(nodes); }
    while (i < sizeof(nodes)) { some += (i); i = i + 1; }
    while (sizeof(some) > few) { some -= (choose(some)); }
    return some;
  }

  // R6: a deal gives rights to the life that it names, once.
  fun TakeDeal(view: tView) {
    var lane: int;
    if (view.ballot < reign.ballot || (view.ballot == reign.ballot && mutant != DealsRangeTwice)) { return; }
    reign = view;
    reached = Reached(1);
    next = default(map[int, int]);
    proposed = default(map[int, int]);
    counts = default(map[int, set[int]]);
    counted = default(map[int, int]);
    while (lane < sizeof(view.owners)) {
      if (view.owners[lane].id == id && (view.owners[lane].life == life || mutant == ReusesDeal)) {
        next[lane] = view.first + lane;
        counted[lane] = view.first + lane - sizeof(view.owners);
      }
      lane = lane + 1;
    }
    if (sizeof(next) > 0) { send this, eWork, view.ballot; }
  }

  // One value for the next slot of one of its lanes: a command, or a skip (R9). It is proposed once (R6).
  fun Work() {
    var lane: int; var slot: int; var value: int; var i: int;
    lane = choose(keys(next));
    slot = next[lane];
    next[lane] = slot + sizeof(reign.owners);
    if (choose(4) > 0) {
      commands = commands + 1;
      value = 10000 * (id + 1) + 1000 * life + commands;
      announce eNoteSubmit, value;
    }
    proposed[slot] = value;
    counts[slot] = default(set[int]);
    announce eNotePropose, (owner = (id = id, life = life), ballot = reign.ballot, slot = slot, value = value);
    foreach (i in reached) {
      Post(nodes[i], ePropose, (from = this, ballot = reign.ballot, slot = slot, value = value));
    }
    if (sizeof(proposed) < work) { send this, eWork, reign.ballot; }
  }

  fun Count(node: int, slot: int) {
    var lane: int; var step: int; var ahead: int;
    step = sizeof(reign.owners);
    lane = (slot - reign.first) % step;
    if (mutant == CountsMessages && node in counts[slot]) { counts[slot] += (node + sizeof(nodes)); }
    counts[slot] += (node);
    ahead = counted[lane] + step;
    while (ahead in counts && IsQuorum(counts[ahead], sizeof(nodes))) {
      counted[lane] = ahead;
      ahead = ahead + step;
    }
    if (counted[lane] >= slot) {
      Mark((ballot = reign.ballot, first = reign.first + lane, step = step, upto = counted[lane]));
    }
  }

  fun Mark(mark: tMark) {
    var i: int;
    foreach (i in Reached(1)) { Post(nodes[i], eMark, mark); }
  }

  // R5's last resort: of a phase-1 quorum's votes for a slot up to the base, that of the highest ballot is chosen.
  fun HearVotes(node: int, votes: map[int, tVote], learned: map[int, int]) {
    var slot: int; var i: int;
    var found: map[int, int];
    if (node in told) { return; }
    told += (node);
    foreach (slot in keys(votes)) {
      if (!(slot in latest) || votes[slot].ballot > latest[slot].ballot) { latest[slot] = votes[slot]; }
    }
    if (IsQuorum(told, sizeof(nodes)) || mutant == BelievesFirstAnswer) {
      foreach (slot in keys(latest)) { found[slot] = latest[slot].value; }
      foreach (slot in keys(learned)) { found[slot] = learned[slot]; }
      foreach (i in Reached(2)) { Post(nodes[i], eTeach, found); }
    }
  }
}

module Lanes = { Node, Proposer, Courier };
