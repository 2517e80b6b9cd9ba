using FsCheck;
using FsCheck.Fluent;

namespace PaxosSM.Testing.Generators;

/// <summary>Draws what the protocol speaks of, and makes it smaller: for
/// <c>[Properties(Arbitrary = [typeof(PaxosArbitraries)])]</c>.</summary>
/// <remarks>Numbers stay small, so that things meet: equal ballots, neighbouring slots, full lanes.</remarks>
public static class PaxosArbitraries
{
    private const int NodesMax = 7;
    private static readonly Gen<NodeId> Node = Gen.Choose(0, NodesMax - 1).Select(id => new NodeId((ushort)id));

    private static readonly Gen<byte[]> Bytes = Gen.Sized(
        size => Gen.Choose(0, byte.MaxValue).Select(one => (byte)one).ArrayOf()
            .Select(bytes => bytes[..Math.Min(bytes.Length, size)]));

    /// <summary>Ballots, none at times.</summary>
    public static Arbitrary<Ballot> Ballots() => Arb.From(
        Gen.Frequency(
            (1, Gen.Constant(Ballot.None)),
            (9, from round in Gen.Choose(1, 6)
                from proposer in Node
                from incarnation in Gen.Choose(1, 3)
                select new Ballot(round, proposer, (uint)incarnation))),
        Smaller);

    /// <summary>Slots, the one before all at times.</summary>
    public static Arbitrary<Slot> Slots() => Arb.From(
        Gen.Sized(size => Gen.Choose(0, 1 + size).Select(index => new Slot(index))),
        slot => Shrinks.Number(slot.Index).Select(index => new Slot(index)));

    /// <summary>Ranges of slots, empty ones among them.</summary>
    public static Arbitrary<SlotRange> SlotRanges() => Arb.From(
        from first in Gen.Choose(1, 40)
        from length in Gen.Choose(0, 10)
        select new SlotRange(new(first), new(first + length - 1)),
        range => Shrinks.Number(range.Count).Select(
            count => range with { Last = new(range.First.Index + count - 1) }));

    /// <summary>Views: a reign, where it begins, and who owns its lanes, the leader first.</summary>
    public static Arbitrary<View> Views() => Arb.From(
        from round in Gen.Choose(1, 6)
        from start in Gen.Choose(2, 20)
        from lanes in Gen.Choose(1, 4)
        from owners in Node.ArrayOf(lanes)
        select MakeView(round, start, owners),
        view =>
        [
            .. Shrinks.Number(view.Owners.Count, 1).Select(
                count => view with { Owners = [.. view.Owners.Take((int)count)] }),
            .. Shrinks.Number(view.Start.Index, 2).Select(start => view with { Start = new(start) }),
        ]);

    /// <summary>Batches of entries as clients send them, well-formed.</summary>
    public static Arbitrary<EntryBatch> Batches() => Arb.From(
        Entry.ArrayOf().Select(entries => new EntryBatch(entries)),
        batch => Shrinks.List(batch.Entries, Smaller).Select(entries => new EntryBatch(entries)));

    /// <summary>Values of every kind, each with a payload that fits.</summary>
    public static Arbitrary<Value> Values() => Arb.From(
        from stamp in Gen.Choose(0, 1000)
        from kind in Gen.Elements(ValueKind.Commands, ValueKind.Commands, ValueKind.Skip, ValueKind.View)
        from batch in Batches().Generator
        from view in Views().Generator
        select new Value(kind, new(stamp), kind switch
        {
            ValueKind.Commands => batch.Encode(),
            ValueKind.View => ViewCodec.Encode(view),
            _ => [],
        }),
        value => value.Kind == ValueKind.Skip
            ? Shrinks.Number(value.Stamp.Microseconds).Select(stamp => new Value(ValueKind.Skip, new(stamp), default))
            : [new Value(ValueKind.Skip, value.Stamp, default)]);

    /// <summary>Configurations: one to seven members, each role played by one at least.</summary>
    public static Arbitrary<Configuration> Configurations() => Arb.From(
        from count in Gen.Choose(1, NodesMax)
        from roles in Gen.Choose(1, (int)MemberRoles.All).ArrayOf(count)
        select MakeConfiguration([.. roles.Select(role => (MemberRoles)role)]),
        configuration => Shrinks
            .List([.. configuration.Members.Select(member => member.Roles)], SmallerRoles)
            .Where(roles => roles.Length > 0)
            .Select(MakeConfiguration));

