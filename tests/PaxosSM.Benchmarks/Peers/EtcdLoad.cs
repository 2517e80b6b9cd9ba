using System.Buffers.Binary;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;

namespace PaxosSM.Benchmarks;

/// <summary>The load for etcd: puts to the leader, each worker to a key of its own, over gRPC.</summary>
internal static class EtcdLoad
{
    /// <summary>How many connections the workers share at most.</summary>
    public const int ConnectionsMax = 16;

    private static readonly TimeSpan LeaderMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(300);
    private static readonly Marshaller<byte[]> Bytes = new(bytes => bytes, bytes => bytes);
    private static readonly Method<byte[], byte[]> Put = new(
        MethodType.Unary, "etcdserverpb.KV", "Put", Bytes, Bytes);

    public static async Task<int> RunAsync(PeerOptions options, CancellationToken cancel)
    {
        var leader = await FindLeaderAsync(options, cancel);
        await Task.Delay(Settle, cancel);
        GrpcChannel[] channels =
        [
            .. Enumerable
                .Range(0, Math.Min(options.Clients, ConnectionsMax))
                .Select(_ => GrpcChannel.ForAddress(leader)),
        ];
        var invokers = Array.ConvertAll(channels, channel => channel.CreateCallInvoker());
        var put = 0L;
        ClosedLoad<bool> load = new(options, async command =>
        {
            var worker = ClosedLoad.WorkerOf(command.Span);
            var invoker = invokers[worker % invokers.Length];
            using var call = invoker.AsyncUnaryCall(Put, null, default, Request(worker, command.Span));
            _ = await call.ResponseAsync.ConfigureAwait(false);
            Interlocked.Increment(ref put);
            return true;
        });
        await load.RunAsync(() => Interlocked.Read(ref put), () => 0, Console.Out);
        foreach (var channel in channels)
        {
            channel.Dispose();
        }

        await Task.Delay(Timeout.Infinite, cancel);
        return 0;
    }

    // A PutRequest: the key is its field 1, the value its field 2, both of wire type 2.
    private static byte[] Request(int worker, ReadOnlySpan<byte> value)
    {
        const int KeySize = sizeof(int);
        var lengthSize = 1;
        for (var rest = value.Length >> 7; rest > 0; rest >>= 7)
        {
            lengthSize++;
        }

        var request = new byte[2 + KeySize + 1 + lengthSize + value.Length];
        (request[0], request[1]) = ((1 << 3) | 2, KeySize);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(2), worker);
        request[2 + KeySize] = (2 << 3) | 2;
        for (var (at, rest) = (2 + KeySize + 1, value.Length); lengthSize > 0; at++, lengthSize--, rest >>= 7)
        {
            request[at] = (byte)((rest & 0x7F) | (lengthSize > 1 ? 0x80 : 0));
        }

        value.CopyTo(request.AsSpan(request.Length - value.Length));
        return request;
    }

    private static async Task<string> FindLeaderAsync(PeerOptions options, CancellationToken cancel)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(LeaderMax);
        using HttpClient http = new();
        while (true)
        {
            for (var id = 0; id < options.Nodes; id++)
            {
                var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{options.BasePort + id}");
                if (await LeadsAsync(http, address, patience.Token))
                {
                    return address;
                }
            }

            await Task.Delay(Pause, patience.Token);
        }
    }

    private static async Task<bool> LeadsAsync(HttpClient http, string address, CancellationToken cancel)
    {
        try
        {
            using var answer = await http.PostAsJsonAsync(
                $"{address}/v3/maintenance/status", new Dictionary<string, string>(), cancel);
            using var status = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancel));
            var self = status.RootElement.GetProperty("header").GetProperty("member_id").GetString();
            return status.RootElement.TryGetProperty("leader", out var leader) && leader.GetString() == self;
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or KeyNotFoundException)
        {
            return false; // it starts
        }
    }
}
