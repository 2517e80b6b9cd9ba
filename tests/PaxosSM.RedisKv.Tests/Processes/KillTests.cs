using System.Globalization;
using PaxosSM.Testing.Traces;
using Xunit.Abstractions;

namespace PaxosSM.RedisKv.Tests.Processes;

/// <summary>Real processes on loopback, killed with SIGKILL under load. PAXOSSM_LONG=1 runs the long series; the short
/// one's traces go through the checker.</summary>
[Collection("processes")]
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Workers = 6;
    
    private static readonly TimeSpan ServiceBack = TimeSpan.FromSeconds(2);

    [Fact]
    public void Replicas_killed_over_and_over_lose_nothing_double_nothing_and_are_back_within_two_seconds()
    {
        using var load = new Load();
        var gaps = new List<TimeSpan>();
        for (var kill = 0; kill < (Tool.Long ? 30 : 5); kill++)
        {
            var victim = kill % 2 == 0 ? load.Cluster.Leader() ?? "a" : load.Cluster.Names[kill % 3];
            load.Settle(TimeSpan.FromSeconds(1));
            load.Probe.TakeLongest();
            load.Cluster.Kill(victim);
            load.Settle(TimeSpan.FromSeconds(3));
            gaps.Add(load.Probe.TakeLongest());
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"kill {kill} of {victim}: {gaps[^1].TotalMilliseconds:F0} ms without service"));
            load.Cluster.Start(victim);
            load.Cluster.WaitUntilServing(victim, TimeSpan.FromSeconds(30));
        }

        var (answered, wrong) = load.Finish();
        output.WriteLine($"{answered} answered");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(answered > gaps.Count * 100, $"only {answered} commands were answered");
        Assert.True(gaps.Max() < ServiceBack, $"the service was away for {gaps.Max()}");
    }

    [Fact]
    public void All_replicas_killed_at_once_come_back_with_all_that_was_answered()
    {
        using var load = new Load();
        for (var round = 0; round < (Tool.Long ? 10 : 2); round++)
        {
            load.Settle(TimeSpan.FromSeconds(1));
            foreach (var name in load.Cluster.Names)
            {
                load.Cluster.Kill(name);
            }

            load.Cluster.StartAll();
        }

        var (answered, wrong) = load.Finish();
        output.WriteLine($"{answered} answered");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(answered > 100);
    }

    /// <summary>A cluster under load by checked workers and a probe.</summary>
    private sealed class Load : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly string _traces = Directory.CreateTempSubdirectory("rediskv-trace-").FullName;
        private readonly CheckedWorker[] _workers;
        private readonly Thread[] _threads;

        public Load()
        {
            Cluster = new(["a", "b", "c"], options: Tool.Long ? null : new { trace = _traces });
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

        public RedisCluster Cluster { get; }

        public ServiceProbe Probe { get; }

        public void Settle(TimeSpan time) => _stop.Token.WaitHandle.WaitOne(time);

        public (long Answered, IReadOnlyList<string> Wrong) Finish()
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
            foreach (var name in Cluster.Names)
            {
                using var client = Cluster.Connect(name, TimeSpan.FromSeconds(30));
                wrong.AddRange(_workers.SelectMany(worker => worker.Check(client)).Select(text => $"{name}: {text}"));
            }

            wrong.AddRange(CheckTraces());
            return (_workers.Sum(worker => worker.Answered), wrong);
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
                    new((ushort)number), name, string.Empty, MemberRoles.All, StorageId.None))]);
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
}

/// <summary>Tests with processes of their own run one after the other: two cores are few.</summary>
[CollectionDefinition("processes", DisableParallelization = true)]
public sealed class ProcessTests;
