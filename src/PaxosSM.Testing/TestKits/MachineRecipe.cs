using System.Reflection;
using System.Runtime.Loader;

namespace PaxosSM.Testing.TestKits;

/// <summary>Says how another process can make the same machine.</summary>
/// <param name="Assembly">The file of the program that knows.</param>
/// <param name="Type">The machine's type; or the one that the factory method belongs to.</param>
/// <param name="Factory">The factory method's token; zero for the type's own constructor.</param>
internal sealed record MachineRecipe(string Assembly, string Type, int Factory)
{
    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    public static MachineRecipe Of(Type machine) =>
        new(machine.Assembly.Location, machine.AssemblyQualifiedName!, 0);

    /// <summary>A factory's recipe; null if the factory captures something.</summary>
    public static MachineRecipe? Of(Delegate factory)
    {
        var method = factory.Method;
        var captures = factory.Target?.GetType().GetFields(Fields).Length > 0;
        return captures || method.IsGenericMethod || method.DeclaringType is not { } type
            ? null
            : new(type.Assembly.Location, type.AssemblyQualifiedName!, method.MetadataToken);
    }

    public IStateMachine Create()
    {
        var type = System.Type.GetType(Type, Load, null, throwOnError: true)!;
        if (Factory == 0)
        {
            return (IStateMachine)Activator.CreateInstance(type, nonPublic: true)!;
        }

        var arguments = type.IsGenericType ? type.GetGenericArguments() : null;
        var method = type.Module.ResolveMethod(Factory, arguments, null)!;
        var target = method.IsStatic ? null : Activator.CreateInstance(type, nonPublic: true);
        return (IStateMachine)method.Invoke(target, null)!;
    }

    // A test program may have been loaded from its own folder, which the other process does not look into.
    private Assembly? Load(AssemblyName name)
    {
        try
        {
            return System.Reflection.Assembly.Load(name);
        }
        catch (FileNotFoundException)
        {
            var path = Path.Combine(Path.GetDirectoryName(Assembly)!, $"{name.Name}.dll");
            return File.Exists(path) ? AssemblyLoadContext.Default.LoadFromAssemblyPath(path) : null;
        }
    }
}
