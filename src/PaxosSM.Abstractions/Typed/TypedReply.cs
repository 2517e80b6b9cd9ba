using System.Buffers;
using System.Text;

namespace PaxosSM;

/// <summary>What stands before a typed result: one byte that says whether it is one.</summary>
internal static class TypedReply
{
    private const byte Ok = 0;
    private const byte Malformed = 1;

    public static void WriteOk(IBufferWriter<byte> result) => result.Write([Ok]);

    public static void WriteMalformed(IBufferWriter<byte> result, Type type)
    {
        result.Write([Malformed]);
        Encoding.UTF8.GetBytes($"the bytes are no {type.Name}", result);
    }

    public static bool IsOk(ReadOnlySpan<byte> result) => result is [Ok, ..];

    public static T Read<T>(ICommandSerializer serializer, ReadOnlyMemory<byte> result)
    {
        if (result.IsEmpty || result.Span[0] > Malformed)
        {
            throw new PaxosException(PaxosError.BadRequest, "the machine is not a typed one");
        }

        if (result.Span[0] == Malformed)
        {
            throw new PaxosException(PaxosError.BadRequest, Encoding.UTF8.GetString(result.Span[1..]));
        }

        return serializer.TryRead<T>(new(result[1..]), out var value)
            ? value
            : throw new PaxosException(PaxosError.BadRequest, $"the result is no {typeof(T).Name}");
    }
}
