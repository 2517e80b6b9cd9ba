using BenchmarkDotNet.Attributes;
using PaxosSM.Messages;
using PaxosSM.Roles;

namespace PaxosSM.Benchmarks;

/// <summary>A learner that merges lanes: their votes come lane by lane, what is chosen goes out in slot order, is
/// executed and let go. Told a slot.</summary>
[MemoryDiagnoser]
public class MergeBenchmarks
{
    private const int Slots = 240;
    private readonly Value _value = Samples.Batch(1);
    private readonly Effects _effects = new(new(0));
    private Learner _learner = new(new(0), new(), Slot.Zero);
    private View _view = Samples.Deal(1);
    private Slot _through;

    [Params(1, 3, 5)]
    public int Owners { get; set; }

    [GlobalSetup]
    public void Begin()
    {
        _view = Samples.Deal(Owners);
        _learner = new(new(0), new(), Slot.Zero);
        Value opening = new(ValueKind.View, LogTime.Zero, ViewCodec.Encode(_view));
        _learner.On(new VotedSync(Slot.Zero, _view, [opening]), _effects);
        _learner.On(new Chosen(new(_view.Ballot, Lane.Sync, _view.Slot), _view.Slot), _effects);
        _through = _view.Slot;
        Finish(_through);
    }

    [Benchmark(OperationsPerInvoke = Slots)]
    public Slot Merge()
    {
        var through = new Slot(_through.Index + Slots);
        for (var index = 0; index < Owners; index++)
        {
            var lane = new Lane((ushort)index);
            var last = _through;
            for (var slot = _view.NextInLane(lane, _through); slot <= through; slot = _view.NextInLane(lane, slot))
            {
                _learner.On(new Voted(new(slot, _view.Ballot, _value)), _effects);
                last = slot;
            }

            _learner.On(new Chosen(new(_view.Ballot, lane, last), last), _effects);
        }

        Finish(through);
        return _learner.Frontier;
    }

    private void Finish(Slot through)
    {
        _learner.On(new Executed(through, LogTime.Zero, LogTime.Zero), _effects);
        _learner.Trim(through, _effects);
        _effects.Clear();
        _through = through;
    }
}
