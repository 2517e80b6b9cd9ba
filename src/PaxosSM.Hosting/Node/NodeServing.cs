using PaxosSM.Client;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Genesis;
using PaxosSM.Runtime.Groups;
using PaxosSM.Runtime.Serving;

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
    private readonly NodeGroupSettings _settings;
    private readonly Configuration _founders;
    private readonly HostedReach _hosted = new();
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
        _settings = new(node, devices, _events);
        var members = devices.Members.Configuration;
        _founders = members.AsFounders();
        var settings = _settings.Of(GroupId.Default, members, _genesis.Roles) with
        {
            Start = _genesis.Start,
            OnHalted = OnHalted,
            OnEpochs = OnEpochs,
        };
        _group = new(node.Name, settings, node.Machine, node.Gateway, devices.Snapshots);
        if (node.Outboxes is { } outboxes)
        {
            AddTo(outboxes);
        }

        Backup = new(node, devices, GroupId.Default, () => _group.Status, _group.SnapshotAsync);
    }

    /// <summary>The group.</summary>
    public GroupHost Group => _group;

    /// <summary>The members of the first group's present epoch.</summary>
    public Configuration Members => _devices.Members.Configuration;

    /// <summary>The groups beside it; null where there are none, and before the start.</summary>
    public HostedGroups? Groups { get; private set; }

    /// <summary>Why this node only learns, though it is listed as a voter; null when it does not.</summary>
    public string? OnlyLearns => _genesis.OnlyLearns;

    /// <summary>Makes backups of the first group.</summary>
    public NodeBackup Backup { get; }

    /// <summary>Makes backups of a group; null for one that does not run here.</summary>
    public NodeBackup? BackupOf(GroupId group) =>
        group == GroupId.Default ? Backup
        : Groups?.Find(group) is { } hosted
            ? new(_node, _devices, group, () => Groups?.Find(group)?.Status, hosted.SnapshotAsync)
        : null;

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

    /// <summary>Finds the gateway of a group beside the first one; null for one that does not run here.</summary>
    public Gateway? GatewayOf(GroupId group) => Groups?.GatewayOf(group);

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
        if (_node.Services.GroupMachines is not null)
        {
            Groups = new(_node, _devices, _founders, pump, NewHosted, OnRemoved);
            await Groups.StartAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Groups is { } groups)
        {
            await groups.DisposeAsync().ConfigureAwait(false);
        }

        if (_node.Outboxes is { } outboxes)
        {
            await outboxes.DisposeAsync().ConfigureAwait(false);
        }

        _loop?.Dispose();
        await _group.DisposeAsync().ConfigureAwait(false);
        _events.Dispose();
    }

    private void AddTo(NodeOutboxes outboxes)
    {
        if (_group.HasOutbox)
        {
            _group.Advanced = outboxes.Add(
                _node.Gateway.Group,
                _devices.Members.Self.Node,
                _devices.Members.Configuration,
                () => _node.NewClient(_node.Gateway));
        }
        else if (_node.Services.GroupMachines is null)
        {
            _node.Log.NoOutbox(_node.Gateway.Group);
        }
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

        Groups?.OnMembers();
    }

    private void Reach(GroupEpochs epochs)
    {
        // Those that the file names, too: where nobody else knows a straggler, its administrator does.
        Member[] everybody =
        [
            .. epochs.Everybody.Concat(_guests).Concat(_devices.Configured).Concat(_hosted.Everybody)
                .DistinctBy(member => member.Id),
        ];
        _devices.Members.Adopt(epochs, everybody);
        _devices.Transport.SetMembers(everybody);
        _pump!.SetMembers([.. everybody.Select(member => member.Id)]); // the start made it
    }

    private void OnHostedEpochs(GroupId group, GroupEpochs epochs)
    {
        lock (_gate)
        {
            _devices.Members.Adopt(group, epochs.Present.Configuration);
            if (_hosted.On(group, epochs.Everybody) && _epochs is { } own)
            {
                Reach(own);
            }
        }
    }

    private void OnRemoved(GroupId group)
    {
        lock (_gate)
        {
            _devices.Members.Forget(group);
            _hosted.Forget(group);
        }
    }

    private void OnHostedHalted(GroupId group, string why)
    {
        _node.Log.OnHalted(group, why);
        GatewayOf(group)?.OnHalted(why);
    }

    private GroupSettings NewHosted(GroupId group, Configuration founders)
    {
        // R13: the storage that is listed is the member, not the node of that number.
        var self = _devices.Members.Self;
        var roles = founders.Find(self.Node) is { } listed && listed.Storage == self.Storage
            ? listed.Roles
            : MemberRoles.Learner;
        return _settings.Of(group, founders, roles) with
        {
            OnHalted = OnHostedHalted,
            OnEpochs = epochs => OnHostedEpochs(group, epochs),
            StartsAtRest = true,
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
