namespace PaxosSM.Benchmarks;

/// <summary>etcd's raft library with its write-ahead log, without the server around it: a small program in Go, built
/// before the first run.</summary>
internal sealed record EtcdRaft() : ComparedSystem("etcd-raft", "etcd's raft library")
{
    private const string GoCode = "/usr/share/gocode";
    private string _program = string.Empty;

    /// <inheritdoc/>
    public override string? Missing =>
        Tool.IsInstalled("go") && Directory.Exists(Path.Combine(GoCode, "src/go.etcd.io/etcd/raft"))
            ? null
            : "not installed: `apt-get install -y golang-go golang-etcd-server-dev`";

    /// <inheritdoc/>
    public override string Note =>
        "the library and write-ahead log of golang-etcd-server-dev in a program of 250 lines in Go "
        + "(Peers/etcd-raft), an entry a command, the load within the leader's process; it does not flush when "
        + "volatile.";

    /// <inheritdoc/>
    public override async Task PrepareAsync(string folder, CancellationToken cancel)
    {
        var program = Path.Combine(folder, "etcd-raft");
        Dictionary<string, string> environment = new()
        {
            ["GO111MODULE"] = "off",
            ["GOPATH"] = GoCode,
            ["GOCACHE"] = Path.Combine(folder, "go-cache"),
        };
        var source = Path.Combine(AppContext.BaseDirectory, "Peers", "etcd-raft", "main.go");
        _ = await Tool.RunAsync(new("go", ["build", "-o", program, source], environment), cancel);
        _program = program;
    }

    /// <inheritdoc/>
    public override IEnumerable<PeerStart> Starts(IReadOnlyList<PeerOptions> nodes) =>
        nodes.Select(node => new PeerStart(_program, node.Arguments, new Dictionary<string, string>()));
}
