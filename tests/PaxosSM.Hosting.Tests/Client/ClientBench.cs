using System.Text;
using Microsoft.Extensions.Time.Testing;
using PaxosSM.Client;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Hosting.Tests.Client;

/// <summary>A client, its channel and its group, moved by hand.</summary>
internal sealed class ClientBench : IAsyncDisposable
{
    private const int RoundsMax = 200_000;
    private const int RoundsPerBreath = 5;

    public ClientBench(PaxosClientOptions? options = null, GatewayOptions? gateway = null)
    {
        Time = new(new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        Group = new(Time, gateway);
        Channel = new(Group);
        Client = new(Channel, (options ?? new()) with { TimeProvider = Time });
    }

    public FakeTimeProvider Time { get; }

    public FakeGroup Group { get; }

    public FakeChannel Channel { get; }

    public PaxosClient Client { get; }

    public List<string> Journal => Group.Machine.Journal;

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    public Task<CommandResult> Execute(string command, CancellationToken token = default) =>
        Client.ExecuteAsync(Bytes(command), token).AsTask();

    /// <summary>Moves frames once; time stands still.</summary>
    public void Pump()
    {
        Channel.PumpToNode();
        Group.Pump();
        Channel.PumpToClient();
    }

    /// <summary>Moves frames and time until the task has ended, however it does.</summary>
    public async Task Run(Task task, Action? disturb = null)
    {
        for (var round = 0; !task.IsCompleted; round++)
        {
            Assert.True(round < RoundsMax, "the wait does not end");
            Pump();
            Group.Gateway.OnTick(Group.Now);
            disturb?.Invoke();
            Time.Advance(TimeSpan.FromMilliseconds(10));
            await Settle();
            if (round % RoundsPerBreath == RoundsPerBreath - 1)
            {
                // A thread of the pool that a busy machine has interrupted must not miss seconds of this time.
                await Task.Delay(1);
            }
        }
    }

    /// <summary>Moves frames, but not time, until something holds.</summary>
    public async Task Until(Func<bool> holds)
    {
        for (var round = 0; !holds(); round++)
        {
            Assert.True(round < RoundsMax, "it never holds");
            Pump();
            await Settle();
        }
    }

    /// <summary>Moves what is still under way: what was answered may have been sent again before. Time stands
    /// still.</summary>
    public async Task Drain()
    {
        const int Ways = 3;
        for (var way = 0; way < Ways; way++)
        {
            await Settle();
            Pump();
        }
    }

    public IEnumerable<CommandEntry> SentEntries()
    {
        foreach (var submit in Channel.Sent.ToArray().OfType<ClientSubmit>())
        {
            var rest = submit.Entries;
            while (CommandEntry.TryRead(ref rest, out var entry))
            {
                yield return entry;
            }
        }
    }

    /// <summary>Lets the thread of the sends, and the pool, begin what was queued before: both are in order, and this
    /// goes through them twice.</summary>
    public static async Task Settle()
    {
        for (var pass = 0; pass < 2; pass++)
        {
            Passing sends = new();
            ClientThread.Sends.Run(sends);
            await sends.Task;

            // Not Task.Run: that may overtake what waits, by the thread's own queue, and time would run away.
            var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            ThreadPool.UnsafeQueueUserWorkItem(static done => done.SetResult(), passed, preferLocal: false);
            await passed.Task;
        }
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();

    private sealed class Passing() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
        IThreadPoolWorkItem
    {
        public void Execute() => SetResult();
    }
}
