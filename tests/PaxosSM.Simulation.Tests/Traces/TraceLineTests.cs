using System.Buffers;
using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Simulation.Tests.Traces;

/// <summary>A line says all that an event says, for every kind of event there is.</summary>
public sealed class TraceLineTests
{
    private static readonly Gen<long> Numbers = Gen.OneOf(
        Gen.Choose(0, 100).Select(number => (long)number), Gen.Constant(long.MaxValue));

    private static readonly Gen<Slot> Slots = Numbers.Select(number => new Slot(number));
    private static readonly Gen<NodeId> Nodes = Gen.Choose(0, ushort.MaxValue).Select(id => new NodeId((ushort)id));
    private static readonly Gen<uint> Checksums = Gen.Elements(0u, 1u, 77u, uint.MaxValue);
    private static readonly Gen<ulong> Chains = Gen.Elements(0ul, 1ul, 0xABCul, ulong.MaxValue);
    private static readonly Gen<string> Texts = Gen.Elements("", "words", "\"quoted\"\n\\", "Zürich ☃");

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

    private static readonly Dictionary<Type, Gen<ProtocolEvent>> Kinds = new()
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
            from slot in Slots from chain in Chains select new StateRestored(slot, chain)),
        [typeof(StateSaved)] = Of(from slot in Slots from chain in Chains select new StateSaved(slot, chain)),
        [typeof(Trimmed)] = Of(Slots.Select(slot => new Trimmed(slot))),
        [typeof(FaultFound)] = Of(Ranges.Select(range => new FaultFound(range))),
        [typeof(FaultRepaired)] = Of(Ranges.Select(range => new FaultRepaired(range))),
        [typeof(Diverged)] = Of(from slot in Slots from text in Texts select new Diverged(slot, text)),
    };

    [Fact]
    public void No_kind_of_event_is_forgotten() => Assert.Equal(
        typeof(ProtocolEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ProtocolEvent)))
            .OrderBy(type => type.Name),
        Kinds.Keys.OrderBy(type => type.Name));

    [Property(MaxTest = 20)]
    public Property Every_event_comes_back_from_its_line_with_all_that_it_says() => Prop.ForAll(
        Arb.From(from happened in Gen.CollectToSequence(Kinds.Values)
                 from sequence in Numbers from at in Numbers from group in Chains
                 from epoch in Checksums from node in Nodes from life in Checksums
                 select happened.Select(each => new TraceEvent(
                     sequence, at, new(group), new(new(epoch), node, life), each)).ToList()),
        events => events.TrueForAll(traced =>
        {
            var back = TraceLine.Read(LineOf(traced));
            return back with { Happened = traced.Happened } == traced && AreSame(traced.Happened, back.Happened);
        }));

    [Theory]
    [InlineData("", "no JSON")]
    [InlineData("[]", "\"a line\" should hold a StartObject, and there is a StartArray")]
    [InlineData("{\"at\":1}", "\"seq\" was expected, and there is \"at\"")]
    [InlineData("{\"seq\":-1}", "\"seq\" holds no whole number from 0 through 9223372036854775807")]
    [InlineData("{\"seq\":1.5}", "\"seq\" holds no whole number")]
    [InlineData("{\"seq\":\"1\"}", "\"seq\" should hold a Number, and there is a String")]
    [InlineData("{HEAD\"event\":\"stopped\"}", "\"stopped\" is no kind of event that is known here")]
    [InlineData("{HEAD\"event\":\"promiseMade\"}", "\"ballot\" was expected, and there is a EndObject")]
    [InlineData("{HEAD\"event\":\"promiseMade\",\"ballot\":[1,2]}", "\"ballot\" should hold a Number")]
    [InlineData("{HEAD\"event\":\"trimmed\",\"through\":1,\"more\":1}", "nothing was expected any more")]
    [InlineData("{HEAD\"event\":\"trimmed\",\"through\":1} {}", "no JSON")]
    [InlineData("{HEAD\"event\":\"stateSaved\",\"slot\":1,\"chain\":\"xyz\"}", "\"chain\" is no number of 16")]
    public void What_is_no_event_is_refused_with_the_reason(string line, string why)
    {
        var whole = line.Replace(
            "HEAD", "\"seq\":1,\"at\":2,\"group\":1,\"epoch\":1,\"node\":0,\"life\":1,", StringComparison.Ordinal);
        var broken = Assert.Throws<TraceFormatException>(() => _ = TraceLine.Read(Encoding.UTF8.GetBytes(whole)));
        Assert.Contains(why, broken.Message, StringComparison.Ordinal);
    }

    private static Gen<ProtocolEvent> Of<T>(Gen<T> gen)
        where T : ProtocolEvent => gen.Select(happened => (ProtocolEvent)happened);

    private static byte[] LineOf(TraceEvent traced)
    {
        ArrayBufferWriter<byte> line = new();
        using Utf8JsonWriter json = new(line);
        TraceLine.Write(line, json, in traced);
        return line.WrittenSpan[..^1].ToArray();
    }

    private static bool AreSame(object? one, object? other) => (one, other) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        (string, _) or (ValueType, _) => one.Equals(other),
        (IEnumerable left, IEnumerable right) => AreSameLists([.. left.Cast<object>()], [.. right.Cast<object>()]),
        _ => one.GetType() == other.GetType() && one.GetType().GetProperties(
                BindingFlags.Public | BindingFlags.Instance)
            .All(property => AreSame(property.GetValue(one), property.GetValue(other))),
    };

    private static bool AreSameLists(object[] left, object[] right) =>
        left.Length == right.Length && left.Zip(right).All(pair => AreSame(pair.First, pair.Second));
}
