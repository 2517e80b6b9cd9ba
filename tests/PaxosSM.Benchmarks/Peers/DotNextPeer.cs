using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using DotNext.Net.Cluster.Consensus.Raft;
using DotNext.Net.Cluster.Consensus.Raft.Membership;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;

namespace PaxosSM.Benchmarks;

/// <summary>DotNext's Raft as one of the compared systems, as its documentation uses it: one entry a command, or with
/// an application before it that packs what waits into one entry, which is no feature of its.</summary>
internal static class DotNextPeer
{
    private const int PackedMax = 1024;
    private const int PackedAtOnce = 2;
    private static readonly TimeSpan LeaderMax = TimeSpan.FromSeconds(30);

    public static Task<int> RunAsync(PeerOptions options, CancellationToken cancel) =>
        RunAsync(options, packs: false, cancel);

    public static Task<int> RunPackedAsync(PeerOptions options, CancellationToken cancel) =>
        RunAsync(options, packs: true, cancel);

    private static async Task<int> RunAsync(PeerOptions options, bool packs, CancellationToken cancel)
    {
        DotNextMachine machine = new(
            new(Path.Combine(options.Directory, "state")), packs ? options.Size : int.MaxValue);
        await machine.RestoreAsync(cancel);
        await using WriteAheadLog log = new(
            new()
            {
                Location = Path.Combine(options.Directory, "log"),
                ChunkSize = packs ? 16 << 20 : 1 << 20,
                MemoryManagement = WriteAheadLog.MemoryManagementStrategy.SharedMemory,
            },
            machine);
        await using RaftCluster cluster = new(SettingsOf(options)) { AuditTrail = log };
        await cluster.StartAsync(cancel);
        await Console.Out.WriteLineAsync("READY");
        await cluster.WaitForLeaderAsync(LeaderMax, cancel);
        while (cluster.LeadershipToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancel);
        }

        await Task.Delay(TimeSpan.FromMilliseconds(300), cancel);
        Func<ReadOnlyMemory<byte>, ValueTask<bool>> execute = packs
            ? new Packing(cluster, options.Size).ExecuteAsync
            : async command =>
            {
                await cluster.ReplicateAsync(command, null, CancellationToken.None);
                return true;
            };
        ClosedLoad<bool> load = new(options, execute);
        await load.RunAsync(() => machine.Count, () => 0, Console.Out);
        await Task.Delay(Timeout.Infinite, cancel);
        return 0;
    }

    private static RaftCluster.TcpConfiguration SettingsOf(PeerOptions options)
    {
        RaftCluster.TcpConfiguration settings = new(new IPEndPoint(IPAddress.Loopback, options.BasePort + options.Id))
        {
            RequestTimeout = TimeSpan.FromSeconds(2),
            LowerElectionTimeout = 1000,
            UpperElectionTimeout = 2000,
            TransmissionBlockSize = 1 << 16,
            ColdStart = false,
            ConfigurationStorage = null!, // in memory, it makes its own
        };
        var storage = (InMemoryClusterConfigurationStorage<EndPoint>)settings.ConfigurationStorage;
        var members = storage.CreateInitialConfigurationBuilder();
        for (var id = 0; id < options.Nodes; id++)
        {
            members.Add(new IPEndPoint(IPAddress.Loopback, options.BasePort + id));
        }

        members.Build();
        return settings;
    }

    // What an application can do itself: all commands that wait, up to a bound, are one entry.
    private sealed class Packing
    {
        private readonly BlockingCollection<(ReadOnlyMemory<byte> Command, TaskCompletionSource<bool> Done)> _waiting =
            [];
        private readonly RaftCluster _cluster;
        private readonly int _size;

        public Packing(RaftCluster cluster, int size)
        {
            (_cluster, _size) = (cluster, size);
            for (var worker = 0; worker < PackedAtOnce; worker++)
            {
                _ = Task.Factory.StartNew(
                    PackAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
        }

        public ValueTask<bool> ExecuteAsync(ReadOnlyMemory<byte> command)
        {
            TaskCompletionSource<bool> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((command, done));
            return new(done.Task);
        }

        private async Task PackAsync()
        {
            List<TaskCompletionSource<bool>> packed = [];
            while (true)
            {
                ArrayBufferWriter<byte> entry = new(PackedMax * _size);
                packed.Clear();
                var next = _waiting.Take();
                do
                {
                    entry.Write(next.Command.Span);
                    packed.Add(next.Done);
                }
                while (packed.Count < PackedMax && _waiting.TryTake(out next));
                await _cluster.ReplicateAsync(entry.WrittenMemory, null, CancellationToken.None);
                packed.ForEach(done => done.SetResult(true));
            }
        }
    }
}
