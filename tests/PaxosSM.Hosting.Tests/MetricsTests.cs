using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using PaxosSM.Runtime;

namespace PaxosSM.Hosting.Tests;

/// <summary>What the meter tells is what specs/metrics.md says.</summary>
public sealed class MetricsTests : IDisposable
{
    private static readonly Ballot Ballot = new(3, new(1), 4);
    private readonly Meter _meter = new(MetricsEventSink.MeterName);
    private readonly Readings _readings;
    private ReplicaStatus? _status;

    public MetricsTests()
    {
        _readings = new(_meter);
        Sink = new(_meter, "b");
        NodeGauges.Add(_meter, "b", () => _status);
        _ = new OutboxEvents(new(NullLogger.Instance, "b"), _meter, "b");
    }

    private MetricsEventSink Sink { get; }

    [Fact]
    public void Each_lane_shows_its_owner_how_far_it_is_chosen_and_whether_all_wait_for_it()
    {
        _status = Status() with
        {
            Lanes =
            [
                new(new(0), new(new(1), 4), new(828), IsAwaited: false),
                new(new(1), new(new(0), 2), new(826), IsAwaited: true),
            ],
        };

        Assert.Equal(
            [
                "paxossm.lane.through node=b lane=0 owner=1: 828",
                "paxossm.lane.through node=b lane=1 owner=0: 826",
                "paxossm.lane.awaited node=b lane=0 owner=1: 0",
                "paxossm.lane.awaited node=b lane=1 owner=0: 1",
            ],
            _readings.Ask("paxossm.lane."));
    }

    [Fact]
    public void Who_owns_nothing_shows_no_lanes()
    {
        _status = Status();

        Assert.Empty(_readings.Ask("paxossm.lane."));
        Assert.Equal(["paxossm.slot.chosen node=b: 826"], _readings.Ask("paxossm.slot.chosen"));
    }

    [Fact]
    public void Before_genesis_no_gauge_tells_anything() => Assert.Empty(_readings.Ask("paxossm."));

    [Fact]
    public void A_run_of_passed_turns_counts_each_turn_and_is_no_proposal()
    {
        Sink.On(GroupId.Default, new Proposed(Ballot, new(7), Value.Pass.Checksum) { Last = new(22), Stride = 5 });

        Assert.Equal(["paxossm.passes group=1 node=b: 4"], _readings.Lines);
    }

    [Fact]
    public void What_is_proposed_counts_and_passes_nothing()
    {
        Sink.On(GroupId.Default, new Proposed(Ballot, new(7), Value.Pass.Checksum + 1) { Stride = 5 });

        Assert.Equal(["paxossm.proposals group=1 node=b: 1"], _readings.Lines);
    }

    [Fact]
    public void A_vote_for_a_run_of_passed_turns_counts_each_of_them()
    {
        Sink.On(GroupId.Default, new SlotVoted(Ballot, new(7), 1, default) { Last = new(17), Stride = 5 });

        Assert.Equal(["paxossm.votes group=1 node=b: 3"], _readings.Lines);
    }

    [Fact]
    public void Every_instrument_is_in_the_table_and_the_table_has_no_other()
    {
        var table = File.ReadLines(Path.Combine(Repository.Root, "specs", "metrics.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1]);

        Assert.Equal(table.Order(StringComparer.Ordinal), _readings.Names.Order(StringComparer.Ordinal));
    }

    public void Dispose()
    {
        _readings.Dispose();
        _meter.Dispose();
    }

    private static ReplicaStatus Status() => new(
        new(1),
        new(1),
        Ballot,
        default,
        ChosenThrough: new(826),
        Applied: new(825),
        SnapshotThrough: default,
        TrimmedTo: default,
        [],
        Digest: null,
        Halted: null,
        Waiting: string.Empty);
}
