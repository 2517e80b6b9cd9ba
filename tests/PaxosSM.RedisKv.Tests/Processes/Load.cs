using PaxosSM.Testing.Traces;

namespace PaxosSM.RedisKv.Tests.Processes;

/// <summary>A cluster under load by checked workers and a probe.</summary>
internal sealed class Load : IDisposable
{
    private const int Workers = 6;
    private readonly CancellationTokenSource _stop = new();
    private readonly string _traces = Directory.CreateTempSubdirectory("rediskv-trace-").FullName;
    private readonly CheckedWorker[] _workers;
    private readonly Thread[] _threads;

    public Load(Func<string, RedisCluster> clusterOf)
    {
        Cluster = clusterOf(_traces);
        Cluster.StartAll();
        Probe = new(Cluster);
        _workers = [.. Enumerable.Range(0, Workers).Select(number => new CheckedWorker(Cluster, number))];
        _threads =
        [
            .. _workers.Select(worker => new Thread(() => worker.Run(_stop.Token))),
            new Thread(() => Probe.Run(_stop.Token)),
        ];
        foreach (var thread in _threads)
        {
            thread.IsBackground = true;
            thread.Start();
        }
    }

    /// <summary>What is loaded; all its processes are gone after <see cref="Finish"/>.</summary>
    public RedisCluster Cluster { get; }

    public ServiceProbe Probe { get; }

    /// <summary>How many commands were answered at that replica; once the load has ended.</summary>
    public long AnsweredAt(string name) => _workers.Sum(worker => worker.AnsweredAt(name));

    /// <summary>Kills the replica, and starts it again after a while.</summary>
    /// <returns>The longest time without service, and the longest in the second before.</returns>
    public (TimeSpan Gap, TimeSpan Calm) KillAndRestart(string victim)
    {
        Probe.TakeLongest();
        Settle(TimeSpan.FromSeconds(1));
        var calm = Probe.TakeLongest();
        Cluster.Kill(victim);
        Settle(TimeSpan.FromSeconds(3));
        var gap = Probe.TakeLongest();
        Cluster.Start(victim);
        return (gap, calm);
    }

    public void Settle(TimeSpan time) => _stop.Token.WaitHandle.WaitOne(time);

    /// <summary>Ends the load.</summary>
    /// <param name="at">Who holds the keys now; null for all learners.</param>
    /// <param name="traced">Whether traces were written, and are checked.</param>
    public (long Answered, IReadOnlyList<string> Wrong) Finish(
        IReadOnlyList<string>? at = null, bool traced = true)
    {
        _stop.Cancel();
        foreach (var thread in _threads)
        {
            if (!thread.Join(TimeSpan.FromSeconds(30)))
            {
                return (0, ["a client did not end: some wait has no bound"]);
            }
        }

        var wrong = new List<string>();
        wrong.AddRange((at ?? [.. Cluster.Serving]).SelectMany(Check));
        wrong.AddRange(traced ? CheckTraces() : []);
        return (_workers.Sum(worker => worker.Answered), wrong);
    }

    /// <summary>What is wrong with the lists as that replica shows them.</summary>
    public IReadOnlyList<string> Check(string name)
    {
        using var client = Cluster.Connect(name, TimeSpan.FromSeconds(30));
        return [.. _workers.SelectMany(worker => worker.Check(client)).Select(text => $"{name}: {text}")];
    }

    // Ended first: files that still grow end at different moments.
    private IEnumerable<string> CheckTraces()
    {
        foreach (var name in Cluster.Names)
        {
            Cluster.Kill(name);
        }

        Configuration members = new(
            Epoch.First,
            [.. Cluster.Names.Select((name, number) => new Member(
                new((ushort)number), name, string.Empty, Cluster.RolesOf(name), StorageId.None))]);
        var verdict = TraceMerge.CheckFolder(_traces, new(GroupId.Default, members));
        if (verdict.Problem is not null)
        {
            yield return verdict.Problem;
        }

        if (verdict.Events == 0 && !Tool.Long)
        {
            yield return "nobody wrote a trace";
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        Cluster.Dispose();
        _stop.Dispose();
        Directory.Delete(_traces, recursive: true);
    }
}
