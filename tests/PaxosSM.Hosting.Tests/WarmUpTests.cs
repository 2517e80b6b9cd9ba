using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace PaxosSM.Hosting.Tests;

/// <summary>A node that practises before it listens.</summary>
public sealed class WarmUpTests : IDisposable
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _folder = Directory.CreateTempSubdirectory("paxossm-test-").FullName;

    private string PracticeFolder => Path.Combine(_folder, "a", "warm-up");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_node_warms_up_before_it_serves_and_leaves_nothing_behind()
    {
        Words words = new();
        using Proposals proposals = new();
        await using (await StartAsync(words, WarmUp))
        {
            Assert.Contains(words.Told, told => told.Contains("warmed up in", StringComparison.Ordinal));
            Assert.False(Directory.Exists(PracticeFolder));
            Assert.True(proposals.Practised > 0);
        }
    }

    [Fact]
    public async Task What_a_killed_one_left_is_no_hindrance()
    {
        Directory.CreateDirectory(PracticeFolder);
        await File.WriteAllTextAsync(Path.Combine(PracticeFolder, "a"), "no folder");

        Words words = new();
        await using var cluster = await StartAsync(words, WarmUp);

        Assert.Contains(words.Told, told => told.Contains("warmed up in", StringComparison.Ordinal));
        Assert.False(Directory.Exists(PracticeFolder));
    }

    [Fact]
    public async Task One_that_fails_is_told_of_and_the_node_serves_cold()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "a"));
        await File.WriteAllTextAsync(PracticeFolder, "in the way");

        Words words = new();
        await using var cluster = await StartAsync(words, WarmUp);
        await using var client = cluster.CreateClient();

        Assert.Contains(words.Told, told => told.Contains("starts cold", StringComparison.Ordinal));
        Assert.Equal(7, SumMachine.Read((await client.ExecuteAsync(SumMachine.Add(7))).Result));
    }

    [Fact]
    public async Task A_start_that_is_given_up_ends_the_warm_up()
    {
        using CancellationTokenSource over = new();
        Words words = new();
        words.OnTold = told =>
        {
            if (told.Contains("opened", StringComparison.Ordinal))
            {
                over.Cancel();
            }
        };

        var start = StartAsync(words, TimeSpan.FromHours(1), over.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start.WaitAsync(Patience));
        Assert.DoesNotContain(words.Told, told => told.Contains("warmed up", StringComparison.Ordinal));
        Assert.False(Directory.Exists(PracticeFolder));
    }

    [Fact]
    public async Task By_default_there_is_none()
    {
        Words words = new();
        await using var cluster = await StartAsync(words, new PaxosOptions().WarmUp);

        Assert.DoesNotContain(words.Told, told => told.Contains("warmed up", StringComparison.Ordinal));
    }

    private Task<PaxosCluster> StartAsync(
        Words words, TimeSpan warmUp, CancellationToken cancellationToken = default) =>
        PaxosCluster.StartEmbeddedAsync<SumMachine>(
            1,
            new() { Data = _folder, LoggerFactory = words, Configure = options => options.WarmUp = warmUp },
            cancellationToken);

    // What is logged, as text.
    private sealed class Words : ILoggerFactory, ILogger
    {
        private readonly Lock _gate = new();
        private readonly List<string> _told = [];

        public Action<string> OnTold { get; set; } = _ => { };

        public IReadOnlyList<string> Told
        {
            get
            {
                lock (_gate)
                {
                    return [.. _told];
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            var told = formatter(state, exception);
            lock (_gate)
            {
                _told.Add(told);
            }

            OnTold(told);
        }

        public void Dispose()
        {
            // It keeps what it heard.
        }
    }

    // What was proposed while a node practised: under a meter of its own, apart from what the node is watched by.
    private sealed class Proposals : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _practised;

        public Proposals()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "paxossm.proposals" && instrument.Meter.Name == "PaxosSM.WarmUp")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>(
                (_, count, _, _) => Interlocked.Add(ref _practised, count));
            _listener.Start();
        }

        public long Practised => Interlocked.Read(ref _practised);

        public void Dispose() => _listener.Dispose();
    }
}
