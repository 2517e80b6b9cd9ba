using System.Globalization;

namespace PaxosSM.Benchmarks;

/// <summary>etcd as one of the compared systems: three servers, and the load in a process of its own.</summary>
internal sealed record Etcd() : ComparedSystem("etcd", "etcd")
{
    /// <summary>The command of this program that is etcd's load.</summary>
    public const string LoadCommand = "etcd-load";

    /// <summary>Servers reach each other at their clients' port + this.</summary>
    private const int PeerPorts = PeerOptions.SecondPort;

    private string _version = "etcd";

    /// <inheritdoc/>
    public override string? Missing =>
        Tool.IsInstalled("etcd") ? null : "not installed: `apt-get install -y etcd-server`";

    /// <inheritdoc/>
    public override string Note =>
        $"{_version}; its load is a fourth process (gRPC, at most {EtcdLoad.ConnectionsMax} connections, all to the "
        + "leader), a hop and a process that systems within their application do without. It flushes when volatile, "
        + "too, onto a file system in memory.";

    /// <inheritdoc/>
    public override async Task PrepareAsync(string folder, CancellationToken cancel)
    {
        PeerStart version = new("etcd", ["--version"], new Dictionary<string, string>());
        var told = await Tool.RunAsync(version, cancel);
        _version = told.Split('\n')[0].Replace(" Version:", string.Empty, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public override IEnumerable<PeerStart> Starts(IReadOnlyList<PeerOptions> nodes) =>
    [
        .. nodes.Select(node => new PeerStart("etcd", ServerArguments(node, nodes), new Dictionary<string, string>())),
        PeerStart.OfThisProgram([LoadCommand, .. nodes[0].Arguments], new Dictionary<string, string>()),
    ];

    // Its defaults, but that elections wait longer on a machine that is full, and that logs are errors only.
    private static string[] ServerArguments(PeerOptions node, IReadOnlyList<PeerOptions> nodes) =>
    [
        "--name", NameOf(node), "--data-dir", node.Directory,
        "--listen-client-urls", Url(node, 0), "--advertise-client-urls", Url(node, 0),
        "--listen-peer-urls", Url(node, PeerPorts), "--initial-advertise-peer-urls", Url(node, PeerPorts),
        "--initial-cluster", string.Join(',', nodes.Select(other => $"{NameOf(other)}={Url(other, PeerPorts)}")),
        "--initial-cluster-state", "new", "--log-level", "error", "--logger", "zap",
        "--heartbeat-interval", "200", "--election-timeout", "2000", "--quota-backend-bytes", "8589934592",
    ];

    private static string NameOf(PeerOptions node) => string.Create(CultureInfo.InvariantCulture, $"n{node.Id}");

    private static string Url(PeerOptions node, int ports) =>
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{node.BasePort + ports + node.Id}");
}
