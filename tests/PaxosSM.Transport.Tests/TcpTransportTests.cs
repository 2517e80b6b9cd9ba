using System.Net.Sockets;
using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Ports;
using PaxosSM.Runtime.Wire;
using PaxosSM.Transport.Tcp;

namespace PaxosSM.Transport.Tests;

public sealed class TcpTransportTests : TransportConformance
{
    [Fact]
    public async Task A_member_that_comes_back_in_a_later_life_is_connected_again()
    {
        await using TcpNode a = new(0);
        TcpNode b = new(1);
        var address = b.Member;
        a.SetMembers(a.Member, address);
        b.SetMembers(a.Member, address);
        await a.StartAsync();
        await b.StartAsync();
        await Eventually.Is(() => a.Transport.StatusOf(B).Connected);
        await b.DisposeAsync();
        await Eventually.Is(() => !a.Transport.StatusOf(B).Connected);
        var since = a.Transport.StatusOf(B).Since;

        await using TcpNode again = new(1, new() { Listen = address.Address }, incarnation: 2, boot: 50);
        again.SetMembers(a.Member, address);
        await again.StartAsync();
        await Eventually.Is(() => a.Transport.StatusOf(B).Connected && again.Transport.StatusOf(A).Connected);
        Assert.True(a.Transport.StatusOf(B).Since >= since);
        Assert.True(a.Transport.Send(B, new(1), new(1), new Canvass(3)));
        a.Transport.Flush();
        await Eventually.Is(() => again.Received.Count == 1);
    }

    [Fact]
    public async Task A_member_that_moves_is_dialed_anew_and_one_that_leaves_is_let_go()
    {
        await using TcpNode a = new(0);
        await using TcpNode b = new(1);
        a.SetMembers(a.Member, b.Member with { Address = "127.0.0.1:1" });
        b.SetMembers(a.Member, b.Member);
        await a.StartAsync();
        await b.StartAsync();
        await Eventually.Is(() =>
            a.Transport.StatusOf(B).Detail.Contains("refused", StringComparison.OrdinalIgnoreCase));
        a.SetMembers(a.Member, b.Member);
        await Eventually.Is(() => a.Transport.StatusOf(B).Connected);
        a.SetMembers(a.Member);
        Assert.False(a.Transport.Send(B, new(1), new(1), new Canvass(1)));
        await Eventually.Is(() => !b.Transport.StatusOf(A).Connected);
    }

    [Fact]
    public async Task A_connection_made_before_the_fork_was_known_does_not_outlive_that_of_another_fork()
    {
        await using TcpNode a = new(0);
        await using TcpNode b = new(1);
        a.Identity = a.Identity with { Fork = ForkId.None };
        b.Identity = b.Identity with { Fork = new(2) };
        a.SetMembers(a.Member, b.Member);
        b.SetMembers(a.Member, b.Member);
        await a.StartAsync();
        await b.StartAsync();
        await Eventually.Is(() => a.Transport.StatusOf(B).Connected && b.Transport.StatusOf(A).Connected);

        // R33: a turns out to be of another fork: neither way is left.
        a.Identity = a.Identity with { Fork = new(1) };
        a.Transport.Regreet(new(1));
        await Eventually.Is(() => a.Transport.StatusOf(B).Detail.Contains("fork", StringComparison.Ordinal)
            && b.Transport.StatusOf(A).Detail.Contains("fork", StringComparison.Ordinal));
        Assert.False(a.Transport.StatusOf(B).Connected);
        Assert.False(b.Transport.StatusOf(A).Connected);

        // Of the same one they meet again.
        b.Identity = b.Identity with { Fork = new(1) };
        b.Transport.Regreet(new(1));
        await Eventually.Is(() => a.Transport.StatusOf(B).Connected && b.Transport.StatusOf(A).Connected);
    }

    [Fact]
    public async Task Another_node_at_a_members_address_is_turned_away()
    {
        await using TcpNode a = new(0);
        await using TcpNode c = new(2);
        Member impostor = new(B, "b", c.Member.Address, MemberRoles.All, default);
        a.SetMembers(a.Member, impostor, c.Member with { Address = "127.0.0.1:1" });
        c.SetMembers(a.Member, c.Member);
        await a.StartAsync();
        await c.StartAsync();
        await Eventually.Is(() =>
            a.Transport.StatusOf(B).Detail.Contains("answers at the address", StringComparison.Ordinal));
        Assert.False(a.Transport.StatusOf(B).Connected);
    }

