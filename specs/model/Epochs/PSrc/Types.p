// What nodes say to each other, and to the monitors.
//
// There are four nodes; a configuration is all but one of them, and is named by that one. A value is positive for a
// client's command, and -(10 * e + c + 1) for the Stop that ends epoch e in favour of configuration c. Within an epoch
// each slot is chosen as in Multi-Paxos; lanes and syncs are the other model's matter. A ballot is 10 * round + node.

// Each mutant breaks one rule, in one place of the one model. Sound breaks none.
enum Mutant {
  Sound,
  AppliesVoidSlots,     // R11: what was chosen above an epoch's end is applied in the next one
  EndsByVote,           // R11: a vote for a Stop is taken for its being chosen
  ComesBackEmpty,       // R13: who has lost its disk goes on under its old name
  StartsWithoutState,   // R12, R14: a member starts when it hears of the epoch, without the prefix that it begins with
  HandsOverAtOnce,      // R14: an epoch is handed over as soon as its end is known
  HandsOverToOne,       // R14: one member that has started the next epoch is enough
  CountsOtherEpoch,     // R14: who has started the epoch before counts as having started this one
  ForgetsWhileMember,   // R14: whom one epoch left out forgets its state then, though it is a member of a later one
  AnswersEmpty          // R14: who has handed an epoch over answers its phase 1 with an empty promise, and votes again
}

type tVote = (ballot: int, value: int);
type tKey = (epoch: int, slot: int);

// How an epoch begins: behind which slot, with which configuration.
type tStart = (epoch: int, base: int, next: int);

// Between nodes; each of these may be lost, late, or come twice.
event ePrepare : (from: machine, epoch: int, ballot: int);
event ePromise : (node: int, epoch: int, ballot: int, votes: map[int, tVote]);
event ePropose : (from: machine, epoch: int, ballot: int, slot: int, value: int);
event eVoted   : (node: int, epoch: int, ballot: int, slot: int, value: int);
event eChosen  : (epoch: int, slot: int, value: int);
event eTeach   : (prefix: map[int, int], starts: map[int, tStart]);
event eAsk     : machine;
event eStarted : (node: int, begins: tStart);

// What befalls nodes.
event eMeet : seq[machine];
event eStand;
event eRemind;
event eRestart;
event eLose;
event eWork : int;

// To the monitors.
event eNoteVote   : (node: int, epoch: int, ballot: int, slot: int, value: int);
event eNoteApply  : (node: int, epoch: int, slot: int, value: int);
event eNoteBegan  : (node: int, epoch: int);
event eNoteHanded : (node: int, epoch: int);   // its votes of the epoch are gone
event eNoteForgot : int;                       // its state is gone, as it is a member no more
event eNoteLost   : int;                       // its disk is gone

fun Max(a: int, b: int): int {
  if (a > b) { return a; }
  return b;
}

fun IsMember(node: int, configuration: int): bool {
  return node != configuration;
}

// Of three members: for either phase, and for enough that have started (f + 1, where f is 1).
fun IsEnough(members: set[int]): bool {
  return sizeof(members) > 1;
}

fun StopOf(epoch: int, next: int): int {
  return -(10 * epoch + next + 1);
}

fun IsStopOf(value: int, epoch: int): bool {
  return value < 0 && (0 - value) / 10 == epoch;
}
