using System.CommandLine;

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
        Command command = new(name, meaning)
        {
            id, nodes, port, folder, durable, clients, size, warm, seconds,
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
                TimeSpan.FromSeconds(parsed.GetValue(seconds))),
            cancel));
        return command;
    }
}
