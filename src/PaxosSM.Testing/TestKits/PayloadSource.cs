using System.Buffers;
using FsCheck;
using FsCheck.Fluent;

namespace PaxosSM.Testing.TestKits;

/// <summary>Where the commands or queries of <see cref="StateMachineProperties"/> come from.</summary>
public abstract class PayloadSource
{
    private protected PayloadSource()
    {
    }

    /// <summary>Payloads as bytes. Fewer of them make a smaller counterexample; each one stays as it is.</summary>
    public static PayloadSource Bytes(Gen<byte[]> payloads) => Bytes(Arb.From(payloads));

    /// <summary>Payloads as bytes, with a way of their own to become smaller.</summary>
    public static PayloadSource Bytes(Arbitrary<byte[]> payloads) => new Raw(payloads);

    /// <summary>Values of a typed machine, written by the machine's serializer. Fewer of them make a smaller
    /// counterexample; each one stays as it is.</summary>
    public static PayloadSource Of<T>(Gen<T> values)
        where T : notnull =>
        Of(Arb.From(values));

    /// <summary>Values of a typed machine, written by the machine's serializer, with a way to become smaller.</summary>
    public static PayloadSource Of<T>(Arbitrary<T> values)
        where T : notnull =>
        new Typed<T>(values);

    internal abstract Arbitrary<Payload> Resolve(IStateMachine machine);

    private sealed class Raw(Arbitrary<byte[]> payloads) : PayloadSource
    {
        internal override Arbitrary<Payload> Resolve(IStateMachine machine) => Arb.From(
            payloads.Generator.Select(Make),
            payload => payloads.Shrinker(payload.Bytes).Select(Make));

        private static Payload Make(byte[] bytes) => new(bytes, ByteText.Of(bytes), bytes);
    }

    private sealed class Typed<T>(Arbitrary<T> values) : PayloadSource
        where T : notnull
    {
        internal override Arbitrary<Payload> Resolve(IStateMachine machine)
        {
            var serializer = TypedMachine.SerializerOf(machine) ?? throw new ArgumentException(
                $"{machine.GetType()} is no StateMachine<...>: give its commands and queries as bytes");
            return Arb.From(
                values.Generator.Select(value => Make(serializer, value)),
                payload => values.Shrinker((T)payload.Value).Select(value => Make(serializer, value)));
        }

        private static Payload Make(ICommandSerializer serializer, T value)
        {
            var bytes = new ArrayBufferWriter<byte>();
            serializer.Write(bytes, value);
            return new(bytes.WrittenSpan.ToArray(), $"{value}", value);
        }
    }
}
