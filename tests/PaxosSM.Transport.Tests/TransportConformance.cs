using PaxosSM.Messages;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Transport.Tests;

/// <summary>What every <see cref="ITransport"/> does, whatever carries it.</summary>
public abstract class TransportConformance
{
    protected static readonly NodeId A = new(0);
    protected static readonly NodeId B = new(1);
    private static readonly GroupId Group = new(7);
    private static readonly Epoch Epoch = new(3);

    /// <summary>Starts two nodes, each with at most <paramref name="bytesMax"/> waiting for the other, and waits until
    /// they are connected.</summary>
    protected abstract Task<(ITransport A, ITransport B)> StartAsync(
        ITransportReceiver a, ITransportReceiver b, int bytesMax);

    [Fact]
    public async Task Messages_arrive_whole_in_order_and_with_their_sender()
    {
        Recorder atB = new();
        var (a, b) = await StartAsync(new Recorder(), atB, 1 << 20);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(a.Send(B, Group, Epoch, new Canvass(i)));
            if (i % 7 == 0)
            {
                a.Flush();
            }
        }

        a.Flush();
        await Eventually.Is(() => atB.Count == 1000);
        Assert.Equal(
            Enumerable.Range(0, 1000).Select(i => (A, Group, Epoch, (long)i)),
            atB.Messages.Select(m => (m.From, m.Group, m.Epoch, ((Canvass)m.Message).Round)));
        await a.DisposeAsync();
        await b.DisposeAsync();
    }

    [Fact]
    public async Task Every_kind_of_message_arrives_as_it_was_sent()
    {
        Recorder atA = new();
        var (a, b) = await StartAsync(atA, new Recorder(), 1 << 20);
        Message[] sent = [.. SampleMessages.All];
        foreach (var message in sent)
        {
            Assert.True(b.Send(A, Group, Epoch, message));
        }

        b.Flush();
        await Eventually.Is(() => atA.Count == sent.Length);
        Assert.Equal(sent.Select(Rendering.Of), atA.Messages.Select(m => Rendering.Of(m.Message)));
        await a.DisposeAsync();
        await b.DisposeAsync();
    }

    [Fact]
    public async Task A_receiver_that_does_not_go_on_makes_send_refuse_within_the_bound_and_nothing_is_torn()
    {
        TaskCompletionSource hold = new();
        Recorder atB = new() { Hold = hold.Task };
        var (a, b) = await StartAsync(new Recorder(), atB, 1 << 20);
        var payload = new byte[32 << 10];
        Value value = new(ValueKind.Commands, new(1), payload);
        var sent = 0L;
        await Eventually.Is(
            () => !a.Send(B, Group, Epoch, Proposal(sent + 1, value)),
            () =>
            {
                sent++;
                a.Flush();
                Assert.True(sent * payload.Length < 64 << 20, "memory is not bounded");
            });
        Assert.Equal(1, atB.Count);
        hold.SetResult();
        await Eventually.Is(() => atB.Count == sent, a.Flush);
        Assert.Equal(Enumerable.Range(1, (int)sent), atB.Messages.Select(m => (int)((Accept)m.Message).Slot.Index));
        await a.DisposeAsync();
        await b.DisposeAsync();
    }

    private static Accept Proposal(long slot, Value value) =>
        new(new(1, A, 1), new(0), new(slot), value, Slot.Zero, Slot.Zero);

    [Fact]
    public async Task A_peer_that_stops_is_told_of_and_takes_no_more_messages()
    {
        var (a, b) = await StartAsync(new Recorder(), new Recorder(), 1 << 20);
        Assert.True(a.StatusOf(B).Connected);
        await b.DisposeAsync();
        await Eventually.Is(() => !a.StatusOf(B).Connected);
        Assert.False(a.Send(B, Group, Epoch, new Canvass(1)));
        await a.DisposeAsync();
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_receiver_that_never_lets_go()
    {
        Recorder atB = new() { Hold = new TaskCompletionSource().Task };
        var (a, b) = await StartAsync(new Recorder(), atB, 1 << 20);
        a.Send(B, Group, Epoch, new Canvass(1));
        a.Flush();
        await Eventually.Is(() => atB.Count == 1);
        await b.DisposeAsync();
        await a.DisposeAsync();
    }

    [Fact]
    public async Task Nobody_is_no_destination()
    {
        var (a, b) = await StartAsync(new Recorder(), new Recorder(), 1 << 20);
        Assert.False(a.Send(new(9), Group, Epoch, new Canvass(1)));
        Assert.False(a.Send(NodeId.None, Group, Epoch, new Canvass(1)));
        Assert.False(a.StatusOf(new(9)).Connected);
        await a.DisposeAsync();
        await b.DisposeAsync();
    }
}
