using System.Reflection;

namespace PaxosSM.Testing.Simulation;

/// <summary>One setting of a plan, by name: what scripts say and the minimizer puts back.</summary>
/// <remarks>The settings are the plan's own properties and those of its parts, so that a new one is a setting at
/// once.</remarks>
internal sealed class PlanSetting
{
    private static readonly SimulationPlan Defaults = new() { Seed = 0, Members = [] };
    private readonly PropertyInfo _property;
    private readonly Func<SimulationPlan, object> _part;
    private readonly Func<SimulationPlan, object, SimulationPlan> _with;

    private PlanSetting(
        string prefix,
        PropertyInfo property,
        Func<SimulationPlan, object> part,
        Func<SimulationPlan, object, SimulationPlan> with)
    {
        Name = prefix + ScriptText.Camel(property.Name);
        (_property, _part, _with) = (property, part, with);
    }

    /// <summary>All settings but the seed, in the order of their declaration.</summary>
    public static IReadOnlyList<PlanSetting> All { get; } =
    [
        .. Of(string.Empty, plan => plan with { }, (_, part) => part)
            .Where(setting => setting._property.Name != nameof(SimulationPlan.Seed)),
        .. Of("protocol.", plan => plan.Protocol with { }, (plan, part) => plan with { Protocol = part }),
        .. Of("log.", plan => plan.Log with { }, (plan, part) => plan with { Log = part }),
        .. Of("network.", plan => plan.Network with { }, (plan, part) => plan with { Network = part }),
        .. Of("disk.", plan => plan.Disk with { }, (plan, part) => plan with { Disk = part }),
        .. Of("clients.", plan => plan.Clients with { }, (plan, part) => plan with { Clients = part }),
        .. Of("outbox.", plan => plan.Outbox with { }, (plan, part) => plan with { Outbox = part }),
    ];

    /// <summary>The name, such as <c>protocol.leaseDuration</c>.</summary>
    public string Name { get; }

    public Type Type => _property.PropertyType;

    public object Default => Get(Defaults);

    public static PlanSetting Named(string name) => All.Single(setting => setting.Name == name);

    public object Get(SimulationPlan plan) => _property.GetValue(_part(plan))!;

    public bool IsDefault(SimulationPlan plan) => Get(plan).Equals(Default);

    public SimulationPlan Set(SimulationPlan plan, object value)
    {
        var part = _part(plan);
        _property.SetValue(part, value);
        return _with(plan, part);
    }

    // The part that is got is a copy, so that setting its property changes nobody else's.
    private static IEnumerable<PlanSetting> Of<TPart>(
        string prefix, Func<SimulationPlan, TPart> copy, Func<SimulationPlan, TPart, SimulationPlan> with)
        where TPart : class =>
        typeof(TPart).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite && ScriptText.CanSay(property.PropertyType))
            .OrderBy(property => property.MetadataToken)
            .Select(property => new PlanSetting(prefix, property, copy, (plan, part) => with(plan, (TPart)part)));
}
