// One small world, and what befalls it: three nodes, two proposers, up to three ballots, a handful of slots.

fun Run(mutant: Mutant) {
  var i: int;
  var nodes: seq[machine];
  var proposers: seq[machine];
  announce eNoteNodes, 3;
  while (i < 3) {
    nodes += (i, new Node((id = i, mutant = mutant)));
    i = i + 1;
  }
  i = 0;
  while (i < 2) {
    proposers += (i, new Proposer((id = i, mutant = mutant, work = 2)));
    i = i + 1;
  }
  i = 0;
  while (i < 3) {
    send nodes[i], eMeet, (nodes = nodes, proposers = proposers);
    i = i + 1;
  }
  i = 0;
  while (i < 2) {
    send proposers[i], eMeet, (nodes = nodes, proposers = proposers);
    i = i + 1;
  }
  Befall(nodes, proposers, mutant);
}

// The time-outs and accidents of a run: each comes at some time, or not at all.
fun Befall(nodes: seq[machine], proposers: seq[machine], mutant: Mutant) {
  var i: int;
  send proposers[0], eStand;
  Later(proposers[1], eStand, null, choose(40));
  Later(choose(proposers), eStand, null, 15 + choose(50));
  while (i < 3) {
    if (choose(4) > 0) { Later(nodes[i], eCrash, choose(20), choose(40)); }
    i = i + 1;
  }
  if ($) { Later(choose(proposers), eRestart, null, choose(40)); }
  if (choose(3) == 0 || mutant == CopiesLog) {
    i = choose(3);
    Later(nodes[i], eReplace, nodes[(i + 1 + choose(2)) % 3], choose(40));
  }
}

fun Later(target: machine, kind: event, content: any, wait: int) {
  new Courier((target = target, kind = kind, content = content, wait = wait));
}

machine SoundRun               { start state Go { entry { Run(Sound); } } }
machine ForgetsPromiseRun      { start state Go { entry { Run(ForgetsPromise); } } }
machine LosesPromiseRun        { start state Go { entry { Run(LosesPromise); } } }
machine TearsSyncRun           { start state Go { entry { Run(TearsSync); } } }
machine KeepsOldVotesRun       { start state Go { entry { Run(KeepsOldVotes); } } }
machine VotesOverGapRun        { start state Go { entry { Run(VotesOverGap); } } }
machine AdoptsSlotBySlotRun    { start state Go { entry { Run(AdoptsSlotBySlot); } } }
machine ForgetsThroughRun      { start state Go { entry { Run(ForgetsThrough); } } }
machine CutsAtGapRun           { start state Go { entry { Run(CutsAtGap); } } }
machine DecidesTwiceRun        { start state Go { entry { Run(DecidesTwice); } } }
machine BelievesFirstAnswerRun { start state Go { entry { Run(BelievesFirstAnswer); } } }
machine ReusesDealRun          { start state Go { entry { Run(ReusesDeal); } } }
machine DealsRangeTwiceRun     { start state Go { entry { Run(DealsRangeTwice); } } }
machine BelievesStaleVoteRun   { start state Go { entry { Run(BelievesStaleVote); } } }
machine CountsMessagesRun      { start state Go { entry { Run(CountsMessages); } } }
machine LearnsSkipAtOnceRun    { start state Go { entry { Run(LearnsSkipAtOnce); } } }
machine CopiesLogRun           { start state Go { entry { Run(CopiesLog); } } }

test Clean [main=SoundRun]:
  assert PromiseKept, Agreement, Validity, Prefix, NoOrphan, OneOrder, OneRight in (union Lanes, { SoundRun });

// What runs must be able to reach, or the monitors would see nothing: each monitor here denies it, and must be refuted.
test Goal_ThreeReigns [main=SoundRun]: assert NeverThreeReigns in (union Lanes, { SoundRun });
test Goal_TwoOwners   [main=SoundRun]: assert NeverTwoOwners in (union Lanes, { SoundRun });
test Goal_LongPrefix  [main=SoundRun]: assert NeverLongPrefix in (union Lanes, { SoundRun });

// The monitor that is to notice each mutant.
test Mutant_ForgetsPromise [main=ForgetsPromiseRun]:
  assert PromiseKept in (union Lanes, { ForgetsPromiseRun });
test Mutant_LosesPromise [main=LosesPromiseRun]:
  assert PromiseKept in (union Lanes, { LosesPromiseRun });
test Mutant_TearsSync [main=TearsSyncRun]:
  assert Agreement in (union Lanes, { TearsSyncRun });
test Mutant_KeepsOldVotes [main=KeepsOldVotesRun]:
  assert NoOrphan in (union Lanes, { KeepsOldVotesRun });
test Mutant_VotesOverGap [main=VotesOverGapRun]:
  assert Prefix in (union Lanes, { VotesOverGapRun });
test Mutant_AdoptsSlotBySlot [main=AdoptsSlotBySlotRun]:
  assert NoOrphan in (union Lanes, { AdoptsSlotBySlotRun });
test Mutant_ForgetsThrough [main=ForgetsThroughRun]:
  assert Agreement in (union Lanes, { ForgetsThroughRun });
test Mutant_CutsAtGap [main=CutsAtGapRun]:
  assert Agreement in (union Lanes, { CutsAtGapRun });
test Mutant_DecidesTwice [main=DecidesTwiceRun]:
  assert OneRight in (union Lanes, { DecidesTwiceRun });
test Mutant_BelievesFirstAnswer [main=BelievesFirstAnswerRun]:
  assert OneOrder in (union Lanes, { BelievesFirstAnswerRun });
test Mutant_ReusesDeal [main=ReusesDealRun]:
  assert OneRight in (union Lanes, { ReusesDealRun });
test Mutant_DealsRangeTwice [main=DealsRangeTwiceRun]:
  assert OneRight in (union Lanes, { DealsRangeTwiceRun });
test Mutant_BelievesStaleVote [main=BelievesStaleVoteRun]:
  assert OneOrder in (union Lanes, { BelievesStaleVoteRun });
test Mutant_CountsMessages [main=CountsMessagesRun]:
  assert OneOrder in (union Lanes, { CountsMessagesRun });
test Mutant_LearnsSkipAtOnce [main=LearnsSkipAtOnceRun]:
  assert OneOrder in (union Lanes, { LearnsSkipAtOnceRun });
test Mutant_CopiesLog [main=CopiesLogRun]:
  assert NoOrphan in (union Lanes, { CopiesLogRun });
