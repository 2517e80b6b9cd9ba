using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Transport.Tests;

/// <summary>Whatever a stranger says: the connection is closed with one logged reason, and nothing else
/// happens.</summary>
public sealed class HostileInputTests : IAsyncLifetime
{
    private static readonly Member Other = new(new(1), "b", "127.0.0.1:1", MemberRoles.All, Samples.Identity.Storage);
    private readonly FakeTimeProvider _time = new();
    private readonly TcpNode _node;

    public HostileInputTests() => _node = Make(_time);

    private static NodeIdentity Member => Samples.Identity with { Node = new(1) };

    public async Task InitializeAsync()
    {
        _node.SetMembers(_node.Member, Other);
        await _node.StartAsync();
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Random_bytes_are_turned_away()
    {
        Random random = new(7);
        for (var i = 0; i < 5; i++)
        {
            var bytes = new byte[1000];
            random.NextBytes(bytes);
            await using var stream = await _node.KnockAsync(bytes);
            await IsClosedAsync(stream);
        }

        await LoggedAsync("does not speak PaxosSM", 5);
    }

    [Fact]
    public async Task A_web_browser_is_turned_away()
    {
        await using var stream = await _node.KnockAsync([.. "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8]);
        await IsClosedAsync(stream);
        await LoggedAsync("does not speak PaxosSM");
    }

    [Fact]
    public async Task Another_version_is_refused_naming_both()
    {
        await using var stream = await _node.KnockAsync();
        Hello hello = new(5, 6, ConnectionRole.Member, Member);
        var refused = await Assert.ThrowsAsync<ConnectionRefusedException>(() =>
            Handshake.DialAsync(stream, hello, default));
        Assert.Equal(RefusalReason.Version, refused.Refusal.Reason);
        Assert.Contains("versions 4 to 4 are spoken here, 5 to 6", refused.Message, StringComparison.Ordinal);
        await LoggedAsync("versions 4 to 4 are spoken here, 5 to 6");
    }

    [Fact]
    public Task Another_cluster_is_refused() =>
        RefusedAsync(Member with { Cluster = new(Guid.NewGuid()) }, RefusalReason.Cluster);

    [Fact]
    public Task Another_fork_is_refused() => RefusedAsync(Member with { Fork = new(3) }, RefusalReason.Fork);

    [Fact]
    public Task A_node_that_is_no_member_is_refused() =>
        RefusedAsync(Member with { Node = new(8) }, RefusalReason.Node);

    [Fact]
    public Task The_nodes_own_name_is_refused() =>
        RefusedAsync(Member with { Node = new(0), Boot = 999 }, RefusalReason.TwoCopies);

    [Fact]
    public async Task An_earlier_life_is_refused_and_the_later_one_goes_on()
    {
        await using var later = await GreetedAsync(Member with { Incarnation = 20 });
        await RefusedAsync(Member with { Incarnation = 19 }, RefusalReason.Incarnation);
        await later.WriteAsync(Samples.Encode(new Canvass(1)));
        await Eventually.Is(() => _node.Received.Count == 1);
    }

    [Fact]
    public async Task A_second_copy_is_refused_with_alarm_and_the_first_goes_on()
    {
        await using var first = await GreetedAsync(Member);
        await RefusedAsync(Member with { Boot = 4 }, RefusalReason.TwoCopies);
        Assert.Single(_node.Alarms);
        await first.WriteAsync(Samples.Encode(new Canvass(1)));
        await Eventually.Is(() => _node.Received.Count == 1);
    }

    [Fact]
    public async Task Another_disk_is_accepted_and_told()
    {
        await using var stream = await GreetedAsync(Member with { Storage = new(Guid.NewGuid()) });
        Assert.True(Assert.Single(_node.Learned).IsStranger);
    }

    [Fact]
    public async Task A_length_of_4_GiB_closes_the_connection_at_once()
    {
        await using var stream = await GreetedAsync(Member);
        await stream.WriteAsync(new byte[] { 0xff, 0xff, 0xff, 0xff });
        await IsClosedAsync(stream);
        await LoggedAsync("frame of 4294967295 bytes");
    }

    [Fact]
    public async Task A_long_frame_that_is_only_announced_takes_no_memory()
    {
        await using var stream = await GreetedAsync(Member);
        var bytes = Samples.Encode(new Canvass(1));
        BitConverter.TryWriteBytes(bytes, 60 << 20);
        var before = GC.GetTotalAllocatedBytes();
        await stream.WriteAsync(bytes.AsMemory(0, 20));
        await stream.WriteAsync(new byte[1000]);
        await Eventually.Is(() => !stream.Socket.Connected || stream.Socket.Available == 0);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 16 << 20);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(25)]
    public async Task A_corrupt_frame_closes_the_connection_and_reaches_nobody(int at)
    {
        await using var stream = await GreetedAsync(Member);
        var bytes = Samples.Encode(new Canvass(1));
        bytes[at] ^= 0x10;
        await stream.WriteAsync(bytes);
        await IsClosedAsync(stream);
        await LoggedAsync("Malformed");
        Assert.Equal(0, _node.Received.Count);
    }

    [Fact]
    public async Task A_member_that_sends_a_clients_frame_is_closed()
    {
        await using var stream = await GreetedAsync(Member);
        await stream.WriteAsync(Samples.Encode(new ClientStatusRequest(new(1), 1)));
        await IsClosedAsync(stream);
        await LoggedAsync("unknown kind 85");
    }

    [Fact]
    public async Task A_client_that_sends_a_members_frame_is_closed()
    {
        await using var stream = await _node.KnockAsync();
        await Handshake.DialAsync(
            stream, Hello.From(Member with { Node = NodeId.None }, ConnectionRole.Client), default);
        await stream.WriteAsync(Samples.Encode(new Canvass(1)));
        await IsClosedAsync(stream);
        await LoggedAsync("unknown kind 51");
        Assert.Equal(0, _node.Received.Count);
    }

    [Fact]
    public async Task Half_a_greeting_and_silence_is_closed_after_the_time_for_it()
    {
        await using var stream = await _node.KnockAsync([.. "PXSM"u8]);
        var closed = IsClosedAsync(stream);
        await Eventually.Is(() => closed.IsCompleted, () => _time.Advance(TimeSpan.FromMilliseconds(250)));
        await LoggedAsync("no greeting in time");
    }

    [Fact]
    public async Task A_greeting_byte_by_byte_does_not_buy_time()
    {
        await using var stream = await _node.KnockAsync();
        var hello = HelloCodec.Encode(Hello.From(Member, ConnectionRole.Member));
        var said = 0;
        await Eventually.Is(
            () => _node.Log.Lines.Any(line => line.Contains("no greeting in time", StringComparison.Ordinal)),
            () =>
            {
                if (said < hello.Length - 1 && stream.Socket.Connected)
                {
                    said += stream.Socket.Send(hello.AsSpan(said, 1), SocketFlags.None, out _);
                }

                _time.Advance(TimeSpan.FromMilliseconds(250));
            });
        Assert.Equal(0, _node.Received.Count);
    }

    [Fact]
    public async Task Half_a_frame_and_silence_is_closed()
    {
        await using var stream = await GreetedAsync(Member);
        await stream.WriteAsync(Samples.Encode(new Canvass(1)).AsMemory(0, 21));
        var closed = IsClosedAsync(stream);
        await Eventually.Is(() => closed.IsCompleted, () => _time.Advance(TimeSpan.FromMilliseconds(250)));
        await Eventually.Is(() => _node.Received.Count == 0);
    }

    [Fact]
    public async Task Silence_between_frames_is_no_offence()
    {
        await using var stream = await GreetedAsync(Member);
        _time.Advance(TimeSpan.FromMinutes(5));
        await stream.WriteAsync(Samples.Encode(new Canvass(1)));
        await Eventually.Is(() => _node.Received.Count == 1);
    }

    [Fact]
    public async Task Connections_that_do_not_greet_push_each_other_out_and_keep_no_member_out()
    {
        List<NetworkStream> silent = [];
        for (var i = 0; i < 40; i++)
        {
            silent.Add(await _node.KnockAsync());
        }

        await using var member = await GreetedAsync(Member);
        await IsClosedAsync(silent[0]);
        silent.ForEach(stream => stream.Dispose());
    }

    [Fact]
    public async Task Knocking_all_the_time_does_not_fill_the_log()
    {
        for (var i = 0; i < 100; i++)
        {
            await using var stream = await _node.KnockAsync([.. "GARBAGE GARBAGE"u8]);
            await IsClosedAsync(stream);
        }

        Assert.InRange(_node.Log.Lines.Count(line => line.Contains("refused", StringComparison.Ordinal)), 1, 12);
    }

    private static TcpNode Make(FakeTimeProvider time) => new(0, new() { StrangersMax = 4 }, time);

    private async Task RefusedAsync(NodeIdentity remote, RefusalReason reason)
    {
        await using var stream = await _node.KnockAsync();
        var refused = await Assert.ThrowsAsync<ConnectionRefusedException>(
            () => Handshake.DialAsync(stream, Hello.From(remote, ConnectionRole.Member), default));
        Assert.Equal(reason, refused.Refusal.Reason);
        await IsClosedAsync(stream);
        await LoggedAsync(reason.ToString());
    }

    private async Task<NetworkStream> GreetedAsync(NodeIdentity remote)
    {
        var stream = await _node.KnockAsync();
        await Handshake.DialAsync(stream, Hello.From(remote, ConnectionRole.Member), default);
        return stream;
    }

    private Task LoggedAsync(string text, int times = 1) =>
        Eventually.Is(() => _node.Log.Lines.Count(line => line.Contains(text, StringComparison.Ordinal)) == times);

    private static async Task IsClosedAsync(NetworkStream stream)
    {
        try
        {
            var bytes = new byte[100];
            while (await stream.ReadAsync(bytes) > 0)
            {
                // A refusal.
            }
        }
        catch (IOException)
        {
            // Reset: closed all the same.
        }
    }
}
