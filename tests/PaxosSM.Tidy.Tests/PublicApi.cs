using System.Reflection;
using System.Text;

namespace PaxosSM.Tidy.Tests;

/// <summary>Lists what an assembly shows to others, one member a line, in an order that does not depend on the
/// compiler.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic
        | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string List(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            _ = text.Append(Header(type)).Append('\n');
            var members = type.GetMembers(Declared).Select(Describe).OfType<string>();
            foreach (var member in members.Order(StringComparer.Ordinal))
            {
                _ = text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Header(Type type)
    {
        var kind = type switch
        {
            { IsInterface: true } => "interface",
            { IsEnum: true } => $"enum({type.GetEnumUnderlyingType().Name})",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        var interfaces = type.GetInterfaces().Select(Name).Order(StringComparer.Ordinal);
        var bases = interfaces.Prepend(Name(type.BaseType ?? typeof(object)));
        return $"{kind} {type.Namespace}.{Name(type)} : {string.Join(", ", bases)}";
    }

    private static string? Describe(MemberInfo member) => member switch
    {
        MethodInfo method when IsVisible(method) && !IsAccessor(method) =>
            $"{Modifier(method)}{Name(method.ReturnType)} {method.Name}{Generics(method)}({Parameters(method)})",
        ConstructorInfo constructor when IsVisible(constructor) => $"new({Parameters(constructor)})",
        PropertyInfo property when VisibleAccessors(property) is [var first, ..] =>
            $"{Modifier(first)}{Name(property.PropertyType)} {property.Name} {{ {Accessors(property)} }}",
        EventInfo happening => $"event {happening.Name}",
        FieldInfo { IsLiteral: true, IsPublic: true } field =>
            $"const {Name(field.FieldType)} {field.Name} = {field.GetRawConstantValue()}",
        FieldInfo { IsPublic: true, IsSpecialName: false } field => $"{Name(field.FieldType)} {field.Name}",
        _ => null,
    };

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsAccessor(MethodInfo method) =>
        method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static string Modifier(MethodBase method) => method.IsStatic ? "static " : string.Empty;

    private static MethodInfo[] VisibleAccessors(PropertyInfo property) =>
        [.. property.GetAccessors(nonPublic: true).Where(IsVisible)];

    private static string Accessors(PropertyInfo property) =>
        string.Join(' ', VisibleAccessors(property).Select(Accessor).Order(StringComparer.Ordinal));

    private static string Accessor(MethodInfo accessor)
    {
        if (accessor.ReturnType != typeof(void))
        {
            return "get;";
        }

        return accessor.ReturnParameter.GetRequiredCustomModifiers().Length > 0 ? "init;" : "set;";
    }

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : string.Empty;

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter) =>
        $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? " = default" : string.Empty)}";

    private static string Name(Type type)
    {
        if (type.IsByRef)
        {
            return "ref " + Name(type.GetElementType()!);
        }

        if (!type.IsGenericType)
        {
            return type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        }

        return $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