    [Fact]
    public async Task A_dialer_learns_why_it_was_refused()
    {
        await using TcpNode a = new(0);
        await using TcpNode b = new(1);
        b.Identity = b.Identity with { Cluster = new(Guid.NewGuid()) };
        a.SetMembers(a.Member, b.Member);
        b.SetMembers(a.Member, b.Member);
        await a.StartAsync();
        await b.StartAsync();
        await Eventually.Is(() => a.Transport.StatusOf(B).Detail.Contains("this is cluster", StringComparison.Ordinal));
        Assert.Contains(a.Log.Lines, line => line.Contains("this is cluster", StringComparison.Ordinal));
        Assert.Equal(0, a.Received.Count);
    }

    [Fact]
    public async Task A_client_is_served_over_the_shared_framing()
    {
        await using TcpNode a = new(0);
        a.SetMembers(a.Member);
        await a.StartAsync();
        await using var stream = await a.KnockAsync();
        var server = await Handshake.DialAsync(stream, ClientHello, default);
        Assert.Equal(a.Identity, server.Identity);
        ClientQuery query = new(new(1), 5, ReadConsistency.Local, TimeSpan.Zero, new byte[] { 1, 2 });
        await stream.WriteAsync(Samples.Encode(query));
        var answer = new byte[FrameHeader.Overhead + 39];
        await stream.ReadExactlyAsync(answer);
        Assert.Equal(5, ((ClientQueryResult)Samples.Decode(answer)!).Id);
        stream.Close();
        await Eventually.Is(() => a.Received.Clients.Single().IsGone);
    }

    [Fact]
    public async Task A_client_too_many_is_told_so()
    {
        await using TcpNode a = new(0, new() { ClientsMax = 1 });
        a.SetMembers(a.Member);
        await a.StartAsync();
        await using var first = await a.KnockAsync();
        await Handshake.DialAsync(first, ClientHello, default);
        await using var second = await a.KnockAsync();
        var refused = await Assert.ThrowsAsync<ConnectionRefusedException>(() =>
            Handshake.DialAsync(second, ClientHello, default));
        Assert.Equal(RefusalReason.Busy, refused.Refusal.Reason);
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_let_go_within_the_bound()
    {
        await using TcpNode a = new(0, new() { ClientBytesMax = 1 << 20 });
        a.SetMembers(a.Member);
        await a.StartAsync();
        await using var stream = await a.KnockAsync();
        await Handshake.DialAsync(stream, ClientHello, default);
        var query = Samples.Encode(new ClientQuery(new(1), 5, ReadConsistency.Local, TimeSpan.Zero, new byte[100_000]));
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            for (var i = 0; i < 2000; i++)
            {
                await stream.WriteAsync(query);
            }
        });
        await Eventually.Is(() => a.Received.Clients.Single().IsGone);
    }

    [Fact]
    public async Task A_member_that_connects_anew_replaces_its_older_connection()
    {
        await using TcpNode a = new(0);
        a.SetMembers(a.Member, new(B, "b", "127.0.0.1:1", MemberRoles.All, Samples.Identity.Storage));
        await a.StartAsync();
        await using var first = await a.KnockAsync();
        await Handshake.DialAsync(first, MemberHello, default);
        await using var second = await a.KnockAsync();
        await Handshake.DialAsync(second, MemberHello, default);
        Assert.Equal(0, await ReadOrEndAsync(first));
        await second.WriteAsync(Samples.Encode(new Canvass(1)));
        await Eventually.Is(() => a.Received.Count == 1);
    }

    protected override async Task<(ITransport A, ITransport B)> StartAsync(
        ITransportReceiver a, ITransportReceiver b, int bytesMax)
    {
        TcpTransportOptions options = new() { PeerBytesMax = bytesMax, StopTimeout = TimeSpan.FromMilliseconds(200) };
        TcpNode nodeA = new(0, options);
        TcpNode nodeB = new(1, options);
        nodeA.SetMembers(nodeA.Member, nodeB.Member);
        nodeB.SetMembers(nodeA.Member, nodeB.Member);
        await nodeA.Transport.StartAsync(a, default);
        await nodeB.Transport.StartAsync(b, default);
        await Eventually.Is(() => nodeA.Transport.StatusOf(B).Connected && nodeB.Transport.StatusOf(A).Connected);
        return (nodeA.Transport, nodeB.Transport);
    }

    private static Hello ClientHello => Hello.From(
        Samples.Identity with { Node = NodeId.None, Storage = default, Fork = default }, ConnectionRole.Client);

    private static Hello MemberHello => Hello.From(Samples.Identity with { Node = B }, ConnectionRole.Member);

    private static async Task<int> ReadOrEndAsync(NetworkStream stream)
    {
        try
        {
            return await stream.ReadAsync(new byte[1]);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
