using FsCheck.Xunit;
using PaxosSM.Quorums;

namespace PaxosSM.Core.Tests.Properties;

/// <summary>Quorums by their definitions, over all subsets.</summary>
public sealed class QuorumProperties
{
    [Property(MaxTest = 100)]
    public void Every_two_quorums_that_must_meet_do(byte some)
    {
        var quorums = new MajorityQuorums(new((ulong)(some | 1) & 0b0111_1111));
        foreach (var one in Subsets(quorums))
        {
            var meetsPhase1 = true;
            var meetsPhase2 = true;
            foreach (var other in Subsets(quorums))
            {
                var apart = one.Intersect(other) == NodeSet.Empty;
                Assert.False(apart && quorums.IsPhase1(one) && quorums.IsPhase2(other));
                meetsPhase1 &= !(apart && quorums.IsPhase1(other));
                meetsPhase2 &= !(apart && quorums.IsPhase2(other));
            }

            Assert.Equal(meetsPhase1, quorums.MeetsEveryPhase1(one));
            Assert.Equal(meetsPhase1 && meetsPhase2, quorums.ConfirmsReads(one));
        }
    }

    [Property(MaxTest = 100)]
    public void As_many_may_fail_as_is_said_and_not_one_more(byte some)
    {
        var quorums = new MajorityQuorums(new((ulong)(some | 1) & 0b0111_1111));
        foreach (var failed in Subsets(quorums))
        {
            var goesOn = quorums.CanLead(quorums.Acceptors.Without(failed));
            Assert.Equal(failed.Count <= quorums.FaultsTolerated, goesOn);
        }
    }

    private static IEnumerable<NodeSet> Subsets(MajorityQuorums quorums) =>
        from bits in Enumerable.Range(0, 128)
        where (quorums.Acceptors.Bits & (ulong)bits) == (ulong)bits
        select new NodeSet((ulong)bits);
}
