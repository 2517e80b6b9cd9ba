using PaxosSM.Client;
using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Hosting.Tests.Driver;

/// <summary>A submission that a node took, and that is refused after all, on its whole way: leader, driver, gateway,
/// client.</summary>
public sealed class RefusalTests
{
    private const int PendingBytesMax = 1024;
    private readonly SteppedCluster _cluster = new(new() { PendingBytesMax = PendingBytesMax });

    [Fact]
    public void What_the_leader_refuses_is_told_at_the_node_that_forwarded_it()
    {
        Replies near = new();
        Replies far = new();
        var follower = _cluster.Follower;
        using var connection = follower.Gateway.Connect(near);
        using var other = _cluster.Nodes.First(node => node != follower).Gateway.Connect(far);

        Submit(connection);

        _cluster.Until(() => near.Frames.Count > 0);
        var told = Assert.IsType<ClientStatus>(Assert.Single(near.Frames));
        Assert.Equal((ClientStatus.Busy, "the leader's queue of commands is full"), (told.Id, told.Text));
        Assert.Empty(far.Frames);
        Assert.Contains(
            _cluster.Sent,
            sent => sent.From == _cluster.Leader.Id && sent.To == follower.Id
                && sent.Message is SubmitRefused { Error: PaxosError.Busy });
    }

    [Fact]
    public void What_the_leader_refuses_of_its_own_clients_is_told_too()
    {
        Replies replies = new();
        using var connection = _cluster.Leader.Gateway.Connect(replies);

        Submit(connection);

        _cluster.Until(() => replies.Frames.Count > 0);
        Assert.Equal(ClientStatus.Busy, Assert.IsType<ClientStatus>(Assert.Single(replies.Frames)).Id);
        Assert.DoesNotContain(_cluster.Sent, sent => sent.Message is SubmitRefused);
    }

    [Fact]
    public void A_node_that_does_not_lead_refuses_and_the_client_is_asked_to_send_again()
    {
        // The follower's idea of the leader is old: what it forwards comes back with the name of the new one.
        Replies replies = new();
        var follower = _cluster.Follower;
        using var connection = follower.Gateway.Connect(replies);
        var third = _cluster.Nodes.First(node => node != follower && node != _cluster.Leader);
        Submit submit = new(Entry(), 1);

        _cluster.Send(follower.Id, third.Id, GroupId.Default, new(1), submit);

        _cluster.Until(() => replies.Frames.Count > 0);
        var told = Assert.IsType<ClientStatus>(Assert.Single(replies.Frames));
        var leader = _cluster.Configuration.Find(_cluster.Leader.Id)!.Address;
        Assert.Equal((0L, leader), (told.Id, told.Leader));
    }

    [Fact]
    public void A_client_whose_command_stays_refused_hears_why()
    {
        Queue<Action> work = new();
        PaxosClientOptions options = new()
        {
            Timeout = TimeSpan.FromSeconds(3),
            SubmitBytesMax = PendingBytesMax / 2,
            TimeProvider = _cluster.Time,
            Scheduling = new(work.Enqueue, new(1)),
        };
        var client = new PaxosClient(new InProcessChannel(_cluster.Follower.Gateway.Connect), options);
        var small = client.ExecuteAsync(new byte[1]).AsTask();
        var large = client.ExecuteAsync(new byte[2 * PendingBytesMax]).AsTask();

        _cluster.Until(() =>
        {
            while (work.TryDequeue(out var next))
            {
                next();
            }

            return small.IsCompleted && large.IsCompleted;
        });

        Assert.True(small.IsCompletedSuccessfully);
        var failure = Assert.IsType<PaxosException>(Assert.Single(large.Exception!.InnerExceptions));
        Assert.Equal(PaxosError.Timeout, failure.Error);
        Assert.StartsWith("busy: the leader's queue of commands is full; waited 3.0 s", failure.Message);
    }

    private static byte[] Entry()
    {
        var entry = new byte[CommandEntry.HeaderSize + (2 * PendingBytesMax)];
        CommandEntry.WriteHeader(entry, EntryKind.Command, new(1), 1, 0, 2 * PendingBytesMax);
        return entry;
    }

    private static void Submit(IClientConnection connection) => Assert.True(
        connection.OnFrameAsync(new ClientSubmit(GroupId.Default, Entry(), 1)).AsTask().IsCompletedSuccessfully);

    private sealed class Replies : IClientReplies
    {
        public List<ClientFrame> Frames { get; } = [];

        public bool Send(ClientFrame frame)
        {
            Frames.Add(frame);
            return true;
        }
    }
}
