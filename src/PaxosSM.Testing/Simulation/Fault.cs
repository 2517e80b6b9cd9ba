namespace PaxosSM.Testing.Simulation;

/// <summary>Something that goes wrong at a known moment of a run. The set is closed.</summary>
/// <remarks>Nodes are named by their place in <see cref="SimulationPlan.Members"/>. Times are simulated and count from
/// the run's start.</remarks>
/// <param name="At">When.</param>
public abstract record Fault(TimeSpan At);

/// <summary>A process dies and comes back.</summary>
/// <param name="At">When.</param>
/// <param name="Node">Whose.</param>
/// <param name="Down">How long it stays away.</param>
/// <param name="Effects">So many more effects (a message sent, an append, a write, a value given to the executor) take
/// place before it dies: a crash between any two of them.</param>
/// <param name="PowerCut">Whether the page cache is lost too: what was not flushed may be gone, or torn.</param>
public sealed record Crash(TimeSpan At, int Node, TimeSpan Down, int Effects, bool PowerCut) : Fault(At);

/// <summary>All of a process stands still, as in a long collection of garbage; its clocks go on.</summary>
/// <param name="At">When.</param>
/// <param name="Node">Whose.</param>
/// <param name="For">How long.</param>
public sealed record Pause(TimeSpan At, int Node, TimeSpan For) : Fault(At);

/// <summary>Some directions between nodes carry nothing.</summary>
/// <param name="At">When.</param>
/// <param name="For">How long.</param>
/// <param name="Links">The directions.</param>
/// <param name="Noticed">Whether the connections break, so that both ends know at once.</param>
public sealed record Cut(TimeSpan At, TimeSpan For, IReadOnlyList<DirectedLink> Links, bool Noticed) : Fault(At);

/// <summary>A direction between two nodes.</summary>
/// <param name="From">The sender's place.</param>
/// <param name="To">The receiver's place.</param>
public readonly record struct DirectedLink(int From, int To);

/// <summary>Writes and flushes take longer.</summary>
/// <param name="At">When.</param>
/// <param name="Node">Whose.</param>
/// <param name="For">How long.</param>
/// <param name="Factor">How many times as long.</param>
public sealed record SlowDisk(TimeSpan At, int Node, TimeSpan For, int Factor) : Fault(At);

/// <summary>All of a machine is slow: its processor, disk and network, as where others use them too. Its clocks go
/// on.</summary>
/// <param name="At">When.</param>
/// <param name="Node">Whose.</param>
/// <param name="For">How long.</param>
/// <param name="Factor">How many times as slow.</param>
public sealed record SlowNode(TimeSpan At, int Node, TimeSpan For, int Factor) : Fault(At);

/// <summary>No byte more fits on the disk.</summary>
/// <param name="At">When.</param>
/// <param name="Node">Whose.</param>
/// <param name="For">How long.</param>
public sealed record FullDisk(TimeSpan At, int Node, TimeSpan For) : Fault(At);

/// <summary>The next flush fails (R1); the process is started again after a while, with what the disk really
/// holds.</summary>
/// <param name="At">When.</param>
/// <param name="Node">Whose.</param>
/// <param name="Down">How long until somebody restarts it.</param>
public sealed record FailedFlush(TimeSpan At, int Node, TimeSpan Down) : Fault(At);

/// <summary>A process dies, bits of its files flip, it comes back (R24).</summary>
/// <param name="At">When.</param>
/// <param name="Node">Whose.</param>
/// <param name="Down">How long it stays away.</param>
/// <param name="Bits">How many.</param>
/// <param name="Place">Chance that says where.</param>
public sealed record FlippedBits(TimeSpan At, int Node, TimeSpan Down, int Bits, ulong Place) : Fault(At);

/// <summary>A process dies, its disk is replaced by an empty one, it comes back (R13).</summary>
/// <param name="At">When.</param>
/// <param name="Node">Whose.</param>
/// <param name="Down">How long it stays away.</param>
public sealed record WipedDisk(TimeSpan At, int Node, TimeSpan Down) : Fault(At);

/// <summary>A process dies, and comes back on a copy of another member's disk (R13).</summary>
/// <param name="At">When.</param>
/// <param name="Node">Whose.</param>
/// <param name="Down">How long it stays away.</param>
/// <param name="Source">Whose disk is copied.</param>
public sealed record ClonedDisk(TimeSpan At, int Node, TimeSpan Down, int Source) : Fault(At);