    /// <summary>Schedules of clients that send again, late, early and out of order.</summary>
    public static Arbitrary<ClientSchedule> Schedules() => Arb.From(
        Gen.Sized(size => Send.ArrayOf(Math.Min(size, 40))).Select(sends => new ClientSchedule(sends)),
        schedule => Shrinks.List(schedule.Sends, Smaller).Select(sends => new ClientSchedule(sends)));

    /// <summary>What happens to bytes on a disk.</summary>
    public static Arbitrary<Corruption> Corruptions() => Arb.From(
        Gen.OneOf(
            from place in Gen.Choose(0, int.MaxValue)
            from bit in Gen.Choose(0, 7)
            select (Corruption)new FlippedBit(place, bit),
            Gen.Choose(0, int.MaxValue).Select(place => (Corruption)new CutOff(place)),
            from place in Gen.Choose(0, int.MaxValue)
            from sectors in Gen.Choose(1, 8)
            select (Corruption)new TornWrite(place, sectors)),
        corruption => corruption switch
        {
            FlippedBit flipped => Shrinks.Number(flipped.Place).Select(place => flipped with { Place = (int)place }),
            TornWrite torn => Shrinks.Number(torn.Sectors, 1).Select(count => torn with { Sectors = (int)count }),
            _ => [],
        });

    private static Gen<ScheduledSend> Send =>
        from session in Gen.Choose(1, 3)
        from sequence in Gen.Choose(1, 8)
        from acknowledged in Gen.Choose(0, 4)
        from startsBatch in Gen.Elements(true, false)
        select new ScheduledSend(session, sequence, Math.Min(acknowledged, sequence - 1), startsBatch);

    private static Gen<CommandEntry> Entry =>
        from kind in Gen.Elements(EntryKind.Command, EntryKind.Command, EntryKind.KeepAlive, EntryKind.CloseSession)
        from session in Gen.Choose(1, 4)
        from sequence in Gen.Choose(1, 20)
        from acknowledged in Gen.Choose(0, 20)
        from payload in Bytes
        select new CommandEntry(
            kind, new(session), sequence, acknowledged, kind == EntryKind.Command ? payload : []);

    private static IEnumerable<Ballot> Smaller(Ballot ballot) => ballot == Ballot.None
        ? []
        :
        [
            Ballot.None,
            .. Shrinks.Number(ballot.Round, 1).Select(round => ballot with { Round = round }),
            .. Shrinks.Number(ballot.Incarnation, 1).Select(life => ballot with { Incarnation = (uint)life }),
        ];

    private static IEnumerable<CommandEntry> Smaller(CommandEntry entry) =>
        Shrinks.Bytes(entry.Payload.ToArray()).Select(payload => new CommandEntry(
            entry.Kind, entry.Session, entry.Sequence, entry.AcknowledgedThrough, payload));

    private static IEnumerable<ScheduledSend> Smaller(ScheduledSend send) =>
    [
        .. Shrinks.Number(send.Session, 1).Select(session => send with { Session = session }),
        .. Shrinks.Number(send.Acknowledged).Select(acknowledged => send with { Acknowledged = acknowledged }),
    ];

    private static IEnumerable<MemberRoles> SmallerRoles(MemberRoles roles) =>
        roles == MemberRoles.All ? [] : [MemberRoles.All];

    private static View MakeView(int round, int start, NodeId[] owners) => new(
        new(round, owners[0], 1), new(start), [.. owners.Select(owner => new LaneOwner(owner, 1))]);

    // A role that nobody plays would be no configuration: the first member plays it then.
    private static Configuration MakeConfiguration(MemberRoles[] roles)
    {
        roles[0] |= MemberRoles.All & ~roles.Aggregate((all, one) => all | one);
        return new(Epoch.First, [.. roles.Select((role, place) => new Member(
            new((ushort)place), $"{(char)('a' + place)}", $"127.0.0.1:{7001 + place}", role, StorageId.None))]);
    }
}
