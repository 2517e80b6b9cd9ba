// Denials of what runs are to reach (Tests.p).

// Three ballots whose syncs a quorum votes for.
spec NeverThreeReigns observes eNoteNodes, eNoteSyncVote {
  var nodes: int;
  var synced: map[int, set[int]];
  var reigns: set[int];
  start state Watching {
    on eNoteNodes do (n: int) { nodes = n; }
    on eNoteSyncVote do (v: (node: int, ballot: int)) {
      if (!(v.ballot in synced)) { synced[v.ballot] = default(set[int]); }
      synced[v.ballot] += (v.node);
      if (IsQuorum(synced[v.ballot], nodes)) { reigns += (v.ballot); }
      assert sizeof(reigns) < 3, "three reigns";
    }
  }
}

// One reign in which two owners have a command chosen each.
spec NeverTwoOwners observes eNoteNodes, eNotePropose, eNoteVote {
  var nodes: int;
  var tally: map[(int, int, int), set[int]];
  var owners: map[(int, int), int];        // who proposed, by (ballot, slot)
  var served: map[int, set[int]];          // whose commands are chosen, by ballot
  start state Watching {
    on eNoteNodes do (n: int) { nodes = n; }
    on eNotePropose do (p: (owner: tOwner, ballot: int, slot: int, value: int)) {
      owners[(p.ballot, p.slot)] = p.owner.id;
      if (!(p.ballot in served)) { served[p.ballot] = default(set[int]); }
    }
    on eNoteVote do (v: (node: int, ballot: int, slot: int, value: int)) {
      var key: (int, int, int);
      key = (v.ballot, v.slot, v.value);
      if (!(key in tally)) { tally[key] = default(set[int]); }
      tally[key] += (v.node);
      if (v.value > 0 && IsQuorum(tally[key], nodes)) {
        served[v.ballot] += (owners[(v.ballot, v.slot)]);
        assert sizeof(served[v.ballot]) < 2, "two owners at once";
      }
    }
  }
}

// A learner that applies eight slots.
spec NeverLongPrefix observes eNoteApply {
  start state Watching {
    on eNoteApply do (a: (node: int, slot: int, value: int)) { assert a.slot < 8, "eight slots applied"; }
  }
}
