using PaxosSM.Client;

namespace PaxosSM.Testing.Simulation;

/// <summary>A client beside a node, which sends the same command again and again, and notes how long each
/// took.</summary>
internal sealed class MeasuredClient
{
    private const long PauseMicros = 1000;
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);
    private readonly World _world;
    private readonly SteadyLoad _load;
    private readonly SeededRandom _random;
    private readonly PaxosClient _client;
    private readonly byte[] _command;

    private MeasuredClient(SimulatedNode node, SteadyLoad load, SeededRandom random, PaxosClient client)
    {
        Node = node;
        _world = node.World;
        _load = load;
        _random = random;
        _client = client;
        _command = new byte[load.PayloadBytes];
    }

    public SimulatedNode Node { get; }

    /// <summary>How long each command took that ended since <see cref="Forget"/>.</summary>
    public List<long> Micros { get; } = [];

    public long Failed { get; private set; }

    public static MeasuredClient Join(SimulatedCluster cluster, SimulatedNode node, SteadyLoad load)
    {
        var world = cluster.World;
        SeededRandom random = new(world.Random.Next());
        PaxosClientOptions defaults = new();
        SimulatedChannel channel = new(cluster, [node], cluster.Network.Regions.Of(node.Place), GroupId.Default);
        PaxosClient client = new(channel, new()
        {
            Timeout = cluster.Plan.Clients.Timeout,
            SessionTimeout = cluster.Plan.Clients.SessionTimeout,
            WindowMax = Math.Max(defaults.WindowMax, load.InFlight),
            TickInterval = TickInterval,
            TimeProvider = new SimulatedClock(world, 0, random.Below(1_000_000), TimeSpan.Zero),
            Scheduling = new(work => world.After(random.Below(20), work), new(random.Next())),
        });
        return new(node, load, random, client);
    }

    /// <summary>Goes on for ever.</summary>
    public void Run()
    {
        if (_load.RatePerSecond > 0)
        {
            CallNowAndThen();
            return;
        }

        for (var call = 0; call < _load.InFlight; call++)
        {
            CallAgain();
        }
    }

    /// <summary>The warm-up is over.</summary>
    public void Forget()
    {
        Micros.Clear();
        Failed = 0;
    }

    private void CallNowAndThen()
    {
        var pause = 2_000_000L * _load.ClientsPerNode / _load.RatePerSecond;
        Await(_client.ExecuteAsync(_command), () => { });
        _world.After(_random.Below(pause + 1), CallNowAndThen);
    }

    private void CallAgain() => Await(_client.ExecuteAsync(_command), CallAgain);

    private void Await(ValueTask<CommandResult> task, Action then)
    {
        var began = _world.Now;
        var awaiter = task.GetAwaiter();
        if (awaiter.IsCompleted)
        {
            OnEnded();
        }
        else
        {
            awaiter.UnsafeOnCompleted(OnEnded);
        }

        void OnEnded()
        {
            try
            {
                _ = awaiter.GetResult();
                Micros.Add(_world.Now - began);
            }
            catch (PaxosException)
            {
                // What is refused is refused at once: without a pause time would stand still.
                Failed++;
                _world.After(PauseMicros, then);
                return;
            }

            then();
        }
    }
}
