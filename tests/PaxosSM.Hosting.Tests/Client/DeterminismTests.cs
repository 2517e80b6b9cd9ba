using System.Text;
using Microsoft.Extensions.Time.Testing;
using PaxosSM.Client;
using PaxosSM.Runtime;

namespace PaxosSM.Hosting.Tests.Client;

/// <summary>What a simulation needs of the client and of the gateway: one thread, and everything a function of the
/// seed.</summary>
public sealed class DeterminismTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 10)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_client_with_a_queue_and_a_seed_does_the_same_every_time(int seed)
    {
        var first = OnOneThread(() => Run.Begin(seed).Play());
        var second = OnOneThread(() => Run.Begin(seed).Play());
        Assert.Equal(first, second);
        Assert.NotEqual(first, OnOneThread(() => Run.Begin(seed + 1).Play()));
    }

    [Fact]
    public void A_stream_opens_and_a_command_completes_as_soon_as_the_queue_is_emptied() => OnOneThread(() =>
    {
        var run = Run.Begin(seed: 1);
        var opening = run.Client.OpenStreamAsync();
        run.Move();
        Assert.True(opening.IsCompletedSuccessfully);
        var stream = opening.Result;
        var told = new List<string>();
        var telling = TellAsync(stream, told);
        Assert.Empty(told);
        run.Move();
        Assert.True(telling.IsCompletedSuccessfully);
        Assert.Equal(["c@1", "flushed"], told);
        return told;
    });

    [Fact]
    public void No_continuation_runs_within_the_call_that_brings_the_answer() => OnOneThread(() =>
    {
        // A caller that sends its next command from a continuation must not meet the session in the midst of a change.
        var run = Run.Begin(seed: 1);
        var told = new List<string>();
        var telling = run.TellAsync("a", commands: 1, told);
        for (var round = 0; !telling.IsCompleted; round++)
        {
            Assert.True(round < 100, "it does not end");
            var before = told.Count;
            run.Frames();
            Assert.Equal(before, told.Count);
            run.Empty();
        }

        Assert.Equal(3, told.Count);
        return told;
    });

    private static async Task TellAsync(ICommandStream stream, List<string> told)
    {
        var result = await stream.ExecuteAsync(ClientBench.Bytes("c"));
        told.Add(ClientBench.Text(result.Result));
        await stream.FlushAsync();
        told.Add("flushed");
    }

    /// <summary>Runs on a thread of its own, on which nothing else can run.</summary>
    private static List<string> OnOneThread(Func<List<string>> run)
    {
        List<string> told = [];
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                told = run();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? told : throw new InvalidOperationException(failure.Message, failure);
    }

    /// <summary>Some callers, a client, a gateway and a group, all on the thread that made it.</summary>
    private sealed class Run
    {
        private const int RoundsMax = 20_000;
        private readonly int _thread = Environment.CurrentManagedThreadId;
        private readonly FakeTimeProvider _time;
        private readonly FakeGroup _group;
        private readonly FakeChannel _channel;
        private readonly List<string> _told = [];
        private readonly Random _chance;

        private Run(int seed, FakeTimeProvider time, FakeGroup group, FakeChannel channel)
        {
            _chance = new(seed);
            _time = time;
            _group = group;
            _channel = channel;
            var options = new PaxosClientOptions
            {
                Timeout = TimeSpan.FromMinutes(10),
                TimeProvider = _time,
                Scheduling = new(Work.Enqueue, new((ulong)seed)),
            };
            Client = new(new Witness(_channel, Tell), options);
        }

        public PaxosClient Client { get; }

        public Queue<Action> Work { get; } = new();

        public static Run Begin(int seed)
        {
            var time = new FakeTimeProvider(new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
            var group = new FakeGroup(time);
            return new(seed, time, group, new(group));
        }

        public List<string> Play()
        {
            _group.Chaos = _chance;
            _channel.Chaos = _chance;
            List<Task> tasks = [.. Enumerable.Range(0, 6).Select(caller => TellAsync($"s{caller}", 12, _told))];
            tasks.AddRange(Enumerable.Range(0, 30).Select(number => ExecuteAsync($"u{number}")));
            for (var round = 0; tasks.Exists(task => !task.IsCompleted); round++)
            {
                Assert.True(round < RoundsMax, "the run does not end");
                Disturb();
                Move();
            }

            tasks.Add(Client.DisposeAsync().AsTask());
            Move();
            Task.WhenAll(tasks).GetAwaiter().GetResult();
            return _told;
        }

        public async Task TellAsync(string caller, int commands, List<string> told)
        {
            await using var stream = await Client.OpenStreamAsync();
            told.Add($"{caller} is {stream.Session}");
            for (var number = 0; number < commands; number++)
            {
                var result = await stream.ExecuteAsync(ClientBench.Bytes($"{caller}-{number}"));
                told.Add(ClientBench.Text(result.Result));
                Assert.Equal(_thread, Environment.CurrentManagedThreadId);
            }

            await stream.FlushAsync();
            var answer = await Client.QueryAsync(ClientBench.Bytes("count"), ReadConsistency.Local);
            told.Add($"{caller} reads {ClientBench.Text(answer.Result)}");
            Assert.Equal(_thread, Environment.CurrentManagedThreadId);
        }

        /// <summary>Moves frames and time once.</summary>
        public void Move()
        {
            Frames();
            Empty();
            Frames();
            Empty();
            _group.Gateway.OnTick(_group.Now);
            _time.Advance(TimeSpan.FromMilliseconds(10));
            Empty();
        }

        public void Frames()
        {
            _channel.PumpToNode();
            _group.Pump();
            _channel.PumpToClient();
        }

        public void Empty()
        {
            while (Work.TryDequeue(out var work))
            {
                work();
            }
        }

        private async Task ExecuteAsync(string command)
        {
            var result = await Client.ExecuteAsync(ClientBench.Bytes(command));
            Tell(ClientBench.Text(result.Result));
        }

        private void Disturb()
        {
            switch (_chance.Next(60))
            {
                case 0:
                    _channel.Disconnect();
                    _channel.Connect();
                    break;
                case 1:
                    _group.SetLeader((ushort)_chance.Next(3));
                    break;
                case 2:
                    _group.BusyLeft = _chance.Next(4);
                    break;
                case 3:
                    _group.LateBusyLeft = _chance.Next(4);
                    break;
                case 4:
                    _group.LossesLeft = _chance.Next(4);
                    break;
                default:
                    break;
            }
        }

        private void Tell(string what)
        {
            Assert.Equal(_thread, Environment.CurrentManagedThreadId);
            _told.Add(what);
        }
    }

    /// <summary>Tells every frame that passes, either way.</summary>
    private sealed class Witness(FakeChannel channel, Action<string> tell) : IClientChannel, IClientChannelReceiver
    {
        private IClientChannelReceiver? _receiver;

        public string State => channel.State;

        public void Start(IClientChannelReceiver receiver)
        {
            _receiver = receiver;
            channel.Start(this);
        }

        public ValueTask<bool> SendAsync(ClientFrame frame)
        {
            tell($"> {TextOf(frame)}");
            return channel.SendAsync(frame);
        }

        public void MoveOn(string why) => tell($"moves on: {why}");

        public void OnConnected() => _receiver!.OnConnected();

        public void OnDisconnected(string why) => _receiver!.OnDisconnected(why);

        public void OnFrame(ClientFrame frame)
        {
            tell($"< {TextOf(frame)}");
            _receiver!.OnFrame(frame);
        }

        public ValueTask DisposeAsync() => channel.DisposeAsync();

        private static string TextOf(ClientFrame frame) => frame switch
        {
            ClientSubmit submit => $"{submit.Count} {Convert.ToHexString(submit.Entries.Span)}",
            ClientResults results => $"{results.Count} {Convert.ToHexString(results.Results.Span)}",
            ClientResult result => $"{result} {Encoding.UTF8.GetString(result.Result.Span)}",
            ClientQuery query => $"{query} {Encoding.UTF8.GetString(query.Query.Span)}",
            ClientQueryResult result => $"{result} {Encoding.UTF8.GetString(result.Result.Span)}",
            _ => frame.ToString(),
        };
    }
}
