// The invariants of protocol.md, each a monitor of its own that watches what machines announce.

type tTally = map[(int, int, int), set[int]];   // who voted, by (ballot, slot, value)

// R2, I11: nobody votes below what it promised, over any restart.
spec PromiseKept observes eNotePromise, eNoteVote, eNoteSyncVote {
  var floor: map[int, int];
  start state Watching {
    on eNotePromise do (p: (node: int, ballot: int)) { Raise(p.node, p.ballot, "promises"); }
    on eNoteVote do (v: (node: int, ballot: int, slot: int, value: int)) { Raise(v.node, v.ballot, "votes in"); }
    on eNoteSyncVote do (v: (node: int, ballot: int)) { Raise(v.node, v.ballot, "votes for the sync of"); }
  }
  fun Raise(node: int, ballot: int, what: string) {
    if (node in floor) {
      assert ballot >= floor[node], format("R2: n{0} {1} {2} after {3}", node, what, ballot, floor[node]);
    }
    floor[node] = ballot;
  }
}

// I1: no two values are chosen for one slot.
spec Agreement observes eNoteNodes, eNoteVote {
  var nodes: int;
  var tally: tTally;
  var chosen: map[int, int];
  start state Watching {
    on eNoteNodes do (n: int) { nodes = n; }
    on eNoteVote do (v: (node: int, ballot: int, slot: int, value: int)) {
      var key: (int, int, int);
      key = (v.ballot, v.slot, v.value);
      if (!(key in tally)) { tally[key] = default(set[int]); }
      tally[key] += (v.node);
      if (IsQuorum(tally[key], nodes)) {
        if (v.slot in chosen) {
          assert chosen[v.slot] == v.value,
            format("I1: slot {0} was chosen as {1}, now as {2} in {3}", v.slot, chosen[v.slot], v.value, v.ballot);
        }
        chosen[v.slot] = v.value;
      }
    }
  }
}

// I2: what is voted for was proposed there, and is a skip, a View, or a command that a client submitted.
spec Validity observes eNoteSubmit, eNotePropose, eNoteView, eNoteVote {
  var submitted: set[int];
  var proposed: set[(int, int, int)];
  start state Watching {
    on eNoteSubmit do (command: int) { submitted += (command); }
    on eNoteView do (v: (base: int, view: tView, suffix: map[int, int])) { submitted += (-v.view.ballot); }
    on eNotePropose do (p: (owner: tOwner, ballot: int, slot: int, value: int)) {
      assert p.value == 0 || p.value in submitted, format("I2: {0} was never submitted", p.value);
      proposed += ((p.ballot, p.slot, p.value));
    }
    on eNoteVote do (v: (node: int, ballot: int, slot: int, value: int)) {
      assert (v.ballot, v.slot, v.value) in proposed, format("I2: a vote for what nobody proposed: {0}", v);
    }
  }
}

// I4: with a lane's slot, its ballot's sync and every earlier slot of the lane are chosen, as its owner proposed them.
// That may be in a later ballot: R4 lets an acceptor vote behind slots that it knows to be chosen, whatever the ballot.
spec Prefix observes eNoteNodes, eNotePropose, eNoteView, eNoteVote, eNoteSyncVote {
  var nodes: int;
  var tally: tTally;
  var synced: map[int, set[int]];
  var views: map[int, tView];
  var proposed: map[(int, int), int];      // the value, by (ballot, slot)
  var chosen: map[int, int];
  start state Watching {
    on eNoteNodes do (n: int) { nodes = n; }
    on eNotePropose do (p: (owner: tOwner, ballot: int, slot: int, value: int)) {
      proposed[(p.ballot, p.slot)] = p.value;
    }
    on eNoteView do (v: (base: int, view: tView, suffix: map[int, int])) {
      views[v.view.ballot] = v.view;
      synced[v.view.ballot] = default(set[int]);
    }
    on eNoteSyncVote do (v: (node: int, ballot: int)) { synced[v.ballot] += (v.node); }
    on eNoteVote do (v: (node: int, ballot: int, slot: int, value: int)) {
      var key: (int, int, int);
      key = (v.ballot, v.slot, v.value);
      if (!(key in tally)) { tally[key] = default(set[int]); }
      tally[key] += (v.node);
      if (IsQuorum(tally[key], nodes)) {
        chosen[v.slot] = v.value;
        if (v.slot >= views[v.ballot].first) { CheckLane(v.ballot, v.slot, views[v.ballot]); }
      }
    }
  }
  fun CheckLane(ballot: int, slot: int, view: tView) {
    var before: int;
    assert IsQuorum(synced[ballot], nodes), format("I4: slot {0} is chosen in {1} before its sync", slot, ballot);
    before = slot - sizeof(view.owners);
    while (before >= view.first) {
      assert before in chosen,
        format("I4: slot {0} is chosen in {1}, and slot {2} of its lane is not", slot, ballot, before);
      assert chosen[before] == proposed[(ballot, before)],
        format("I4: slot {0} is chosen in {1}, and slot {2} as {3}", slot, ballot, before, chosen[before]);
      before = before - sizeof(view.owners);
    }
  }
}

