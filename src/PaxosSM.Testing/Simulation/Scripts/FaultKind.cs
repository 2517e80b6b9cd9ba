using System.Reflection;

namespace PaxosSM.Testing.Simulation;

/// <summary>A kind of fault: its name in scripts and what its faults say.</summary>
/// <remarks>A kind's fields are its record's, so that scripts and the minimizer know a new kind at once.</remarks>
public sealed class FaultKind
{
    private readonly Type _type;
    private readonly ConstructorInfo _constructor;

    private FaultKind(Type type)
    {
        _type = type;
        _constructor = type.GetConstructors()[0];
        Name = ScriptText.Kebab(type.Name);
        Fields =
        [
            .. _constructor.GetParameters()
                .Select((parameter, place) => FaultField.Of(parameter.Name!, parameter.ParameterType, place))
                .Skip(1),
        ];
    }

    /// <summary>All kinds, by name.</summary>
    public static IReadOnlyList<FaultKind> All { get; } =
    [
        .. typeof(Fault).Assembly.GetTypes()
            .Where(type => type.BaseType == typeof(Fault))
            .Select(type => new FaultKind(type))
            .OrderBy(kind => kind.Name, StringComparer.Ordinal),
    ];

    /// <summary>The name, such as <c>slow-disk</c>.</summary>
    public string Name { get; }

    /// <summary>All values but the moment.</summary>
    internal IReadOnlyList<FaultField> Fields { get; }

    /// <summary>A fault's kind.</summary>
    public static FaultKind Of(Fault fault) => All.First(kind => kind._type == fault.GetType());

    /// <summary>A fault's kind.</summary>
    public static FaultKind Of<TFault>()
        where TFault : Fault =>
        All.First(kind => kind._type == typeof(TFault));

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal object Get(Fault fault, FaultField field) =>
        _type.GetProperty(_constructor.GetParameters()[field.Place].Name!)!.GetValue(fault)!;

    internal Fault With(Fault fault, FaultField field, object value)
    {
        object[] values = [fault.At, .. Fields.Select(each => each == field ? value : Get(fault, each))];
        return (Fault)_constructor.Invoke(values);
    }

    internal Fault Make(TimeSpan at, IEnumerable<object> values) => (Fault)_constructor.Invoke([at, .. values]);
}
