using PaxosSM.Log;
using PaxosSM.Runtime.Ports;
using PaxosSM.Storage;

namespace PaxosSM.Testing.Simulation;

/// <summary>A process' log: the production log, whose threads are actors that take as long as the disk does.</summary>
internal sealed class SimulatedLog : IDurableLog
{
    private readonly SimulatedProcess _process;
    private readonly IPumpedLog _log;
    private readonly Actor _writing;
    private readonly Actor _preparing;

    public SimulatedLog(SimulatedProcess process, IPumpedLog log)
    {
        _process = process;
        _log = log;
        _writing = process.NewDiskActor(Write);
        _preparing = process.NewDiskActor(Prepare);
        log.Attach(_writing.Wake, _preparing.Wake);
    }

    public string? Failure => _log.Failure;

    public LogStall? Stall => _log.Stall;

    public IReadOnlyList<GroupId> Holders => _log.Holders;

    public IReadOnlyList<RecoveredRecord> TakeRecovered(GroupId group) => _log.TakeRecovered(group);

    public IReadOnlyList<GroupId> RecoveredGroups => _log.RecoveredGroups;

    public void Forget(GroupId group)
    {
        if (_process.CountEffect())
        {
            _log.Forget(group);
        }
    }

    public void Append(GroupId group, IReadOnlyList<DurableWrite> writes, Action durable)
    {
        if (_process.CountEffect())
        {
            _log.Append(group, writes, durable);
        }
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    private void Write()
    {
        if (_log.RunOnce())
        {
            _writing.Wake();
        }
        else
        {
            TryAgainLater(_writing);
        }
    }

    private void Prepare()
    {
        if (_log.PrepareOnce())
        {
            _preparing.Wake();
        }
        else
        {
            TryAgainLater(_preparing);
        }
    }

    private void TryAgainLater(Actor actor)
    {
        if (_log.RetryAfter is { } after)
        {
            actor.WakeAt(_process.World.Now + World.Micros(after) + 1);
        }
    }
}
