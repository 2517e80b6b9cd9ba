using FsCheck;
using FsCheck.Fluent;
using PaxosSM.Quorums;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Simulation.Tests.Traces;

/// <summary>Events that tell of epochs.</summary>
internal static class EpochGenerators
{
    private static readonly Gen<EpochStart> Starts =
        from at in Gen.Elements(0, long.MaxValue)
        from digest in Gen.Elements(0u, uint.MaxValue)
        from configuration in Gen.Elements(
            TraceScript.Members,
            new(new(uint.MaxValue), TraceScript.Members.Members, QuorumRule.Grid(3, 1), DealPolicy.AllProposers))
        select new EpochStart(new(at), digest, configuration);

    public static IReadOnlyDictionary<Type, Gen<ProtocolEvent>> Kinds { get; } =
        new Dictionary<Type, Gen<ProtocolEvent>>
    {
        [typeof(EpochBegan)] =
            from start in Starts
            from roles in Gen.Elements(MemberRoles.None, MemberRoles.Learner, MemberRoles.All)
            select (ProtocolEvent)new EpochBegan(start, roles),
        [typeof(HandedOver)] =
            Gen.Elements(1u, uint.MaxValue).Select(number => (ProtocolEvent)new HandedOver(new(number))),
    };
}
