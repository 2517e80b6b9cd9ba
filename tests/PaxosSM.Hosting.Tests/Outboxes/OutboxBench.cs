using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using PaxosSM.Client;

namespace PaxosSM.Hosting.Tests.Outboxes;

/// <summary>A dispatcher over a machine that applies at once, without a cluster.</summary>
internal sealed class OutboxBench : IPaxosClient
{
    public static readonly NodeId Self = new(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Lock _gate = new();
    private readonly NoticeMachine _machine = new();
    private readonly StateMachineClient<Note, string, string, long> _typed;
    private readonly Meter _meter = new(MetricsEventSink.MeterName);
    private long _slot;

    public OutboxBench(Func<OutboxOptions, OutboxOptions>? configure = null, IOutboxHandler? handler = null)
    {
        OutboxOptions options = new()
        {
            RetryDelay = TimeSpan.FromMilliseconds(1),
            RetryDelayMax = TimeSpan.FromMilliseconds(4),
            WakeInterval = TimeSpan.Zero,
            AttemptsMax = 3,
        };
        options = configure?.Invoke(options) ?? options;
        Readings = new(_meter);
        OutboxEvents events = new(new(NullLogger.Instance, "a"), _meter, "a");
        _typed = NoticeMachine.Connect(this);
        Dispatcher = new(new()
        {
            Group = GroupId.Default,
            Self = Self,
            Connect = Connect,
            Handler = handler ?? Receiver,
            Options = options,
            Events = events,
            Time = TimeProvider.System,
        });
    }

    public KeptReceiver Receiver { get; } = new();

    public OutboxDispatcher Dispatcher { get; }

    public Readings Readings { get; }

    /// <summary>Clients made, and not closed.</summary>
    public int Clients { get; private set; }

    /// <summary>How many acknowledgements fail from now on.</summary>
    public int FailingAcknowledgements { get; set; }

    /// <summary>Acknowledgements are answered, and change nothing.</summary>
    public bool DropsAcknowledgements { get; init; }

    /// <summary>What waits.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _machine.OutboxDestinations(99, "").Sum(each => _machine.ReadOutbox(each, 999, 99999).Count);
            }
        }
    }

    public static async Task Eventually(Func<bool> condition, string what)
    {
        var since = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < Patience, what);
            await Task.Delay(1);
        }
    }

    public async Task AddAsync(string to, params string[] texts)
    {
        foreach (var text in texts)
        {
            _ = await _typed.ExecuteAsync(new(to, text));
            Dispatcher.Wake();
        }
    }

    public ValueTask<CommandResult> ExecuteAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken)
    {
        ArrayBufferWriter<byte> result = new();
        lock (_gate)
        {
            // The only commands that are no JSON.
            if (command.Span[0] == 0 && FailingAcknowledgements-- > 0)
            {
                return ValueTask.FromException<CommandResult>(new PaxosException(PaxosError.Timeout, "as asked"));
            }

            if (command.Span[0] == 0 && DropsAcknowledgements)
            {
                return new(new CommandResult(default, new(_slot), Durability.Synced));
            }

            CommandContext context = new(
                GroupId.Default, new(++_slot), 0, LogTime.Zero, SessionId.None, 0, NoTimers.Instance);
            _machine.Apply(in context, new(command), result);
            return new(new CommandResult(result.WrittenMemory, new(_slot), Durability.Synced));
        }
    }

    public ValueTask<QueryResult> QueryAsync(
        ReadOnlyMemory<byte> query, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        Assert.Equal(ReadKind.Local, consistency.Kind);
        ArrayBufferWriter<byte> result = new();
        lock (_gate)
        {
            _machine.Query(default, new ReadOnlySequence<byte>(query), result);
            return new(new QueryResult(result.WrittenMemory, new(_slot), LogTime.Zero, TimeSpan.Zero));
        }
    }

    public ValueTask<ICommandStream> OpenStreamAsync(CancellationToken cancellationToken) =>
        throw new InvalidOperationException("nobody needs one");

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            Clients--;
        }

        return default;
    }

    public async Task EndAsync()
    {
        await Dispatcher.DisposeAsync();
        Readings.Dispose();
        _meter.Dispose();
    }

    public IPaxosClient Connect()
    {
        lock (_gate)
        {
            Clients++;
        }

        return this;
    }

    private sealed class NoTimers : ITimers
    {
        public static readonly NoTimers Instance = new();

        public void Set(long id, LogTime due) => throw new InvalidOperationException("nobody sets one");

        public void Cancel(long id) => throw new InvalidOperationException("nobody sets one");
    }
}
