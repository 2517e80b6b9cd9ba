using FsCheck;
using FsCheck.Fluent;
using PaxosSM.Quorums;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Scripts;

/// <summary>Any plan that a script can say, whether it makes sense or not.</summary>
internal static class RandomPlans
{
    public static Arbitrary<SimulationPlan> Any()
    {
        var swarm =
            from seed in Numbers()
            from seconds in Gen.Choose(1, 30)
            select SwarmPlans.Of(seed, new() { Seconds = seconds });
        var any =
            from seed in Numbers()
            from members in Gen.NonEmptyListOf(Gen.Choose(1, (int)MemberRoles.All))
            from values in Settings()
            from faults in Gen.ListOf(Fault(members.Count))
            from apart in Gen.Choose(0, 4)
            from regions in Gen.ArrayOf(Gen.Choose(0, apart), members.Count)
            from distances in Gen.ArrayOf(Gen.Choose(0, int.MaxValue), apart * (apart + 1) / 2)
            select Plan(seed, [.. members.Select(roles => (MemberRoles)roles)], values, faults) with
            {
                Regions = apart == 0 ? [] : regions,
                Distances = [.. distances.Select(distance => TimeSpan.FromMicroseconds(distance))],
            };
        return Arb.From(Gen.OneOf(swarm, any));
    }

    private static SimulationPlan Plan(
        ulong seed, MemberRoles[] members, IEnumerable<object?> values, IEnumerable<Fault> faults)
    {
        var plan = new SimulationPlan
        {
            Seed = seed,
            Members = members,
            Faults = [.. faults.OrderBy(fault => fault.At)],
        };
        foreach (var (setting, value) in PlanSetting.All.Zip(values))
        {
            plan = value is null ? plan : setting.Set(plan, value);
        }

        return plan;
    }

    private static Gen<object?[]> Settings() => Gen.CollectToArray(PlanSetting.All, setting =>
        Gen.Frequency((3, Gen.Constant<object?>(null)), (1, Value(setting.Type).Select(value => (object?)value))));

    private static Gen<Fault> Fault(int nodes) =>
        from kind in Gen.Elements<FaultKind>(FaultKind.All)
        from at in Gen.Choose(0, int.MaxValue)
        from values in Gen.CollectToArray(kind.Fields, field => Value(field, nodes))
        select kind.Make(TimeSpan.FromMicroseconds(at), values);

    private static Gen<object> Value(FaultField field, int nodes) => field.Kind switch
    {
        FaultFieldKind.Node => Gen.Choose(0, nodes - 1).Select(node => (object)node),
        FaultFieldKind.Span => Value(typeof(TimeSpan)),
        FaultFieldKind.Count => Value(typeof(int)),
        FaultFieldKind.Flag => Value(typeof(bool)),
        FaultFieldKind.Chance => Value(typeof(ulong)),
        FaultFieldKind.Nodes => Gen.NonEmptyListOf(Gen.Choose(0, nodes - 1)).Select(places => (object)places.ToArray()),
        _ =>
            from links in Gen.NonEmptyListOf(Gen.Two(Gen.Choose(0, nodes - 1)))
            select (object)links.Select(link => new DirectedLink(link.Item1, link.Item2)).ToArray(),
    };

    private static Gen<object> Value(Type type) => type switch
    {
        _ when type == typeof(bool) => Gen.Elements<object>(true, false),
        _ when type == typeof(QuorumRule) =>
            from sizes in Gen.Two(Gen.Choose(0, int.MaxValue))
            from kind in Gen.Elements(QuorumKind.Flexible, QuorumKind.Grid)
            select (object)new QuorumRule(kind, sizes.Item1, sizes.Item2),
        _ when type.IsEnum => Gen.Elements(Enum.GetValues(type).Cast<object>().ToArray()),
        _ when type == typeof(int) => Gen.Choose(0, int.MaxValue).Select(number => (object)number),
        _ when type == typeof(long) => Numbers().Select(number => (object)(long)(number >> 1)),
        _ when type == typeof(ulong) => Numbers().Select(number => (object)number),
        _ => Gen.OneOf(Gen.Choose(-5, 5), Gen.Choose(-99, 99).Select(n => n * 1_000_000), Gen.Choose(-99999, 99999))
            .Select(microseconds => (object)TimeSpan.FromMicroseconds(microseconds)),
    };

    private static Gen<ulong> Numbers() =>
        from high in Gen.Choose(int.MinValue, int.MaxValue)
        from low in Gen.Choose(int.MinValue, int.MaxValue)
        select ((ulong)(uint)high << 32) | (uint)low;
}
