// An acceptor with a learner beside it.
machine Node {
  var id: int;
  var mutant: Mutant;
  var peers: seq[machine];

  // Durable.
  var promised: int;               // R2
  var voted: int;                  // the ballot last voted in
  var view: tView;                 // its deal
  var through: int;                // chosen-through: every slot up to it is chosen
  var votes: map[int, tVote];
  var learned: map[int, int];       // chosen values that the learner holds
  var applied: int;                // the frontier
  var isDead: bool;                // storage lost: it may only learn (R13)

  // Lost at a restart.
  var early: map[(int, int), (from: machine, value: int)];   // proposals that wait for their turn, by (ballot, slot)
  var marks: seq[tMark];

  start state Starting {
    entry (c: (id: int, mutant: Mutant)) { id = c.id; mutant = c.mutant; }
    on eMeet do (all: (nodes: seq[machine], proposers: seq[machine])) {
      peers = all.nodes;
      goto Serving;
    }
    defer ePrepare;
  }

  state Down {
    entry (wait: int) {
      early = default(map[(int, int), (from: machine, value: int)]);
      marks = default(seq[tMark]);
      if (mutant == LosesPromise) { promised = voted; }
      new Courier((target = this, kind = eRestart, content = null, wait = wait));
    }
    on eRestart goto Serving;
    defer eReplace, eCopy, eCopied;
    ignore eCrash, ePrepare, eSync, ePropose, eMark, eTeach, eAsk;
  }

  state Serving {
    on ePrepare do (m: (from: machine, ballot: int)) {
      if (isDead) { return; }
      if (m.ballot > promised || (m.ballot == promised && voted < m.ballot)) {
        promised = m.ballot;
        announce eNotePromise, (node = id, ballot = promised);
        Post(m.from, ePromise, Report());
      } else {
        Post(m.from, eRefused, (ballot = m.ballot, promised = promised));
      }
    }

    on eSync do (m: (from: machine, sync: tSync)) {
      if (isDead) { return; }
      if (m.sync.ballot < Floor()) {
        Post(m.from, eRefused, (ballot = m.sync.ballot, promised = promised));
        return;
      }
      if (m.sync.ballot == voted) {
        through = Max(through, m.sync.base);
      } else {
        VoteSync(m.sync);
      }
      Post(m.from, eSyncVoted, (node = id, ballot = voted, through = through));
      VoteEarly();
      Learn();
    }

    on ePropose do (m: (from: machine, ballot: int, slot: int, value: int)) {
      if (isDead) { return; }
      if (m.ballot < Floor()) {
        Post(m.from, eRefused, (ballot = m.ballot, promised = promised));
      } else {
        early[(m.ballot, m.slot)] = (from = m.from, value = m.value);
        VoteEarly();
        Learn();
      }
    }

    on eMark do (mark: tMark) {
      marks += (sizeof(marks), mark);
      Learn();
    }

    on eTeach do (taught: map[int, int]) {
      var slot: int;
      foreach (slot in keys(taught)) { Take(slot, taught[slot]); }
    }

    // R5's last resort: only those that have promised the asker's ballot answer it.
    on eAsk do (m: (from: machine, ballot: int, upto: int)) {
      if (!isDead && promised == m.ballot) {
        Post(m.from, eTold, (node = id, ballot = m.ballot, votes = VotesUpTo(m.upto), learned = learned));
      }
    }

    on eCrash goto Down;

    // Its disk is gone, and an empty one is in its place: this identity is dead (R13).
    on eReplace do (donor: machine) {
      isDead = true;
      promised = 0; voted = 0; through = 0; applied = 0;
      view = default(tView);
      votes = default(map[int, tVote]);
      learned = default(map[int, int]);
      early = default(map[(int, int), (from: machine, value: int)]);
      marks = default(seq[tMark]);
      if (mutant == CopiesLog) { send donor, eCopy, this; }
    }

    on eCopy do (asker: machine) {
      send asker, eCopied, (promised = promised, voted = voted, through = through, view = view, votes = votes,
        learned = learned);
    }

    on eCopied do (c: tState) {
      var slot: int;
      isDead = false;
      promised = c.promised; voted = c.voted; through = c.through; view = c.view; votes = c.votes;
      foreach (slot in keys(votes)) {
        announce eNoteVote, (node = id, ballot = votes[slot].ballot, slot = slot, value = votes[slot].value);
      }
      foreach (slot in keys(c.learned)) { Take(slot, c.learned[slot]); }
    }
  }

  fun Floor(): int {
    if (mutant == ForgetsPromise) { return voted; }
    return promised;
  }

  // R5: chosen-through, the ballot last voted in, and the votes above chosen-through. By R3 these are of that ballot.
  fun Report(): tPromise {
    var slot: int;
    var above: map[int, int];
    foreach (slot in keys(votes)) {
      if (slot > through) { above[slot] = votes[slot].value; }
    }
    return (node = id, ballot = promised, through = through, voted = voted, view = view, votes = above);
  }

  fun VotesUpTo(upto: int): map[int, tVote] {
    var slot: int;
    var some: map[int, tVote];
    foreach (slot in keys(votes)) {
      if (slot <= upto) { some[slot] = votes[slot]; }
    }
    return some;
  }

  // R3: the whole suffix at once, with its base and its deal; votes of lower ballots above the base go.
  fun VoteSync(sync: tSync) {
    var slot: int;
    var cut: int;
    if (mutant != KeepsOldVotes) {
      foreach (slot in keys(votes)) {
        if (slot > sync.base) { votes -= (slot); }
      }
    }
    cut = sync.view.first;
    if (mutant == TearsSync && $) { cut = sync.base + 1 + choose(cut - sync.base); }
    promised = sync.ballot;
    voted = sync.ballot;
    view = sync.view;
    through = Max(through, sync.base);
    foreach (slot in keys(sync.suffix)) {
      if (slot > sync.base && slot < cut) { Vote(sync.ballot, slot, sync.suffix[slot]); }
    }
    announce eNoteSyncVote, (node = id, ballot = voted);
  }

  fun Vote(ballot: int, slot: int, value: int) {
    votes[slot] = (ballot = ballot, value = value);
    announce eNoteVote, (node = id, ballot = ballot, slot = slot, value = value);
  }

  // What came before its turn is voted for when its turn comes.
  fun VoteEarly() {
    var key: (int, int);
    var waiting: seq[(int, int)];
    var again: bool;
    again = true;
    while (again) {
      again = false;
      waiting = keys(early);
      foreach (key in waiting) {
        if (key.0 < Floor()) {
          early -= (key);
        } else if (IsNext(key.0, key.1)) {
          again = true;
          Vote(key.0, key.1, early[key].value);
          Post(early[key].from, eVoted, (node = id, ballot = key.0, slot = key.1, through = through));
          if (mutant == LearnsSkipAtOnce && early[key].value == 0) { Take(key.1, 0); }
          early -= (key);
        }
      }
    }
  }

  // R3, R4: after the sync, and with every earlier slot of the lane voted for in this ballot or known to be chosen.
  fun IsNext(ballot: int, slot: int): bool {
    var before: int;
    if (ballot != voted || slot < view.first) { return false; }
    if (mutant == VotesOverGap) { return true; }
    before = slot - sizeof(view.owners);
    while (before >= view.first) {
      if (before > through && !(before in votes && votes[before].ballot == ballot)) { return false; }
      before = before - sizeof(view.owners);
    }
    return true;
  }

  // R7: below a watermark, the value is that of the co-located vote in the watermark's own ballot.
  fun Learn() {
    var mark: tMark;
    var slot: int;
    foreach (mark in marks) {
      slot = mark.first;
      while (slot <= mark.upto) {
        if (slot in votes && (votes[slot].ballot == mark.ballot || mutant == BelievesStaleVote)) {
          Take(slot, votes[slot].value);
        }
        slot = slot + mark.step;
      }
    }
  }

  // R10: applied by slot number alone. What is applied may raise chosen-through, and may be told to another learner.
  fun Take(slot: int, value: int) {
    if (slot in learned) { return; }
    learned[slot] = value;
    announce eNoteLearn, (node = id, slot = slot, value = value);
    while (applied + 1 in learned) {
      applied = applied + 1;
      announce eNoteApply, (node = id, slot = applied, value = learned[applied]);
    }
    if (choose(4) > 0) { through = Max(through, applied); }
    if (choose(4) == 0) { Post(choose(peers), eTeach, learned); }
  }
}