/// <summary>A second process runs on a copy of a member's disk, under the same name, for a while (R13).</summary>
/// <param name="At">When.</param>
/// <param name="Node">Whose.</param>
/// <param name="For">How long the copy runs.</param>
public sealed record ClonedIdentity(TimeSpan At, int Node, TimeSpan For) : Fault(At);

/// <summary>A copy of a machine's own store is made; later the process dies, and comes back on the copy
/// (R27).</summary>
/// <param name="At">When the copy is made.</param>
/// <param name="Node">Whose.</param>
/// <param name="After">How much later the process dies.</param>
/// <param name="Down">How long it stays away.</param>
/// <param name="Refuses">Whether its machine can't restore a snapshot then: the node may refuse to start, and whoever
/// looks after it puts the store back that was there.</param>
public sealed record OldStore(TimeSpan At, int Node, TimeSpan After, TimeSpan Down, bool Refuses) : Fault(At);

/// <summary>A replica's machine tells a wrong digest of its state, whatever it answers: somebody halts (R28).</summary>
/// <param name="At">When.</param>
/// <param name="Node">Whose.</param>
/// <param name="Down">How long until somebody restarts it, and what halted.</param>
public sealed record LyingDigest(TimeSpan At, int Node, TimeSpan Down) : Fault(At);

/// <summary>The wall clock jumps; the monotonic clock does not.</summary>
/// <param name="At">When.</param>
/// <param name="Node">Whose.</param>
/// <param name="By">How far; negative for back.</param>
public sealed record ClockJump(TimeSpan At, int Node, TimeSpan By) : Fault(At);

/// <summary>Somebody wants other members, or other rules for them: an epoch ends, if there is a leader within a
/// second that agrees (R11).</summary>
/// <param name="At">When.</param>
/// <param name="Members">The members of the next epoch.</param>
/// <param name="Chance">Chance that says which roles, quorums and deal there are then; zero for those that the plan
/// has, majorities, and the deal of each leader's settings.</param>
/// <param name="Force">Whether nobody looks whether they have caught up (R15).</param>
public sealed record Reconfigure(TimeSpan At, IReadOnlyList<int> Members, ulong Chance, bool Force) : Fault(At);

/// <summary>A quorum is taken for lost for ever, and an operator has the survivors go on in a fork of their own (R33):
/// all processes end, and what lost members become chance says: gone, back on their disks in the fork that was left, or
/// back empty, as new members.</summary>
/// <param name="At">When they end.</param>
/// <param name="Survivors">Whose folders are left. Where they hold a quorum all the same, the act is given up.</param>
/// <param name="Down">After how long lost members may come back.</param>
/// <param name="Chance">Chance that says where the operator's steps are cut off, and what becomes of the lost.</param>
public sealed record Force(TimeSpan At, IReadOnlyList<int> Survivors, TimeSpan Down, ulong Chance) : Fault(At);

/// <summary>Somebody wants another leader, and asks whoever leads, once.</summary>
/// <param name="At">When.</param>
/// <param name="Node">Who shall lead.</param>
public sealed record Transfer(TimeSpan At, int Node) : Fault(At);

/// <summary>Somebody drains a node, and takes it back.</summary>
/// <param name="At">When.</param>
/// <param name="Node">Which.</param>
/// <param name="For">For how long; its process may have ended by then.</param>
public sealed record Drain(TimeSpan At, int Node, TimeSpan For) : Fault(At);

/// <summary>Somebody wants a group beside the first one, and asks once.</summary>
/// <param name="At">When.</param>
/// <param name="Group">Its name, as a number; nothing happens where there is one of that name.</param>
public sealed record CreateGroup(TimeSpan At, int Group) : Fault(At);

/// <summary>Somebody wants a group gone, with all that it holds, and asks once.</summary>
/// <param name="At">When.</param>
/// <param name="Group">Its name, as a number.</param>
public sealed record RemoveGroup(TimeSpan At, int Group) : Fault(At);

/// <summary>Somebody wedges the group for maintenance, and unwedges it: each time an epoch ends, once there is a leader
/// that agrees.</summary>
/// <param name="At">When.</param>
/// <param name="For">After how long it is to be unwedged.</param>
public sealed record Wedge(TimeSpan At, TimeSpan For) : Fault(At);
