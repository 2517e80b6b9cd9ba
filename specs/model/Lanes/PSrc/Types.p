// What machines say to each other, and to the monitors.
//
// A ballot is (round, proposer, life) in one number: 100 * round + 10 * proposer + life; 0 is no ballot.
// A value is 0 for a skip, -b for the View of ballot b, and positive for a client's command; each is submitted once.

// Each mutant breaks one rule, in one place of the one model. Sound breaks none.
enum Mutant {
  Sound,
  ForgetsPromise,          // R2: the floor of a vote is the ballot last voted in, not the promise
  LosesPromise,            // R1: the promise is not durable
  TearsSync,               // R3: a sync is voted for slot by slot, and the acceptor stops in the middle
  KeepsOldVotes,           // R3: a sync's vote leaves the votes of lower ballots above its base
  VotesOverGap,            // R4: a vote for a lane's slot whatever holds before it
  AdoptsSlotBySlot,        // R5: votes of ballots below m are adopted where m has none
  ForgetsThrough,          // R5: C is what the first promise says
  CutsAtGap,               // R5: the suffix ends at its first gap, whatever the other lanes hold
  DecidesTwice,            // R5: phase 1 is evaluated again when a late promise comes
  BelievesFirstAnswer,     // R5: the last resort takes the first answer for the chosen value
  ReusesDeal,              // R6: a restarted owner goes on with a deal that names its former life
  DealsRangeTwice,         // R6: a range is granted again in the same ballot
  BelievesStaleVote,       // R7: a co-located vote of any ballot is the value below a watermark
  CountsMessages,          // quorums: copies of one answer are counted as two votes
  LearnsSkipAtOnce,        // R9: a skip is learned when it is seen
  CopiesLog                // R12, R13: a replaced acceptor votes on with a copy of another's votes
}

type tOwner = (id: int, life: int);
type tVote = (ballot: int, value: int);

// The View stands in the slot before first; from first on the slots are dealt round-robin to owners.
type tView = (ballot: int, first: int, owners: seq[tOwner]);
type tSync = (ballot: int, base: int, suffix: map[int, int], view: tView);
type tPromise = (node: int, ballot: int, through: int, voted: int, view: tView, votes: map[int, int]);

// Every slot from first to upto, in steps, is chosen: its sender counted a quorum for each in this very ballot (R7).
type tMark = (ballot: int, first: int, step: int, upto: int);

type tState = (promised: int, voted: int, through: int, view: tView, votes: map[int, tVote], learned: map[int, int]);

// Between proposers and nodes; each of these may be lost, late, or come twice.
event ePrepare   : (from: machine, ballot: int);
event ePromise   : tPromise;
event eRefused   : (ballot: int, promised: int);
event eSync      : (from: machine, sync: tSync);
event eSyncVoted : (node: int, ballot: int, through: int);
event eDeal      : tView;
event eHello     : tOwner;
event ePropose   : (from: machine, ballot: int, slot: int, value: int);
event eVoted     : (node: int, ballot: int, slot: int, through: int);
event eMark      : tMark;
event eTeach     : map[int, int];
event eAsk       : (from: machine, ballot: int, upto: int);
event eTold      : (node: int, ballot: int, votes: map[int, tVote], learned: map[int, int]);
event eCopy      : machine;
event eCopied    : tState;

// What befalls machines.
event eMeet    : (nodes: seq[machine], proposers: seq[machine]);
event eStand;
event eWork    : int;
event eCrash   : int;                     // and come back after so many waits
event eRestart;
event eReplace : machine;

// To the monitors. A vote is told when it is durable, a proposal before it leaves.
event eNoteNodes    : int;
event eNoteSubmit   : int;
event eNotePropose  : (owner: tOwner, ballot: int, slot: int, value: int);
event eNoteView     : (base: int, view: tView, suffix: map[int, int]);
event eNotePromise  : (node: int, ballot: int);
event eNoteVote     : (node: int, ballot: int, slot: int, value: int);
event eNoteSyncVote : (node: int, ballot: int);
event eNoteLearn    : (node: int, slot: int, value: int);
event eNoteApply    : (node: int, slot: int, value: int);

fun Max(a: int, b: int): int {
  if (a > b) { return a; }
  return b;
}

fun IsQuorum(members: set[int], nodes: int): bool {
  return 2 * sizeof(members) > nodes;
}
