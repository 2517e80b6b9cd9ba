using PaxosSM.Runtime;
using PaxosSM.Runtime.Genesis;

namespace PaxosSM.Hosting;

/// <summary>What a node runs once genesis has ended: its group and its loop.</summary>
internal sealed class NodeServing : IAsyncDisposable
{
    private const int GuestsMax = 16;
    private readonly Lock _gate = new();
    private readonly List<Member> _guests = [];
    private readonly NodeContext _node;
    private readonly NodeDevices _devices;
    private readonly GroupHost _group;
    private readonly NodeEvents _events;
    private readonly GenesisAdoption _genesis;
    private GroupEpochs? _epochs;
    private NodePump? _pump;
    private NodeLoop? _loop;

    /// <summary>Takes genesis' word, durably; serves nothing yet.</summary>
    /// <exception cref="PaxosConfigurationException">This node must not start; the message says why.</exception>
    public NodeServing(NodeContext node, NodeDevices devices, GenesisOutcome outcome)
    {
        _node = node;
        _devices = devices;
        _genesis = GenesisAdoption.Of(node, devices, outcome);
        _events = new(node, devices.Members);
        _group = new(node.Name, NewGroup(), node.Machine, node.Gateway, devices.Snapshots);
        Backup = new(node, devices, _group);
    }

    /// <summary>The group.</summary>
    public GroupHost Group => _group;

    /// <summary>Why this node only learns, though it is listed as a voter; null when it does not.</summary>
    public string? OnlyLearns => _genesis.OnlyLearns;

    /// <summary>Makes backups of the group.</summary>
    public NodeBackup Backup { get; }

    /// <summary>Lets a node in that is no member yet: it may learn here (R15). Lasts as long as this process.</summary>
    /// <returns>The storage that it came with; none while it was not met.</returns>
    public StorageId Invite(Member guest)
    {
        lock (_gate)
        {
            if (_epochs is { } epochs && !_guests.Contains(guest) && epochs.Everybody.All(each => each.Id != guest.Id))
            {
                _guests.RemoveAll(each => each.Id == guest.Id);
                _guests.Add(guest);
                _guests.RemoveRange(0, Math.Max(0, _guests.Count - GuestsMax));
                Reach(epochs);
            }
        }

        return _devices.Members.StorageOf(guest.Id);
    }

    /// <summary>Recovers the group, and starts the loop.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _genesis.InstallAsync(_node, _devices, cancellationToken).ConfigureAwait(false);
        var pump = NewPump();
        _pump = pump;
        await _group.StartAsync(pump, cancellationToken).ConfigureAwait(false);
        _loop = new(pump, _node.Time, _node.Name, crash => _node.Fail(crash.ToString()));
        _devices.Receiver.Pump = pump;
        _loop.Start();
    }

    public async ValueTask DisposeAsync()
    {
        _loop?.Dispose();
        await _group.DisposeAsync().ConfigureAwait(false);
        _events.Dispose();
    }

    private void OnHalted(GroupId group, string why)
    {
        _node.Log.OnHalted(group, why);
        _node.Gateway.OnHalted(why);
    }

    private void OnEpochs(GroupEpochs epochs)
    {
        lock (_gate)
        {
            _epochs = epochs;
            _guests.RemoveAll(guest => epochs.Present.Configuration.Find(guest.Id) is not null);
            Reach(epochs);
        }
    }

    private void Reach(GroupEpochs epochs)
    {
        // Those that the file names, too: where nobody else knows a straggler, its administrator does.
        Member[] everybody =
            [.. epochs.Everybody.Concat(_guests).Concat(_devices.Configured).DistinctBy(member => member.Id)];
        _devices.Members.Adopt(epochs, everybody);
        _devices.Transport.SetMembers(everybody);
        _pump!.SetMembers([.. everybody.Select(member => member.Id)]); // the start made it
    }

    private GroupSettings NewGroup()
    {
        var self = _devices.Members.Self;
        var options = _node.Options;
        return new()
        {
            Context = new(
                GroupId.Default,
                self.Node,
                self.Incarnation,
                _devices.Members.Configuration,
                options.Protocol,
                self.Boot)
            {
                Own = _genesis.Roles,
            },
            Log = _devices.Log,
            DeviceFailure = () => _devices.Snapshots.Failure,
            Transport = _devices.Transport,
            Events = _events.Sinks,
            Observer = _events.Observer,
            OnHalted = OnHalted,
            Storage = self.Storage,
            Start = _genesis.Start,
            StoreOwner = self.StoreOwner,
            OnEpochs = OnEpochs,
            Clock = _node.Time,
            Execution = new()
            {
                CheckpointSlots = options.Protocol.CheckpointSlots,
                Snapshots = options.Snapshots,
            },
        };
    }

    private NodePump NewPump() => new(
        new()
        {
            Self = _devices.Members.Self.Node,
            Members = _devices.Members.Configuration.All,
            Transport = _devices.Transport,
            Log = _devices.Log,
            IsStranger = _devices.Members.IsStranger,
        },
        NodeLoop.Now(_node.Time));
}
