using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.InMemory;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Transport.Tests;

public sealed class InMemoryTransportTests : TransportConformance
{
    [Fact]
    public async Task A_cut_link_loses_messages_one_way_and_carries_them_again_once_mended()
    {
        InMemoryNetwork network = new();
        Recorder atA = new();
        Recorder atB = new();
        var a = network.Join(A);
        var b = network.Join(B);
        await a.StartAsync(atA, default);
        await b.StartAsync(atB, default);
        network.Cut(A, B);
        await Eventually.Is(() => !a.Send(B, new(1), new(1), new Canvass(1)));
        await Eventually.Is(() => b.Send(A, new(1), new(1), new Canvass(2)));
        b.Flush();
        await Eventually.Is(() => atA.Count > 0);
        network.Mend(A, B);
        await Eventually.Is(() => a.Send(B, new(1), new(1), new Canvass(3)));
        await Eventually.Is(() => atB.Messages.Any(m => m.Message is Canvass { Round: 3 }), a.Flush);
        await a.DisposeAsync();
        await b.DisposeAsync();
    }

    [Fact]
    public async Task A_client_gets_answers()
    {
        InMemoryNetwork network = new();
        await using var a = network.Join(A);
        Recorder atA = new();
        await a.StartAsync(atA, default);
        TaskCompletionSource<ClientFrame> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using var client = network.ConnectClient(A, frame =>
        {
            answer.TrySetResult(frame);
            return default;
        });
        await Eventually.Is(() =>
            client!.Send(new ClientQuery(new(1), 5, ReadConsistency.Local, TimeSpan.Zero, new byte[] { 1 })));
        Assert.Equal(5, ((ClientQueryResult)await answer.Task).Id);
        client!.Dispose();
        await Eventually.Is(() => atA.Clients.All(served => served.IsGone));
    }

    protected override async Task<(ITransport A, ITransport B)> StartAsync(
        ITransportReceiver a, ITransportReceiver b, int bytesMax)
    {
        InMemoryNetwork network = new(bytesMax);
        var transports = (A: network.Join(A), B: network.Join(B));
        await transports.A.StartAsync(a, default);
        await transports.B.StartAsync(b, default);

        Assert.True(transports.A.StatusOf(B).Connected && transports.B.StatusOf(A).Connected);
        return transports;
    }
}
