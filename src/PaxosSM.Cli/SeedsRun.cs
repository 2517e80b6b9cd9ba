using System.Diagnostics;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Cli;

/// <summary>Runs many seeds, a few at a time, and tells of them in their order.</summary>
internal sealed class SeedsRun(SimulateSettings settings, TextWriter output, TextWriter errors)
{
    private const int ViolationsTold = 10;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<ulong, SeedRun> _finished = [];
    private readonly List<(ulong Seed, SeedRun Run)> _failed = [];
    private readonly SwarmSummary _summary = new();
    private readonly long _began = Stopwatch.GetTimestamp();
    private ulong _next = settings.FirstSeed;
    private ulong _told = settings.FirstSeed;
    private int _violations; // those not told yet too, while a slower seed keeps them waiting
    private volatile bool _isStopped;

    public int Run()
    {
        ConsoleCancelEventHandler stop = (_, key) =>
        {
            key.Cancel = !_isStopped; // asked twice, it ends at once
            _isStopped = true;
        };
        Console.CancelKeyPress += stop;
        try
        {
            output.WriteLine(SeedRow.Header);
            var threads = Enumerable.Range(0, settings.Threads)
                .Select(index => new Thread(Work) { Name = $"seeds {index}", IsBackground = true })
                .ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
        }
        finally
        {
            Console.CancelKeyPress -= stop;
        }

        output.WriteLine(_summary.Text(Stopwatch.GetElapsedTime(_began), settings.Threads));
        foreach (var (seed, run) in _failed.OrderBy(each => each.Seed).Take(ViolationsTold))
        {
            new ViolationReport(settings, errors).Tell(run, run.Result.Violation!, settings.ReplayOf(seed));
        }

        return _failed.Count > 0 ? ExitStatus.Violation : ExitStatus.Good;
    }

    private void Work()
    {
        while (Take() is { } seed)
        {
            var name = seed.ToString(System.Globalization.CultureInfo.InvariantCulture);
            var run = new SeedTask(name, SwarmPlans.Of(seed, settings.Swarm)).Run(settings);
            lock (_gate)
            {
                _finished.Add(seed, run);
                _violations += run.Result.Violation is null ? 0 : 1;
                Tell();
            }
        }
    }

    private ulong? Take()
    {
        lock (_gate)
        {
            var isOver = _isStopped
                || _violations >= ViolationsTold
                || (settings.Seeds is { } seeds && _next - settings.FirstSeed >= (ulong)seeds)
                || (settings.Time is { } time && Stopwatch.GetElapsedTime(_began) >= time);
            return isOver ? null : _next++;
        }
    }

    // In seed order, so that two runs of the same seeds print the same but for the times.
    private void Tell()
    {
        while (_finished.Remove(_told, out var run))
        {
            output.WriteLine(SeedRow.Of(run));
            _summary.Add(run);
            if (run.Result.Violation is not null)
            {
                _failed.Add((_told, run));
            }

            _told++;
        }

        if (!Console.IsErrorRedirected)
        {
            errors.Write($"\r{_summary.Progress(settings.Seeds)}  ");
        }
    }
}
