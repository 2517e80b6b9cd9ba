using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using PaxosSM.Runtime;

namespace PaxosSM.Benchmarks;

/// <summary>What replication costs at least: batches, one write and flush each, a quorum of two of three, apply. No
/// elections, no recovery, no sessions: not a system, but what a system is measured against.</summary>
internal sealed class RooflinePeer : IDisposable
{
    private readonly PeerOptions _options;
    private readonly RooflineLog _log;
    private readonly RooflineBatch _batch;
    private readonly WakeSignal _submitted = new();
    private readonly WakeSignal _answered = new();
    private readonly Lock _gate = new();
    private readonly long[] _acknowledged = new long[2];
    private List<RooflineCall> _waiting = [];
    private List<RooflineCall> _taken = [];
    private long _applied;
    private long _batches;

    private RooflinePeer(PeerOptions options)
    {
        _options = options;
        _log = new(options.Directory, options.Durable);
        _batch = new(options.Size);
    }

    public static async Task<int> RunAsync(PeerOptions options, CancellationToken cancel)
    {
        using RooflinePeer peer = new(options);
        if (options.Id == 0)
        {
            await peer.LeadAsync(cancel);
        }
        else
        {
            peer.Follow();
        }

        return 0;
    }

    public void Dispose() => _log.Dispose();

    private void Follow()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, _options.BasePort + _options.Id));
        listener.Listen(1);
        Console.Out.WriteLine("READY");
        using var leader = listener.Accept();
        leader.NoDelay = true;
        Span<byte> acknowledgement = stackalloc byte[sizeof(long)];
        while (TryReceive(leader, _batch.Header) && TryReceive(leader, _batch.Body))
        {
            if (!_batch.IsIntact)
            {
                throw new InvalidDataException("a batch arrived damaged");
            }

            _log.Write(_batch.All);
            BinaryPrimitives.WriteInt64LittleEndian(acknowledgement, _batch.End);
            Send(leader, acknowledgement);
            _batch.Apply();
        }
    }

    private async Task LeadAsync(CancellationToken cancel)
    {
        var followers = new[] { await ConnectAsync(1, cancel), await ConnectAsync(2, cancel) };
        await Console.Out.WriteLineAsync("READY");
        for (var place = 0; place < followers.Length; place++)
        {
            var (number, follower) = (place, followers[place]);
            Start("roofline-acks", () => Listen(number, follower));
        }

        Start("roofline-writer", () => Write(followers));
        var outstanding = _options.Rate > 0 ? OpenLoad.OutstandingMax : _options.Clients;
        RooflineCall[] calls = [.. Enumerable.Range(0, outstanding).Select(_ => new RooflineCall())];
        if (_options.Rate > 0)
        {
            OpenLoad<bool> arrivals = new(_options, command => Submit(calls, command));
            await arrivals.RunAsync(() => Volatile.Read(ref _applied), () => 0, Console.Out);
        }
        else
        {
            ClosedLoad<bool> load = new(_options, command => Submit(calls, command));
            await load.RunAsync(() => Volatile.Read(ref _applied), () => Volatile.Read(ref _batches), Console.Out);
        }

        await Task.Delay(Timeout.Infinite, cancel);
    }

    private ValueTask<bool> Submit(RooflineCall[] calls, ReadOnlyMemory<byte> command)
    {
        var call = calls[ClosedLoad.WorkerOf(command.Span)];
        var task = call.Begin(command);
        lock (_gate)
        {
            _waiting.Add(call);
        }

        _submitted.Set();
        return task;
    }

    private void Write(Socket[] followers)
    {
        for (var next = 0L; ;)
        {
            _submitted.Take();
            if (!TryTake())
            {
                _submitted.Wait(Timeout.InfiniteTimeSpan);
                continue;
            }

            for (var from = 0; from < _taken.Count; from += RooflineBatch.CountMax)
            {
                var count = Math.Min(RooflineBatch.CountMax, _taken.Count - from);
                Replicate(followers, next, from, count);
                next += count;
            }
        }
    }

    private bool TryTake()
    {
        _taken.Clear();
        lock (_gate)
        {
            (_waiting, _taken) = (_taken, _waiting);
        }

        return _taken.Count > 0;
    }

    private void Replicate(Socket[] followers, long first, int from, int count)
    {
        for (var index = 0; index < count; index++)
        {
            _batch.Put(index, first + index, _taken[from + index].Command.Span);
        }

        _batch.Seal(first, count);
        foreach (var follower in followers)
        {
            Send(follower, _batch.All);
        }

        _log.Write(_batch.All);
        while (true)
        {
            _answered.Take();
            if (Math.Max(Volatile.Read(ref _acknowledged[0]), Volatile.Read(ref _acknowledged[1])) >= first + count)
            {
                break;
            }

            _answered.Wait(Timeout.InfiniteTimeSpan);
        }

        _batch.Apply();
        Volatile.Write(ref _applied, _applied + count);
        Volatile.Write(ref _batches, _batches + 1);
        for (var index = 0; index < count; index++)
        {
            _taken[from + index].Complete();
        }
    }

    private void Listen(int place, Socket follower)
    {
        Span<byte> acknowledgement = stackalloc byte[sizeof(long)];
        while (TryReceive(follower, acknowledgement))
        {
            Volatile.Write(ref _acknowledged[place], BinaryPrimitives.ReadInt64LittleEndian(acknowledgement));
            _answered.Set();
        }
    }

    private async Task<Socket> ConnectAsync(int id, CancellationToken cancel)
    {
        while (true)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Connect(IPAddress.Loopback, _options.BasePort + id);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
                await Task.Delay(20, cancel);
            }
        }
    }

    private static void Start(string name, Action run) =>
        new Thread(() => run()) { IsBackground = true, Name = name }.Start();

    private static bool TryReceive(Socket socket, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var read = socket.Receive(bytes);
            if (read == 0)
            {
                return false;
            }

            bytes = bytes[read..];
        }

        return true;
    }

    private static void Send(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }
}
