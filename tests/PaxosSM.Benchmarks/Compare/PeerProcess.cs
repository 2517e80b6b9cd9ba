using System.Collections.Concurrent;
using System.Diagnostics;

namespace PaxosSM.Benchmarks;

/// <summary>One process of a compared system, and the lines that it writes.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();

    /// <summary>Starts this program as a node of a system.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="environment">Settings of the runtime.</param>
    /// <param name="lines">Takes what it writes, from any thread.</param>
    public PeerProcess(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        Action<PeerProcess, string> lines)
    {
        ProcessStartInfo start = new("dotnet", [typeof(PeerProcess).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = new() { StartInfo = start };
        _process.OutputDataReceived += (_, read) => _ = read.Data is { } line && Take(lines, line);
        _process.ErrorDataReceived += (_, read) => _errors.Enqueue(read.Data ?? string.Empty);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it wrote as errors.</summary>
    public string Errors => string.Join('\n', _errors).Trim();

    /// <summary>Whether it ended by itself.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>The processor time that it has used; zero when it is gone.</summary>
    public TimeSpan Processor
    {
        get
        {
            _process.Refresh();
            return _process.HasExited ? TimeSpan.Zero : _process.TotalProcessorTime;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
        _process.Dispose();
    }

    private bool Take(Action<PeerProcess, string> lines, string line)
    {
        lines(this, line);
        return true;
    }
}
