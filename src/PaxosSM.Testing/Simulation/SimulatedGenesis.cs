using PaxosSM.Messages;
using PaxosSM.Runtime.Genesis;

namespace PaxosSM.Testing.Simulation;

/// <summary>Gives genesis its messages, its clock and its disk (R13). It goes on after the end: others may still
/// ask.</summary>
internal sealed class SimulatedGenesis
{
    /// <summary>How often genesis is told the time.</summary>
    public static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan TickIntervalAfter = TimeSpan.FromSeconds(1);
    private readonly GenesisEffects _effects = new();
    private readonly SimulatedProcess _process;
    private readonly SimulatedDevices _devices;
    private readonly SimulatedTransport _transport;
    private readonly GenesisProtocol _protocol;
    private Instant _tickedAt;
    private bool _stopped;

    public SimulatedGenesis(SimulatedProcess process, SimulatedDevices devices, SimulatedTransport transport)
    {
        _process = process;
        _devices = devices;
        _transport = transport;
        _protocol = devices.NewGenesis();
    }

    /// <summary>Time went by.</summary>
    /// <returns>How genesis ended, once it has.</returns>
    public GenesisOutcome? Step(Instant now)
    {
        if (_protocol.Outcome is null || now - _tickedAt >= TickIntervalAfter)
        {
            _tickedAt = now;
            _protocol.Tick(now, _effects);
            CarryOut();
        }

        return _protocol.Outcome;
    }

    /// <summary>Takes a message; false when it is not genesis'.</summary>
    public bool On(NodeId from, Message message)
    {
        switch (message)
        {
            case GenesisHello hello:
                _protocol.On(from, hello, _effects);
                break;
            case GenesisConfirm confirm:
                _protocol.On(from, confirm, _effects);
                break;
            default:
                return false;
        }

        CarryOut();
        return true;
    }

    public void Stop() => _stopped = true;

    private void CarryOut()
    {
        foreach (var (to, message) in _effects.Sends)
        {
            _transport.Send(to, GroupId.Host, Epoch.First, message);
        }

        if (_effects.Save is { } record)
        {
            _process.World.After(_process.Node.FlushTime(), () => _process.Guard(() => Save(record)));
        }

        _effects.Clear();
    }

    private void Save(GenesisRecord record)
    {
        if (_stopped || !_process.CountEffect())
        {
            return;
        }

        try
        {
            _devices.Save(record);
        }
        catch (IOException)
        {
            // R1: what may or may not be on the disk is never vouched for, nor tried again in this life.
            _process.Node.OnFailed();
            return;
        }

        _protocol.OnSaved(_effects);
        CarryOut();
    }
}
