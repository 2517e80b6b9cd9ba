using System.Diagnostics;

namespace PaxosSM.Benchmarks;

/// <summary>One member of the cluster, over the lives of its process.</summary>
internal sealed class MemberProcess(PeerOptions options) : IDisposable
{
    private PeerProcess? _process;
    private volatile MemberState? _state;

    /// <summary>How it stands, as it told last in this life; null before.</summary>
    public MemberState? State => _state;

    /// <summary>What it wrote as errors.</summary>
    public string Errors => _process?.Errors ?? string.Empty;

    public void Start()
    {
        _state = null;
        PeerStart start = PeerStart.OfThisProgram(
            [FailoverCommand.MemberCommand, .. options.Arguments], new Dictionary<string, string>());
        _process = new(start, (process, line) =>
        {
            if (process == _process && MemberState.FromLine(line) is { } state)
            {
                _state = state;
            }
        });
    }

    /// <summary>Kills it, as <c>kill -9</c> does.</summary>
    /// <returns>The moment just before.</returns>
    public long Kill()
    {
        var at = Stopwatch.GetTimestamp();
        _process?.Dispose();
        _state = null;
        return at;
    }

    public void Dispose() => _process?.Dispose();
}
