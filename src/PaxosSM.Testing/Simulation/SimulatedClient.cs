using PaxosSM.Client;

namespace PaxosSM.Testing.Simulation;

/// <summary>A client of the cluster: the production client, and somebody who calls it and writes down what comes
/// back.</summary>
internal sealed class SimulatedClient
{
    // What a run's clients number their sessions by: each one's lie apart.
    private const int SessionsMax = 1_000_000;
    private const long WedgedMicros = 100_000;

    // A fifth of the default rate: what is lost is missed a little later, and the run is faster.
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);
    private readonly GroupLoad _load;
    private readonly SimulatedRun _run;
    private readonly SimulatedChannel _channel;
    private readonly PaxosClient _client;
    private readonly SeededRandom _random;
    private readonly int _index;
    private readonly int _name;
    private readonly bool _isOrdered;
    private ICommandStream? _stream;
    private bool _opening;
    private int _streams;
    private int _streamCommands;
    private Slot _lastSlot;
    private long _succeededBefore;
    private bool _insists;

    private SimulatedClient(
        GroupLoad load, int index, SeededRandom random, SimulatedChannel channel, PaxosClient client)
    {
        (_load, _run) = (load, load.Run);
        _index = index;
        _name = index + (load.Departed.Count * load.Plan.Count);
        _random = random;
        _isOrdered = index < load.Plan.Streams;
        _channel = channel;
        _client = client;
    }

    /// <summary>How many operations are under way.</summary>
    public int Open { get; private set; }

    /// <summary>How many succeeded.</summary>
    public long Succeeded { get; private set; }

    /// <summary>Why the last operation that failed did; null before the first.</summary>
    public PaxosException? Failure { get; private set; }

    /// <summary>The ordered sessions that it opened.</summary>
    public List<SessionId> Sessions { get; } = [];

    /// <summary>What it waits for, in words.</summary>
    public string State => _client.State;

    public static SimulatedClient Join(GroupLoad load, int index)
    {
        var cluster = load.Run.Cluster;
        SeededRandom random = new(cluster.World.Random.Next());
        var region = cluster.Network.Regions.Of(index % cluster.Nodes.Count);
        SimulatedChannel channel = new(cluster, cluster.Learners, region, load.Group);
        return new(load, index, random, channel, new(channel, Options(cluster, load.Plan, load.Group, random)));
    }

    /// <summary>What a simulated client works with.</summary>
    public static PaxosClientOptions Options(
        SimulatedCluster cluster, ClientPlan plan, GroupId group, SeededRandom random)
    {
        var world = cluster.World;
        return new()
        {
            Group = group,
            Timeout = plan.Timeout,
            SessionTimeout = plan.SessionTimeout,
            TickInterval = TickInterval,
            TimeProvider = new SimulatedClock(world, 0, random.Below(1_000_000), TimeSpan.Zero),
            Scheduling = new(work => world.After(random.Below(20), work), new(random.Next())),
        };
    }

    /// <summary>Has something happen once what is awaited has come.</summary>
    public static void OnCompleted(bool isCompleted, Action<Action> onCompleted, Action then)
    {
        if (isCompleted)
        {
            then();
        }
        else
        {
            onCompleted(then);
        }
    }

    /// <summary>It is of no use any more: what it has under way ends.</summary>
    public void Leave() => _ = _client.DisposeAsync().AsTask();

    /// <summary>Calls now and then, until the run stops loading.</summary>
    public void Run()
    {
        var plan = _load.Plan;
        if (_load.IsLoading && _load.Clients.Contains(this))
        {
            if (Open < plan.Window)
            {
                Call(_load.Workload.Next(_random, _index, plan));
            }

            var (own, all) = (IsBusy(plan) ? plan.BusyFactor : 1L, plan.Count - 1L + plan.BusyFactor);
            var pause = Math.Max(1, 2_000_000L * all / (plan.RatePerSecond * own));
            _run.World.After(_random.Below(pause), Run);
        }
    }

    public void Call(WorkloadOperation operation)
    {
        if (operation.IsQuery)
        {
            // The workload can't know the slot of this client's last answer: zero stands for it.
            var consistency = operation.Consistency == ReadConsistency.After(Slot.Zero)
                ? ReadConsistency.After(_lastSlot)
                : operation.Consistency;
            var query = _load.History.BeginQuery(_name, operation.Input, consistency);
            Await(query, _client.QueryAsync(operation.Input, consistency));
        }
        else if (!_isOrdered)
        {
            var command = _load.History.BeginCommand(_name, operation.Input);
            Await(command, operation.Input, _client.ExecuteAsync(operation.Input));
        }
        else if (_stream is { } stream)
        {
            var command = _load.History.BeginCommand(_name, operation.Input, (_name * SessionsMax) + _streams);
            Await(command, operation.Input, stream.ExecuteAsync(operation.Input));
            if (++_streamCommands == _load.Plan.StreamCommandsMax)
            {
                Close(stream);
            }
        }
        else
        {
            OpenStream();
        }
    }

    /// <summary>Sends commands without order until one succeeds.</summary>
    public void CallUntilOneSucceeds()
    {
        _insists = true;
        _succeededBefore = Succeeded;
        WorkloadOperation operation;
        do
        {
            operation = _load.Workload.Next(_random, _index, _load.Plan);
        }
        while (operation.IsQuery);
        var command = _load.History.BeginCommand(_name, operation.Input);
        Await(command, operation.Input, _client.ExecuteAsync(operation.Input));
    }

    // The load moves on from client to client, wherever each of them is connected.
    private bool IsBusy(ClientPlan plan)
    {
        var turn = plan.BusyFor > TimeSpan.Zero ? _run.World.Now / World.Micros(plan.BusyFor) : 0;
        return turn % plan.Count == _index;
    }

    private void CallAgain(PaxosError failed)
    {
        if (failed == PaxosError.Wedged && _insists)
        {
            // Refused at once, by what the node told last: until it tells something else, the answer is the same.
            Open++;
            _run.World.After(WedgedMicros, () =>
            {
                Open--;
                CallAgain(PaxosError.None);
            });
        }
        else if (_insists && Succeeded == _succeededBefore && Open == 0)
        {
            CallUntilOneSucceeds();
        }
    }

    // What it has under way ends with it, and may have been applied.
    private void Close(ICommandStream stream)
    {
        _stream = null;
        _run.Log.Count("streams closed");
        _ = stream.DisposeAsync().AsTask();
    }

    private void OpenStream()
    {
        if (_opening)
        {
            return;
        }

        _opening = true;
        Open++;
        var awaiter = _client.OpenStreamAsync().AsTask().GetAwaiter();
        OnCompleted(awaiter.IsCompleted, awaiter.UnsafeOnCompleted, () =>
        {
            _opening = false;
            Open--;
            try
            {
                _stream = awaiter.GetResult();
                _streams++;
                _streamCommands = 0;
                Sessions.Add(_stream.Session);
            }
            catch (PaxosException)
            {
                _run.Log.Count("streams not opened");
            }
        });
    }

    private void Await(long id, ReadOnlyMemory<byte> input, ValueTask<CommandResult> task) =>
        Await(id, task, "commands", result => result.Slot, result =>
        {
            _load.History.Succeeded(id, result.Result, result.Slot);
            _load.Acknowledged.Add((input, result));
        });

    private void Await(long id, ValueTask<QueryResult> task) =>
        Await(id, task, "queries", result => result.Slot, result =>
            _load.History.Succeeded(id, result.Result, result.Slot, result.Age, Replica()));

    private void Await<TResult>(
        long id, ValueTask<TResult> task, string counted, Func<TResult, Slot> slotOf, Action<TResult> succeed)
    {
        Open++;
        var awaiter = task.GetAwaiter();
        OnCompleted(awaiter.IsCompleted, awaiter.UnsafeOnCompleted, () =>
        {
            Open--;
            try
            {
                var result = awaiter.GetResult();
                var slot = slotOf(result);
                Succeeded++;
                _lastSlot = Slot.Max(_lastSlot, slot);
                _run.Log.Mix((ulong)id, (ulong)slot.Index);
                _run.Log.Count(counted);
                succeed(result);
            }
            catch (PaxosException failed)
            {
                OnFailed(id, failed);
            }
        });
    }

    private void OnFailed(long id, PaxosException failed)
    {
        Failure = failed;
        _run.Log.Count($"failed {failed.Error}");
        _run.Log.Mix((ulong)id, (ulong)failed.Error);
        if (failed.OutcomeUnknown)
        {
            _load.History.Unknown(id);
        }
        else
        {
            _load.History.Refused(id);
        }

        // An ordered session that has expired takes nothing more: the next command opens another.
        if (failed.Error == PaxosError.SessionExpired)
        {
            _stream = null;
        }

        CallAgain(failed.Error);
    }

    // The answer was handed over by the connection that is there now.
    // With its boot: a node whose disk was wiped counts its lives from the first again.
    private string? Replica() => _channel.Process is { Members.Self: var self }
        ? $"{self.Node}.{self.Incarnation}/{self.Boot:x}"
        : null;
}
