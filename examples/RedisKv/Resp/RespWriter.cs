using System.Buffers;
using System.Buffers.Text;

namespace PaxosSM.RedisKv.Resp;

/// <summary>Writes RESP2 replies.</summary>
internal readonly ref struct RespWriter(IBufferWriter<byte> output)
{
    private const int NumberBytesMax = 1 + 20 + 2;

    /// <summary>Where the replies go.</summary>
    public IBufferWriter<byte> Output { get; } = output;

    /// <summary>The reply OK.</summary>
    public void Ok() => Output.Write("+OK\r\n"u8);

    /// <summary>A simple string; must hold no line break.</summary>
    public void Simple(ReadOnlySpan<byte> text)
    {
        Output.Write("+"u8);
        Output.Write(text);
        Output.Write("\r\n"u8);
    }

    /// <summary>An error whose text starts with its code; line breaks become spaces, so that no input can forge a
    /// reply.</summary>
    public void Error(ReadOnlySpan<byte> text)
    {
        var span = Output.GetSpan(text.Length + 3);
        span[0] = (byte)'-';
        text.CopyTo(span[1..]);
        var written = span.Slice(1, text.Length);
        written.Replace((byte)'\r', (byte)' ');
        written.Replace((byte)'\n', (byte)' ');
        "\r\n"u8.CopyTo(span[(1 + text.Length)..]);
        Output.Advance(text.Length + 3);
    }

    /// <summary>A number.</summary>
    public void Integer(long value) => Number((byte)':', value);

    /// <summary>1 or 0.</summary>
    public void Flag(bool value) => Output.Write(value ? ":1\r\n"u8 : ":0\r\n"u8);

    /// <summary>Bytes.</summary>
    public void Bulk(ReadOnlySpan<byte> value)
    {
        var total = NumberBytesMax + value.Length + 2;
        var span = Output.GetSpan(total);
        span[0] = (byte)'$';
        _ = Utf8Formatter.TryFormat(value.Length, span[1..], out var digits);
        var place = 1 + digits;
        "\r\n"u8.CopyTo(span[place..]);
        value.CopyTo(span[(place + 2)..]);
        place += 2 + value.Length;
        "\r\n"u8.CopyTo(span[place..]);
        Output.Advance(place + 2);
    }

    /// <summary>Bytes, or nil for null.</summary>
    public void BulkOrNull(byte[]? value)
    {
        if (value is null)
        {
            Null();
        }
        else
        {
            Bulk(value);
        }
    }

    /// <summary>A number as bytes.</summary>
    public void BulkNumber(ulong value)
    {
        Span<byte> digits = stackalloc byte[20];
        _ = Utf8Formatter.TryFormat(value, digits, out var count);
        Bulk(digits[..count]);
    }

    /// <summary>The nil of bytes.</summary>
    public void Null() => Output.Write("$-1\r\n"u8);

    /// <summary>The nil of arrays.</summary>
    public void NullArray() => Output.Write("*-1\r\n"u8);

    /// <summary>The start of an array; its elements follow.</summary>
    public void Array(int count) => Number((byte)'*', count);

    private void Number(byte type, long value)
    {
        var span = Output.GetSpan(NumberBytesMax);
        span[0] = type;
        _ = Utf8Formatter.TryFormat(value, span[1..], out var digits);
        "\r\n"u8.CopyTo(span[(1 + digits)..]);
        Output.Advance(digits + 3);
    }
}
