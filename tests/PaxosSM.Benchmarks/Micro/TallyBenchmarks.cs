using BenchmarkDotNet.Attributes;
using PaxosSM.Roles;

namespace PaxosSM.Benchmarks;

/// <summary>A slot at its owner, from the proposal over all acceptors' votes to the trim: the asking of acceptors and
/// the telling of learners, as messages, are part of it.</summary>
[MemoryDiagnoser]
public class TallyBenchmarks
{
    private readonly Value _value = Samples.Batch(64);
    private readonly Effects _effects = new(new(0));
    private OwnedLane? _lane;
    private AcceptorRun[] _runs = [];

    [Params(3, 5, 7)]
    public int Acceptors { get; set; }

    [GlobalSetup]
    public void Lead()
    {
        ReplicaContext context = new(GroupId.Default, new(0), 1, Samples.Members(Acceptors), new(), 1);
        var lane = new OwnedLane(context, Samples.Deal(1), new(0), _ => true);
        _runs = [.. context.Configuration.Acceptors.Select(node => lane.Find(node)!)]; // a run for each acceptor
        _lane = lane;
    }

    [Benchmark]
    public Slot ProposeAndCount()
    {
        var lane = _lane!; // made by the set-up
        lane.Propose(_value, default, _effects);
        var slot = lane.Last;
        foreach (var run in _runs)
        {
            _ = lane.On(run, new(Samples.Ballot, new(0), Slot.Zero, slot), default, _effects);
        }

        lane.OnChosen(slot);
        while (_effects.TryTakeOwn(out _))
        {
            // Delivered to the roles of the same node, in a replica.
        }

        _effects.Clear();
        return lane.Counted;
    }
}
