using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Genesis;
using PaxosSM.Runtime.Ports;
using PaxosSM.Storage;

namespace PaxosSM.Hosting;

/// <summary>Gives genesis its messages, its clock and its disk. Safe for use by many threads; nothing blocks.</summary>
/// <remarks>It goes on after the end: others may still ask.</remarks>
internal sealed class GenesisDriver : IAsyncDisposable
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TickIntervalAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly GenesisEffects _effects = new();
    private readonly TaskCompletionSource<GenesisOutcome> _outcome =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly GenesisProtocol _protocol;
    private readonly ITransport _transport;
    private readonly Action<GenesisRecord> _save;
    private readonly TimeProvider _time;
    private Task _saving = Task.CompletedTask;
    private ITimer? _timer;

    /// <summary>A driver that has not started.</summary>
    /// <param name="protocol">What it drives; nobody else uses it from now on.</param>
    /// <param name="transport">The way to the others.</param>
    /// <param name="save">Makes a record durable before it returns; one call at a time.</param>
    /// <param name="time">The clock.</param>
    public GenesisDriver(GenesisProtocol protocol, ITransport transport, Action<GenesisRecord> save, TimeProvider time)
    {
        _protocol = protocol;
        _transport = transport;
        _save = save;
        _time = time;
    }

    /// <summary>How genesis ends; fails when the disk does.</summary>
    public Task<GenesisOutcome> Outcome => _outcome.Task;

    /// <summary>What genesis waits for, in words; empty once it ended.</summary>
    public string Waiting
    {
        get
        {
            lock (_gate)
            {
                return _protocol.Waiting;
            }
        }
    }

    /// <summary>A driver that goes on from what a node's folder holds; it has not started.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="devices">The node's.</param>
    /// <param name="members">The first members, as configured.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PaxosConfigurationException">What is to be restored can't be.</exception>
    public static async Task<GenesisDriver> OpenAsync(
        PaxosOptions options,
        NodeDevices devices,
        IReadOnlyList<Member> members,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var folder = devices.Folder;
        var identity = devices.Members.Self;
        var record = ReadRecord(folder);
        GenesisSettings settings = new(identity.Node, identity.Storage, members, options.Durability)
        {
            Rule = options.QuorumRule,
            Restores = await NodeRestore.FindAsync(options, folder, record, cancellationToken).ConfigureAwait(false),
        };
        return new(new(settings, record), devices.Transport, saving => folder.SaveGenesis(saving.Encode()), time);
    }

    public void Start()
    {
        lock (_gate)
        {
            _timer = _time.CreateTimer(_ => Tick(), null, TimeSpan.Zero, TickInterval);
        }
    }

    /// <summary>Takes a message; false when it is not genesis'.</summary>
    public bool On(NodeId from, Message message)
    {
        switch (message)
        {
            case GenesisHello hello:
                Take(from, hello);
                return true;
            case GenesisConfirm confirm:
                Take(from, confirm);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Waits for the end, and tells people every now and then what for.</summary>
    public async Task<GenesisOutcome> WaitAsync(NodeLog log, CancellationToken cancellationToken)
    {
        var told = string.Empty;
        while (true)
        {
            try
            {
                return await Outcome.WaitAsync(TellInterval, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                if (Waiting is var waiting && waiting != told)
                {
                    told = waiting;
                    log.Genesis(waiting);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }

        _ = _outcome.TrySetCanceled();
        await _saving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // R13: what can't be read is no reason to bind the folder anew.
    private static GenesisRecord? ReadRecord(DataDirectory folder) =>
        folder.Genesis is not { Length: > 0 } saved ? null
        : GenesisRecord.TryDecode(saved.Span, out var record) ? record
        : throw new DataDirectoryException(
            $"The genesis record in {folder.Root} is of a version that this program does not know; run the one that "
            + "wrote it.");

    // Apart from who asks for every message: what a lambda holds is made where its method begins.
    private void Take(NodeId from, GenesisHello hello) =>
        Step((protocol, effects) => protocol.On(from, hello, effects));

    private void Take(NodeId from, GenesisConfirm confirm) =>
        Step((protocol, effects) => protocol.On(from, confirm, effects));

    private void Tick() => Step((protocol, effects) => protocol.Tick(NodeLoop.Now(_time), effects));

    private void Step(Action<GenesisProtocol, GenesisEffects> step)
    {
        lock (_gate)
        {
            step(_protocol, _effects);
            foreach (var (to, message) in _effects.Sends)
            {
                _transport.Send(to, GroupId.Host, Epoch.First, message);
            }

            if (_effects.Save is { } record)
            {
                _saving = Task.Run(() => Save(record));
            }

            _effects.Clear();
            if (_protocol.Outcome is { } outcome && _outcome.TrySetResult(outcome))
            {
                // What is left is to answer those who still ask: their messages wake it.
                _timer?.Change(TickIntervalAfter, TickIntervalAfter);
            }
        }

        _transport.Flush();
    }

    private void Save(GenesisRecord record)
    {
        try
        {
            _save(record);
        }
        catch (IOException exception)
        {
            // R1: what may or may not be on the disk is never vouched for, nor tried again in this life.
            _ = _outcome.TrySetException(exception);
            return;
        }

        Step((protocol, effects) => protocol.OnSaved(effects));
    }
}
