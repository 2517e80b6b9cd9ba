using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Transport.Tests;

public sealed class PeerRegistryTests
{
    private static readonly StorageId Listed = new(Guid.Parse("00000000-0000-0000-0000-000000000001"));
    private static readonly StorageId Wiped = new(Guid.Parse("00000000-0000-0000-0000-000000000002"));
    private readonly List<PeerFacts> _learned = [];
    private readonly List<TwoCopies> _alarms = [];
    private readonly PeerRegistry _registry;
    private readonly NodeIdentity _b = Who(1) with { Storage = Listed };
    private NodeIdentity _self = Who(0);
    private StorageId _listed = Listed;

    public PeerRegistryTests() => _registry = new(
        () => _self,
        () => new(
            Epoch.First,
            [
                new(new(0), "a", "a:1", MemberRoles.All, default),
                new(new(1), "b", "b:1", MemberRoles.All, _listed),
            ]))
    {
        Learned = _learned.Add,
        Alarmed = _alarms.Add,
    };

    [Fact]
    public void A_member_with_its_listed_disk_is_accepted_and_told()
    {
        Assert.True(_registry.Check(_b).Accepted);
        Assert.False(Assert.Single(_learned).IsStranger);
    }

    [Fact]
    public void Another_cluster_is_refused() =>
        Refused(RefusalReason.Cluster, _b with { Cluster = new(Guid.NewGuid()) });

    [Fact]
    public void Another_fork_is_refused() => Refused(RefusalReason.Fork, _b with { Fork = new(99) });

    [Fact]
    public void Before_genesis_there_is_no_fork_to_differ_in()
    {
        Assert.True(_registry.Check(_b with { Fork = ForkId.None }).Accepted);
        _self = _self with { Fork = ForkId.None };
        Assert.True(_registry.Check(_b with { Fork = new(99) }).Accepted);
    }

    [Fact]
    public void A_node_that_is_no_member_is_refused() => Refused(RefusalReason.Node, _b with { Node = new(5) });

    [Fact]
    public void This_node_itself_is_refused_without_alarm() => Refused(RefusalReason.Node, _self);

    [Fact]
    public void A_second_process_of_this_nodes_name_is_refused_with_alarm()
    {
        Refused(RefusalReason.TwoCopies, _self with { Boot = 77 });
        Assert.Single(_alarms);
    }

    [Fact]
    public void Another_disk_is_accepted_and_told_as_a_stranger()
    {
        Assert.True(_registry.Check(_b with { Storage = Wiped }).Accepted);
        Assert.True(Assert.Single(_learned).IsStranger);
    }

    [Fact]
    public void Before_genesis_no_disk_is_a_stranger()
    {
        _listed = StorageId.None;
        Assert.True(_registry.Check(_b with { Storage = Wiped }).Accepted);
        Assert.False(Assert.Single(_learned).IsStranger);
    }

    [Fact]
    public void An_earlier_life_is_refused()
    {
        Assert.True(_registry.Check(_b with { Incarnation = 5 }).Accepted);
        Refused(RefusalReason.Incarnation, _b with { Incarnation = 4 });
        Assert.Empty(_alarms);
    }

    [Fact]
    public void A_later_life_is_accepted()
    {
        Assert.True(_registry.Check(_b with { Incarnation = 5 }).Accepted);
        Assert.True(_registry.Check(_b with { Incarnation = 6, Boot = 12 }).Accepted);
    }

    [Fact]
    public void The_same_life_may_connect_again()
    {
        Assert.True(_registry.Check(_b).Accepted);
        Assert.True(_registry.Check(_b).Accepted);
    }

    [Fact]
    public void The_same_life_in_another_process_is_refused_with_alarm()
    {
        Assert.True(_registry.Check(_b).Accepted);
        Refused(RefusalReason.TwoCopies, _b with { Boot = 12 });
        Assert.Equal(_b, Assert.Single(_alarms).Known);
    }

    [Fact]
    public void A_strangers_lives_do_not_count_against_the_listed_disk()
    {
        Assert.True(_registry.Check(_b with { Storage = Wiped, Incarnation = 50 }).Accepted);
        Assert.True(_registry.Check(_b).Accepted);
    }

    [Fact]
    public void A_client_needs_the_right_cluster_only()
    {
        var client = _b with { Node = NodeId.None, Storage = StorageId.None, Fork = ForkId.None };
        Assert.True(_registry.CheckClient(client).Accepted);
        Assert.False(_registry.CheckClient(client with { Cluster = new(Guid.NewGuid()) }).Accepted);
        Assert.Empty(_learned);
    }

    private static NodeIdentity Who(ushort node) => Samples.Identity with { Node = new(node) };

    private void Refused(RefusalReason reason, NodeIdentity remote)
    {
        var verdict = _registry.Check(remote);
        Assert.False(verdict.Accepted);
        Assert.Equal(reason, verdict.Reason);
        Assert.NotEmpty(verdict.Text);
    }
}
