using System.Buffers.Binary;
using System.Threading.Channels;
using PaxosSM.Client;
using PaxosSM.Runtime;

namespace PaxosSM.Hosting.Tests;

/// <summary>A session whose commands a test numbers itself, over TCP; it goes on whatever becomes of the
/// cluster.</summary>
internal sealed class RawSession : IClientChannelReceiver, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Resend = TimeSpan.FromMilliseconds(200);

    private readonly Channel<(long Sequence, PaxosError Error, byte[] Result)> _results =
        Channel.CreateUnbounded<(long, PaxosError, byte[])>();

    private readonly TcpChannel _channel;

    public RawSession(ClusterId cluster, IReadOnlyList<string> endpoints)
    {
        _channel = new(new() { Cluster = cluster, Endpoints = endpoints, FollowsForks = true });
        _channel.Start(this);
    }

    public SessionId Id { get; private set; }

    /// <summary>The group that its commands go to.</summary>
    public GroupId Group { get; set; } = GroupId.Default;

    public async Task OpenAsync()
    {
        var request = new byte[SessionRequest.Size];
        new SessionRequest(Guid.NewGuid(), SessionMode.Ordered, 16, TimeSpan.FromMinutes(5)).Write(request);
        var (_, _, result) = await AskAsync(Entry(EntryKind.OpenSession, 0, request), _ => true);
        Id = new(BinaryPrimitives.ReadInt64LittleEndian(result));
    }

    /// <summary>Has a number added.</summary>
    /// <returns>How that ended, and the sum that was answered; zero for a refusal.</returns>
    public async Task<(PaxosError Error, long Sum)> AddAsync(long sequence, long number)
    {
        var entry = Entry(EntryKind.Command, sequence, SumMachine.Add(number));
        var (_, error, result) = await AskAsync(entry, answered => answered == sequence);
        return (error, error == PaxosError.None ? SumMachine.Read(result) : 0);
    }

    public void OnConnected()
    {
    }

    public void OnDisconnected(string why)
    {
    }

    public void OnFrame(ClientFrame frame)
    {
        if (frame is ClientResult result)
        {
            _results.Writer.TryWrite((result.Sequence, result.Error, result.Result.ToArray()));
        }
        else if (frame is ClientResults results)
        {
            var rest = results.Results;
            while (ResultEntry.TryRead(ref rest, out var entry))
            {
                _results.Writer.TryWrite((entry.Sequence, entry.Error, entry.Result.ToArray()));
            }
        }
    }

    public ValueTask DisposeAsync() => _channel.DisposeAsync();

    private byte[] Entry(EntryKind kind, long sequence, byte[] payload)
    {
        var entry = new byte[CommandEntry.HeaderSize + payload.Length];
        CommandEntry.WriteHeader(entry, kind, Id, sequence, 0, payload.Length);
        payload.CopyTo(entry, CommandEntry.HeaderSize);
        return entry;
    }

    // Sent again until it is answered by a node that leads: what passes is no end.
    private async Task<(long Sequence, PaxosError Error, byte[] Result)> AskAsync(byte[] entry, Func<long, bool> isIt)
    {
        using CancellationTokenSource patience = new(Patience);
        while (true)
        {
            await _channel.SendAsync(new ClientSubmit(Group, entry, 1));
            using var resend = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
            resend.CancelAfter(Resend);
            try
            {
                var answer = await _results.Reader.ReadAsync(resend.Token);
                if (isIt(answer.Sequence)
                    && answer.Error is not (PaxosError.NotLeader or PaxosError.Stopped or PaxosError.Busy))
                {
                    return answer;
                }
            }
            catch (OperationCanceledException) when (!patience.IsCancellationRequested)
            {
                // Lost, or not answered yet.
            }
        }
    }
}
