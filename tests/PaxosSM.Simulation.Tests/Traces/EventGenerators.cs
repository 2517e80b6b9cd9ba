using FsCheck;
using FsCheck.Fluent;
using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Simulation.Tests.Traces;

/// <summary>Events of every kind, with numbers at both ends of what they may be.</summary>
internal static class EventGenerators
{
    private static readonly Gen<long> Numbers = Gen.OneOf(
        Gen.Choose(0, 100).Select(number => (long)number), Gen.Constant(long.MaxValue));

    private static readonly Gen<Slot> Slots = Numbers.Select(number => new Slot(number));
    private static readonly Gen<NodeId> Nodes = Gen.Choose(0, ushort.MaxValue).Select(id => new NodeId((ushort)id));
    private static readonly Gen<uint> Checksums = Gen.Elements(0u, 1u, 77u, uint.MaxValue);
    private static readonly Gen<ulong> Chains = Gen.Elements(0ul, 1ul, 0xABCul, ulong.MaxValue);
    private static readonly Gen<string> Texts = Gen.Elements("", "words", "\"quoted\"\n\\", "Zürich λ");

    private static readonly Gen<Ballot> Ballots =
        from round in Numbers from node in Nodes from life in Checksums select new Ballot(round, node, life);

    private static readonly Gen<SlotRange> Ranges =
        from first in Slots from last in Slots select new SlotRange(first, last);

    private static readonly Gen<View> Views =
        from ballot in Ballots
        from start in Slots
        from owners in (from node in Nodes from life in Checksums select new LaneOwner(node, life)).NonEmptyListOf()
        select new View(ballot, start, [.. owners]);

    private static readonly Gen<AcceptorMemory> Memories =
        from ballots in Ballots.Two()
        from slots in Slots.Three()
        from view in Gen.OneOf(Views.Select(view => (View?)view), Gen.Constant<View?>(null))
        from votes in (from slot in Slots from ballot in Ballots from checksum in Checksums
                       select new VoteMark(slot, ballot, checksum)).ListOf()
        from faulty in Ranges.ListOf()
        from damaged in Gen.Choose(0, 9)
        select new AcceptorMemory
        {
            Promised = ballots.Item1,
            LastVoted = ballots.Item2,
            SyncBase = slots.Item1,
            ChosenThrough = slots.Item2,
            TrimmedTo = slots.Item3,
            View = view,
            Votes = [.. votes],
            Faulty = [.. faulty],
            Damaged = damaged,
        };

    private static readonly Dictionary<Type, Gen<ProtocolEvent>> OfAnEpoch = new()
    {
        [typeof(Started)] = Of(
            from life in Checksums
            from roles in Gen.Elements(MemberRoles.None, MemberRoles.Learner, MemberRoles.All)
            from memory in Gen.OneOf(
                Memories.Select(memory => (AcceptorMemory?)memory), Gen.Constant<AcceptorMemory?>(null))
            from frontier in Slots
            select new Started(life, roles, memory, frontier)),
        [typeof(PromiseMade)] = Of(Ballots.Select(ballot => new PromiseMade(ballot))),
        [typeof(SyncVoted)] = Of(
            from ballot in Ballots from at in Slots from view in Views from checksums in Checksums.ListOf()
            select new SyncVoted(ballot, at, view, [.. checksums])),
        [typeof(SlotVoted)] = Of(
            from ballot in Ballots from slots in Slots.Two() from checksum in Checksums
            select new SlotVoted(ballot, slots.Item1, checksum, slots.Item2)),
        [typeof(ChosenThroughRaised)] = Of(Slots.Select(slot => new ChosenThroughRaised(slot))),
        [typeof(TakenOver)] = Of(
            from ballots in Ballots.Two() from at in Slots from view in Views
            from promises in Nodes.ListOf() from checksums in Checksums.ListOf()
            select new TakenOver(ballots.Item1, at, ballots.Item2, view)
            {
                Promises = [.. promises],
                Checksums = [.. checksums],
            }),
        [typeof(Proposed)] = Of(
            from ballot in Ballots from slot in Slots from checksum in Checksums
            select new Proposed(ballot, slot, checksum)),
        [typeof(Counted)] = Of(
            from ballot in Ballots from lane in Gen.Elements<ushort>(0, 3, ushort.MaxValue) from slot in Slots
            select new Counted(new(ballot, new(lane), slot))),
        [typeof(FrontierMoved)] = Of(Slots.Select(slot => new FrontierMoved(slot))),
        [typeof(LeaderChanged)] = Of(
            from ballot in Ballots from why in Texts select new LeaderChanged(ballot, why)),
        [typeof(Standing)] = Of(Ballots.Select(ballot => new Standing(ballot))),
        [typeof(Applied)] = Of(
            from slot in Slots from checksum in Checksums from chain in Chains
            select new Applied(slot, checksum, chain)),
        [typeof(StateRestored)] = Of(
            from slot in Slots from chain in Chains from saved in Gen.Elements(0L, 7L)
            select new StateRestored(slot, chain) { IsOwnStore = saved > 0, Saved = new(saved) }),
        [typeof(StateSaved)] = Of(from slot in Slots from chain in Chains select new StateSaved(slot, chain)),
        [typeof(Trimmed)] = Of(Slots.Select(slot => new Trimmed(slot))),
        [typeof(FaultFound)] = Of(Ranges.Select(range => new FaultFound(range))),
        [typeof(FaultRepaired)] = Of(Ranges.Select(range => new FaultRepaired(range))),
        [typeof(Diverged)] = Of(from slot in Slots from text in Texts select new Diverged(slot, text)),
    };

    public static IReadOnlyDictionary<Type, Gen<ProtocolEvent>> Kinds { get; } =
        OfAnEpoch.Concat(EpochGenerators.Kinds).ToDictionary();

    /// <summary>An event of each kind, with a head.</summary>
    public static Gen<List<TraceEvent>> TracedOfAllKinds =>
        from happened in Gen.CollectToSequence(Kinds.Values)
        from sequence in Numbers from at in Numbers from number in Chains
        from epoch in Checksums from node in Nodes from life in Checksums
        select happened.Select(each => new TraceEvent(
            sequence, at, new(number), new(new(epoch), node, life), each)).ToList();

    private static Gen<ProtocolEvent> Of<T>(Gen<T> gen)
        where T : ProtocolEvent => gen.Select(happened => (ProtocolEvent)happened);
}
