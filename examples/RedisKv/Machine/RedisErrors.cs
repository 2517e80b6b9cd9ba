using System.Text;
using PaxosSM.RedisKv.Resp;

namespace PaxosSM.RedisKv.Machine;

/// <summary>Errors in Redis's own words, which client libraries compare.</summary>
internal static class RedisErrors
{
    private const int ShownBytesMax = 128;

    /// <summary>The key holds another type.</summary>
    public static ReadOnlySpan<byte> WrongType => "WRONGTYPE Operation against a key holding the wrong kind of value"u8;

    /// <summary>Not a number of 64 bits.</summary>
    public static ReadOnlySpan<byte> NotInteger => "ERR value is not an integer or out of range"u8;

    /// <summary>A count below zero.</summary>
    public static ReadOnlySpan<byte> NotPositive => "ERR value is out of range, must be positive"u8;

    /// <summary>INCR went over an end.</summary>
    public static ReadOnlySpan<byte> Overflow => "ERR increment or decrement would overflow"u8;

    /// <summary>DECRBY by a number that has no negative.</summary>
    public static ReadOnlySpan<byte> DecrementOverflow => "ERR decrement would overflow"u8;

    /// <summary>Options that do not go together or do not exist.</summary>
    public static ReadOnlySpan<byte> Syntax => "ERR syntax error"u8;

    /// <summary>A string would be too long.</summary>
    public static ReadOnlySpan<byte> StringTooLong => "ERR string exceeds maximum allowed size (proto-max-bulk-len)"u8;

    /// <summary>A SCAN cursor that is not a number.</summary>
    public static ReadOnlySpan<byte> InvalidCursor => "ERR invalid cursor"u8;

    /// <summary>EXPIRE with options that exclude each other.</summary>
    public static ReadOnlySpan<byte> ExpireConflict =>
        "ERR NX and XX, GT or LT options at the same time are not compatible"u8;

    /// <summary>EXPIRE with GT and LT.</summary>
    public static ReadOnlySpan<byte> ExpireGreaterLess => "ERR GT and LT options at the same time are not compatible"u8;

    /// <summary>Bytes that no front end of ours writes.</summary>
    public static ReadOnlySpan<byte> Malformed => "ERR malformed command"u8;

    /// <summary>A write where only reads may be.</summary>
    public static ReadOnlySpan<byte> NotAQuery => "ERR a command that writes cannot run as a query"u8;

    /// <summary>The error for a wrong number of arguments.</summary>
    public static void WriteWrongArity(RespWriter reply, string command) =>
        reply.Error(Encoding.ASCII.GetBytes($"ERR wrong number of arguments for '{command}' command"));

    /// <summary>The error for an expiry that is not a time.</summary>
    public static void WriteInvalidExpire(RespWriter reply, string command) =>
        reply.Error(Encoding.ASCII.GetBytes($"ERR invalid expire time in '{command}' command"));

    /// <summary>The error for a command that is not known.</summary>
    public static void WriteUnknownCommand(RespWriter reply, ReadOnlySpan<byte> name, string arguments) =>
        reply.Error(
            Encoding.Latin1.GetBytes($"ERR unknown command '{Shown(name)}', with args beginning with: {arguments}"));

    /// <summary>Client bytes that are safe to put into an error.</summary>
    public static string Shown(ReadOnlySpan<byte> text) =>
        Encoding.Latin1.GetString(text[..Math.Min(text.Length, ShownBytesMax)]);
}
