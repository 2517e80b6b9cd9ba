using PaxosSM.Roles;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>R20b: what an acceptor that granted a lease may promise before it has run out.</summary>
public sealed class LeaseTests
{
    private static readonly Ballot Holder = new(5, new(1), 2);
    private static readonly Instant Soon = new(1000);
    private readonly Lease _lease = new(TimeSpan.FromMilliseconds(500), false, default);

    public LeaseTests() => Assert.True(_lease.Grant(Holder, default));

    [Fact]
    public void Another_proposer_waits_until_the_lease_has_run_out()
    {
        Assert.True(_lease.Forbids(new(6, new(2), 1), Soon));
        Assert.False(_lease.Forbids(new(6, new(2), 1), new(500_000)));
    }

    [Fact]
    public void The_holder_may_stand_again_at_once_but_not_another_life_of_it_nor_with_less()
    {
        Assert.False(_lease.Forbids(new(6, new(1), 2), Soon));
        Assert.True(_lease.Forbids(new(6, new(1), 3), Soon));
        Assert.True(_lease.Forbids(new(4, new(1), 2), Soon));
    }

    [Fact]
    public void A_restarted_acceptor_waits_for_a_lease_that_nobody_remembers()
    {
        Lease restarted = new(TimeSpan.FromMilliseconds(500), true, default);
        Assert.True(restarted.Forbids(Holder, Soon));
    }
}
