using System.CommandLine;
using System.Globalization;

namespace PaxosSM.Benchmarks;

/// <summary>What each process of a compared system is told; the same words for every system.</summary>
/// <param name="Id">Which node this is, from 0.</param>
/// <param name="Nodes">How many there are.</param>
/// <param name="BasePort">Node i listens at this port + i, on loopback.</param>
/// <param name="Directory">Its own empty folder.</param>
/// <param name="Durable">Whether an acknowledged command is on stable storage at a majority.</param>
/// <param name="Clients">Commands outstanding, each in a closed loop.</param>
/// <param name="Size">Bytes of a command.</param>
/// <param name="WarmUp">How long before it counts.</param>
/// <param name="Time">How long it counts.</param>
internal sealed record PeerOptions(
    int Id,
    int Nodes,
    int BasePort,
    string Directory,
    bool Durable,
    int Clients,
    int Size,
    TimeSpan WarmUp,
    TimeSpan Time)
{
    /// <summary>Where a node needs a second port, it takes its first one + this.</summary>
    public const int SecondPort = 10;

    /// <summary>Commands a second that arrive by a schedule; 0: none do, and the load is a closed loop.</summary>
    public double Rate { get; init; }

    /// <summary>Bytes applied from one snapshot to the next; 0: as by default.</summary>
    public long SnapshotBytes { get; init; }

    /// <summary>Bytes of state beside the hash, which each snapshot has to write.</summary>
    public int StateBytes { get; init; }

    /// <summary>Whether timeouts are shorter than the defaults.</summary>
    public bool Tuned { get; init; }

    /// <summary>A folder for protocol traces; null for none.</summary>
    public string? Trace { get; init; }

    /// <summary>The command line that says all this; what is as by default is left out.</summary>
    public IReadOnlyList<string> Arguments =>
    [
        "--id", Text(Id), "--nodes", Text(Nodes), "--base-port", Text(BasePort), "--dir", Directory,
        "--durable", Durable ? "1" : "0", "--clients", Text(Clients), "--size", Text(Size),
        "--warm", Text(WarmUp.TotalSeconds), "--secs", Text(Time.TotalSeconds),
        .. Rate > 0 ? ["--rate", Text(Rate)] : Nothing,
        .. SnapshotBytes > 0 ? ["--snapshot-bytes", Text(SnapshotBytes)] : Nothing,
        .. StateBytes > 0 ? ["--state-bytes", Text(StateBytes)] : Nothing,
        .. Tuned ? ["--tuned"] : Nothing,
        .. Trace is { } trace ? ["--trace", trace] : Nothing,
    ];

    private static string[] Nothing => [];

    /// <summary>A command of the command line that takes these options.</summary>
    public static Command Command(string name, string meaning, Func<PeerOptions, CancellationToken, Task<int>> run)
    {
        Option<int> id = new("--id") { Description = "This node, from 0.", Required = true };
        Option<int> nodes = new("--nodes") { Description = "How many nodes.", DefaultValueFactory = _ => 3 };
        Option<int> port = new("--base-port") { Description = "Node i takes this port + i.", Required = true };
        Option<string> folder = new("--dir") { Description = "Its own empty folder.", Required = true };
        Option<int> durable = new("--durable") { Description = "1 or 0.", DefaultValueFactory = _ => 1 };
        Option<int> clients = new("--clients") { Description = "Commands outstanding.", DefaultValueFactory = _ => 64 };
        Option<int> size = new("--size") { Description = "Bytes of a command.", DefaultValueFactory = _ => 64 };
        Option<double> warm = new("--warm") { Description = "Seconds before it counts.", DefaultValueFactory = _ => 2 };
        Option<double> seconds = new("--secs") { Description = "Seconds that count.", DefaultValueFactory = _ => 5 };
        Option<double> rate = new("--rate") { Description = "Commands a second by a schedule; 0 for a closed loop." };
        Option<long> snapshot = new("--snapshot-bytes") { Description = "Bytes applied between snapshots." };
        Option<int> state = new("--state-bytes") { Description = "Bytes that each snapshot writes." };
        Option<bool> tuned = new("--tuned") { Description = "Shorter timeouts than the defaults." };
        Option<string?> trace = new("--trace") { Description = "A folder for protocol traces." };
        Command command = new(name, meaning)
        {
            id, nodes, port, folder, durable, clients, size, warm, seconds, rate, snapshot, state, tuned, trace,
        };
        command.SetAction((parsed, cancel) => run(
            new(
                parsed.GetValue(id),
                parsed.GetValue(nodes),
                parsed.GetValue(port),
                parsed.GetRequiredValue(folder),
                parsed.GetValue(durable) != 0,
                parsed.GetValue(clients),
                Math.Max(sizeof(long), parsed.GetValue(size)),
                TimeSpan.FromSeconds(parsed.GetValue(warm)),
                TimeSpan.FromSeconds(parsed.GetValue(seconds)))
            {
                Rate = parsed.GetValue(rate),
                SnapshotBytes = parsed.GetValue(snapshot),
                StateBytes = parsed.GetValue(state),
                Tuned = parsed.GetValue(tuned),
                Trace = parsed.GetValue(trace),
            },
            cancel));
        return command;
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