// I3, I5: once b's View is chosen, what was proposed above b's base in a lower ballot is dead unless b's sync adopted
// it: it is chosen neither in a lower ballot, before or after, nor in a higher one by a leader that brings it back.
spec NoOrphan observes eNoteNodes, eNotePropose, eNoteView, eNoteVote, eNoteSyncVote {
  var nodes: int;
  var tally: tTally;
  var synced: map[int, set[int]];
  var syncs: map[int, (base: int, view: tView, suffix: map[int, int])];
  var ruling: set[int];                    // ballots whose View is chosen
  var chosen: set[(int, int, int)];        // what is, by (ballot, slot, value)
  var born: map[(int, int), int];          // the lowest ballot that a command was proposed in, by (slot, value)
  start state Watching {
    on eNoteNodes do (n: int) { nodes = n; }
    on eNotePropose do (p: (owner: tOwner, ballot: int, slot: int, value: int)) {
      if (!((p.slot, p.value) in born) || p.ballot < born[(p.slot, p.value)]) { born[(p.slot, p.value)] = p.ballot; }
    }
    on eNoteView do (v: (base: int, view: tView, suffix: map[int, int])) {
      syncs[v.view.ballot] = v;
      synced[v.view.ballot] = default(set[int]);
    }
    on eNoteSyncVote do (v: (node: int, ballot: int)) {
      var key: (int, int, int);
      synced[v.ballot] += (v.node);
      if (IsQuorum(synced[v.ballot], nodes) && !(v.ballot in ruling)) {
        ruling += (v.ballot);
        foreach (key in chosen) { CheckAlive(key, v.ballot); }
      }
    }
    on eNoteVote do (v: (node: int, ballot: int, slot: int, value: int)) {
      var key: (int, int, int);
      var b: int;
      key = (v.ballot, v.slot, v.value);
      if (!(key in tally)) { tally[key] = default(set[int]); }
      tally[key] += (v.node);
      if (IsQuorum(tally[key], nodes) && !(key in chosen)) {
        chosen += (key);
        foreach (b in ruling) { CheckAlive(key, b); }
      }
    }
  }
  fun CheckAlive(key: (int, int, int), b: int) {
    var slot: int;
    var value: int;
    slot = key.1;
    value = key.2;
    if (slot > syncs[b].base && !(slot in syncs[b].suffix && syncs[b].suffix[slot] == value)) {
      assert key.0 >= b, format("I5: slot {0} is chosen as {1} in {2}, which {3} has ended", slot, value, key.0, b);
      assert value <= 0 || born[(slot, value)] >= b,
        format("I5: orphan {0} of {1} is chosen in slot {2}, and {3} had dropped it",
          value, born[(slot, value)], slot, b);
    }
  }
}

// R7, I6: what a learner takes is chosen; what it applies has no gap, and is the same everywhere.
spec OneOrder observes eNoteNodes, eNoteVote, eNoteLearn, eNoteApply {
  var nodes: int;
  var tally: tTally;
  var chosen: map[int, int];
  var order: map[int, int];
  var last: map[int, int];
  start state Watching {
    on eNoteNodes do (n: int) { nodes = n; }
    on eNoteVote do (v: (node: int, ballot: int, slot: int, value: int)) {
      var key: (int, int, int);
      key = (v.ballot, v.slot, v.value);
      if (!(key in tally)) { tally[key] = default(set[int]); }
      tally[key] += (v.node);
      if (IsQuorum(tally[key], nodes) && !(v.slot in chosen)) { chosen[v.slot] = v.value; }
    }
    on eNoteLearn do (l: (node: int, slot: int, value: int)) {
      assert l.slot in chosen, format("R7: n{0} learns slot {1} as {2}, which is not chosen", l.node, l.slot, l.value);
      assert chosen[l.slot] == l.value,
        format("R7: n{0} learns slot {1} as {2}, chosen is {3}", l.node, l.slot, l.value, chosen[l.slot]);
    }
    on eNoteApply do (a: (node: int, slot: int, value: int)) {
      if (!(a.node in last)) { last[a.node] = 0; }
      assert a.slot == last[a.node] + 1 || a.slot == 1, format("I6: n{0} applies slot {1} out of turn", a.node, a.slot);
      last[a.node] = a.slot;
      if (a.slot in order) {
        assert order[a.slot] == a.value,
          format("I6: slot {0} was applied as {1}, now as {2}", a.slot, order[a.slot], a.value);
      }
      order[a.slot] = a.value;
    }
  }
}

// R6, I12: one life of one proposer may propose for a (ballot, slot), and one value.
spec OneRight observes eNotePropose {
  var rights: map[(int, int), (owner: tOwner, value: int)];
  start state Watching {
    on eNotePropose do (p: (owner: tOwner, ballot: int, slot: int, value: int)) {
      if ((p.ballot, p.slot) in rights) {
        assert rights[(p.ballot, p.slot)] == (owner = p.owner, value = p.value),
          format("I12: ({0}, slot {1}) is {2}, now {3}", p.ballot, p.slot, rights[(p.ballot, p.slot)], p);
      }
      rights[(p.ballot, p.slot)] = (owner = p.owner, value = p.value);
    }
  }
}
