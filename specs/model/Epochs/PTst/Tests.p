// One small world, and what befalls it: four nodes, up to five epochs of three of them, a few slots each, restarts, and
// one lost disk.

fun Run(mutant: Mutant) {
  var i: int;
  var nodes: seq[machine];
  while (i < 4) {
    nodes += (i, new Node((id = i, mutant = mutant)));
    i = i + 1;
  }
  i = 0;
  while (i < 4) {
    send nodes[i], eMeet, nodes;
    i = i + 1;
  }
  Befall(nodes);
}

fun Befall(nodes: seq[machine]) {
  var i: int;
  send nodes[choose(3)], eStand;
  while (i < 4) {
    Later(choose(nodes), eStand, null, 10 * i + choose(20));
    Later(choose(nodes), eRemind, null, choose(60));
    Later(choose(nodes), eRemind, null, choose(60));
    i = i + 1;
  }
  if ($) { Later(choose(nodes), eRestart, null, choose(60)); }
  if ($) { Later(choose(nodes), eLose, null, 10 + choose(50)); }
}

fun Later(target: machine, kind: event, content: any, wait: int) {
  new Courier((target = target, kind = kind, content = content, wait = wait));
}

machine SoundRun              { start state Go { entry { Run(Sound); } } }
machine AppliesVoidSlotsRun   { start state Go { entry { Run(AppliesVoidSlots); } } }
machine EndsByVoteRun         { start state Go { entry { Run(EndsByVote); } } }
machine ComesBackEmptyRun     { start state Go { entry { Run(ComesBackEmpty); } } }
machine StartsWithoutStateRun { start state Go { entry { Run(StartsWithoutState); } } }
machine HandsOverAtOnceRun    { start state Go { entry { Run(HandsOverAtOnce); } } }
machine HandsOverToOneRun     { start state Go { entry { Run(HandsOverToOne); } } }
machine CountsOtherEpochRun   { start state Go { entry { Run(CountsOtherEpoch); } } }
machine ForgetsWhileMemberRun { start state Go { entry { Run(ForgetsWhileMember); } } }
machine AnswersEmptyRun       { start state Go { entry { Run(AnswersEmpty); } } }

test Clean [main=SoundRun]:
  assert Agreement, OneOrder, Kept in (union Epochs, { SoundRun });

// What runs must be able to reach, or the monitors would see nothing: each monitor here denies it, and must be refuted.
test Goal_Nested      [main=SoundRun]: assert NeverNested in (union Epochs, { SoundRun });
test Goal_Returns     [main=SoundRun]: assert NeverReturns in (union Epochs, { SoundRun });
test Goal_FourthEpoch [main=SoundRun]: assert NeverFourthEpoch in (union Epochs, { SoundRun });

// The monitor that is to notice each mutant.
test Mutant_AppliesVoidSlots [main=AppliesVoidSlotsRun]:
  assert OneOrder in (union Epochs, { AppliesVoidSlotsRun });
test Mutant_EndsByVote [main=EndsByVoteRun]:
  assert OneOrder in (union Epochs, { EndsByVoteRun });
test Mutant_ComesBackEmpty [main=ComesBackEmptyRun]:
  assert Agreement in (union Epochs, { ComesBackEmptyRun });
test Mutant_StartsWithoutState [main=StartsWithoutStateRun]:
  assert Kept in (union Epochs, { StartsWithoutStateRun });
test Mutant_HandsOverAtOnce [main=HandsOverAtOnceRun]:
  assert Kept in (union Epochs, { HandsOverAtOnceRun });
test Mutant_HandsOverToOne [main=HandsOverToOneRun]:
  assert Kept in (union Epochs, { HandsOverToOneRun });
test Mutant_CountsOtherEpoch [main=CountsOtherEpochRun]:
  assert Kept in (union Epochs, { CountsOtherEpochRun });
test Mutant_ForgetsWhileMember [main=ForgetsWhileMemberRun]:
  assert Kept in (union Epochs, { ForgetsWhileMemberRun });
test Mutant_AnswersEmpty [main=AnswersEmptyRun]:
  assert Agreement in (union Epochs, { AnswersEmptyRun });
