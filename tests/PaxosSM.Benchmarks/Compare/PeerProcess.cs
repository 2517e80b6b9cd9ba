using System.Collections.Concurrent;
using System.Diagnostics;

namespace PaxosSM.Benchmarks;

/// <summary>One process of a compared system, and the lines that it writes.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();

    /// <summary>Starts a process of a system.</summary>
    /// <param name="start">Which.</param>
    /// <param name="lines">Takes what it writes, from any thread.</param>
    public PeerProcess(PeerStart start, Action<PeerProcess, string> lines)
    {
        ProcessStartInfo info = new(start.File, start.Arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in start.Environment)
        {
            info.Environment[name] = value;
        }

        _process = new() { StartInfo = info };
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
