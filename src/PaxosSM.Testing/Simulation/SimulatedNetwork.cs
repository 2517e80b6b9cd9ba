using PaxosSM.Messages;
using PaxosSM.Runtime;

namespace PaxosSM.Testing.Simulation;

/// <summary>The network between members.</summary>
internal sealed class SimulatedNetwork
{
    private const long IntrudeMicros = 100_000;
    private readonly List<SimulatedConnection> _connections = [];
    private readonly Dictionary<(SimulatedNode, SimulatedNode), SimulatedDirection> _directions = [];
    private readonly FrameScale _scale = new();

    public SimulatedNetwork(World world, RunLog log, SimulationPlan plan)
    {
        World = world;
        Log = log;
        Plan = plan.Network;
        Regions = new(plan);
    }

    public World World { get; }

    public RunLog Log { get; }

    /// <summary>How messages travel now.</summary>
    public NetworkPlan Plan { get; private set; }

    public RegionMap Regions { get; }

    /// <summary>Whether frames' bytes are counted though links take no time.</summary>
    public bool CountsBytes { get; set; }

    private bool BytesCount => CountsBytes || Plan.LinkBytesPerSecond > 0;

    public void Join(IReadOnlyList<SimulatedNode> nodes)
    {
        for (var first = 0; first < nodes.Count; first++)
        {
            for (var second = first + 1; second < nodes.Count; second++)
            {
                SimulatedConnection connection = new(this, nodes[first], nodes[second]);
                _connections.Add(connection);
                _directions[(nodes[first], nodes[second])] = connection.From(nodes[first]);
                _directions[(nodes[second], nodes[first])] = connection.From(nodes[second]);
            }
        }
    }

    public SimulatedDirection Between(SimulatedNode from, SimulatedNode to) => _directions[(from, to)];

    /// <summary>A process of that node started.</summary>
    public void OnStarted(SimulatedNode node)
    {
        foreach (var connection in Of(node))
        {
            connection.Break("restarted");
        }
    }

    /// <summary>A process ended, and its system told the others.</summary>
    public void OnEnded(SimulatedNode node)
    {
        foreach (var connection in Of(node))
        {
            connection.Break("the process ended");
        }
    }

    /// <summary>A second process dials out under a member's name, from a machine of its own: what is sent to the member
    /// still reaches the first.</summary>
    public void Intrude(SimulatedNode copy, SimulatedNode original, IReadOnlyList<SimulatedNode> nodes)
    {
        foreach (var node in nodes)
        {
            if (node == original)
            {
                continue;
            }

            SimulatedDirection direction = new(this, copy, node);
            _directions[(copy, node)] = direction;
            World.After(World.Random.Below(IntrudeMicros), () => Intrude(direction, original));
        }
    }

    public void Cut(IEnumerable<SimulatedDirection> directions, bool cut, bool noticed)
    {
        foreach (var direction in directions)
        {
            direction.IsCut = cut;
        }

        foreach (var connection in _connections)
        {
            if (cut && noticed && directions.Any(cutOne => connection.From(cutOne.From) == cutOne))
            {
                connection.Break("cut");
            }

            connection.Dial();
        }
    }

    /// <summary>Nothing is cut any more, and messages travel like that from now on.</summary>
    public void Heal(NetworkPlan plan)
    {
        Plan = plan;
        foreach (var (_, direction) in _directions)
        {
            direction.IsCut = false;
        }

        foreach (var connection in _connections)
        {
            connection.Dial();
        }
    }

    /// <summary>A message as it is after its way over the wire.</summary>
    public Message Encode(Message message) => _scale.Encode(message);

    /// <summary>How many bytes a frame has; zero when they don't count.</summary>
    public int BytesOf(Message message) => BytesCount ? _scale.BytesOf(message) : 0;

    /// <summary>How many bytes a frame has; zero when they don't count.</summary>
    public int BytesOf(ClientFrame frame) => BytesCount ? _scale.BytesOf(frame) : 0;

    /// <summary>A frame waits for a node's link and leaves.</summary>
    /// <returns>When its last byte has left, in nanoseconds.</returns>
    public long Leave(SimulatedNode from, int bytes) =>
        from.Outgoing.Pass(World.Now * SimulatedLink.NanosPerMicro, bytes, from.Factor);

    /// <summary>How long a frame is under way from region to region, in nanoseconds.</summary>
    /// <param name="from">Where it begins.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="factor">How many times as slow as usual the slower machine of the two is: distances don't
    /// grow.</param>
    public long Travel(int from, int to, int factor = 1)
    {
        var micros = (Plan.DelayMin + World.Random.Below(Plan.DelaySpread + 1)) * factor;
        if (Regions.Distance(from, to) is var distance and > 0)
        {
            micros += distance + World.Random.Below((distance * Plan.DistanceSpreadPermille / 1000) + 1);
        }

        return micros * SimulatedLink.NanosPerMicro;
    }

    /// <summary>A frame gets to a node's link at a moment, in nanoseconds, and waits for it.</summary>
    public void Enter(SimulatedNode to, long nanos, int bytes, Action entered)
    {
        if (Plan.LinkBytesPerSecond == 0)
        {
            At(to.Incoming.Pass(nanos, bytes), entered);
        }
        else
        {
            At(nanos, () => At(to.Incoming.Pass(nanos, bytes, to.Factor), entered));
        }
    }

    /// <summary>Has something happen at a moment in nanoseconds: at the next whole microsecond.</summary>
    public void At(long nanos, Action happens) =>
        World.At((nanos + SimulatedLink.NanosPerMicro - 1) / SimulatedLink.NanosPerMicro, happens);

    // R13: a newer life of the same disk pushes the older one's connection out; both can't be told from a restart.
    private void Intrude(SimulatedDirection direction, SimulatedNode original)
    {
        var (copy, peer) = (direction.From.Process, direction.To.Process);
        if (copy is not { IsAlive: true } || peer is not { IsAlive: true }
            || !peer.Members!.Policy.Check(copy.Members!.Self).Accepted)
        {
            Log.Count("connections refused");
            return;
        }

        direction.Up();
        Between(original, direction.To).Down("another life connected under this name");
        foreach (var connection in Of(original))
        {
            connection.Dial();
        }
    }

    private IEnumerable<SimulatedConnection> Of(SimulatedNode node) =>
        _connections.Where(connection => connection.From(node).From == node);
}
