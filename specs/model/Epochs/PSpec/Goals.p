// Denials of what runs are to reach (Tests.p).

// A node begins an epoch while it still hands over the one two before.
spec NeverNested observes eNoteBegan, eNoteHanded {
  var handed: set[(int, int)];
  start state Watching {
    on eNoteHanded do (h: (node: int, epoch: int)) { handed += ((h.node, h.epoch)); }
    on eNoteBegan do (b: (node: int, epoch: int)) {
      assert b.epoch < 3 || (b.node, b.epoch - 2) in handed,
        format("n{0} begins epoch {1} and still hands over epoch {2}", b.node, b.epoch, b.epoch - 2);
    }
  }
}

// A node that was a member, and has forgotten all, begins a later epoch.
spec NeverReturns observes eNoteBegan, eNoteForgot {
  var forgot: set[int];
  start state Watching {
    on eNoteForgot do (node: int) { forgot += (node); }
    on eNoteBegan do (b: (node: int, epoch: int)) {
      assert !(b.node in forgot), format("n{0} is a member again, in epoch {1}", b.node, b.epoch);
    }
  }
}

// Three epochs end.
spec NeverFourthEpoch observes eNoteApply {
  start state Watching {
    on eNoteApply do (a: (node: int, epoch: int, slot: int, value: int)) {
      assert a.epoch < 4, "a slot of the fourth epoch is applied";
    }
  }
}
