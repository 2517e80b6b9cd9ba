using System.Buffers;
using System.Reflection;
using FsCheck;
using FsCheck.Fluent;
using PaxosSM.Testing.Generators;

namespace PaxosSM.Testing.TestKits;

/// <summary>What a machine's types say about its commands and queries.</summary>
internal static class TypedMachine
{
    private const int SamplesTried = 100;
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic;

    /// <summary>The serializer of a typed machine; null for others.</summary>
    public static ICommandSerializer? SerializerOf(IStateMachine machine) =>
        (ICommandSerializer?)BaseOf(machine)?.GetProperty("Serializer", Hidden)!.GetValue(machine);

    /// <summary>Commands drawn from nothing but the machine's types.</summary>
    public static PayloadSource CommandsOf(IStateMachine machine) => Derive(machine, argument: 0);

    /// <summary>Queries drawn from nothing but the machine's types.</summary>
    public static PayloadSource QueriesOf(IStateMachine machine) => Derive(machine, argument: 2);

    private static PayloadSource Derive(IStateMachine machine, int argument)
    {
        if (BaseOf(machine) is not { } typed)
        {
            return PayloadSource.Bytes(Arb.From(AnyBytes(), Shrinks.Bytes));
        }

        var derive = typeof(TypedMachine).GetMethod(nameof(DeriveOf), BindingFlags.Static | BindingFlags.NonPublic)!;
        var type = typed.GetGenericArguments()[argument];
        try
        {
            return (PayloadSource)derive.MakeGenericMethod(type).Invoke(null, [SerializerOf(machine)])!;
        }
        catch (TargetInvocationException refusal)
        {
            throw new ArgumentException(
                $"no {type.Name} can be made up from its type: give a generator, such as "
                    + $"PayloadSource.Of(Gen.Elements<{type.Name}>(...))",
                refusal.InnerException);
        }
    }

    private static PayloadSource DeriveOf<T>(ICommandSerializer serializer)
        where T : notnull
    {
        // JSON has no number for some doubles: what no client could send is not drawn.
        var values = ArbMap.Default.ArbFor<T>().Filter(value => CanWrite(serializer, value));
        var samples = ArbMap.Default.ArbFor<T>().Generator.Sample(SamplesTried);
        return samples.Any(value => CanWrite(serializer, value))
            ? PayloadSource.Of(values)
            : throw new ArgumentException($"the serializer writes none of {SamplesTried} values");
    }

    private static bool CanWrite<T>(ICommandSerializer serializer, T value)
    {
        try
        {
            serializer.Write(new ArrayBufferWriter<byte>(), value);
            return value is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static Gen<byte[]> AnyBytes()
    {
        var any = Gen.Choose(0, byte.MaxValue).Select(one => (byte)one);
        var few = Gen.Choose(0, 3).Select(one => (byte)one);
        var letters = Gen.Elements("abc019 :=".Select(letter => (byte)letter));
        return Gen.Sized(size => Gen.Choose(0, Math.Min(size, 24)).SelectMany(
            length => Gen.OneOf(any.ArrayOf(length), few.ArrayOf(length), letters.ArrayOf(length))));
    }

    private static Type? BaseOf(IStateMachine machine)
    {
        for (var type = machine.GetType(); type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(StateMachine<,,,>))
            {
                return type;
            }
        }

        return null;
    }
}
