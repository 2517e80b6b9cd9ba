using System.Buffers;
using PaxosSM.RedisKv.Machine;

namespace PaxosSM.RedisKv.Resp;

/// <summary>Reads commands in RESP2, arrays of bulk strings or lines, from bytes that come in any portions.</summary>
/// <remarks>
/// It keeps its place between calls and copies what it has seen, so that its caller need not keep input and no byte is
/// looked at twice however slowly a client sends.
/// </remarks>
internal sealed class RespParser(RespLimits limits)
{
    private const int DigitsMax = 32;

    private readonly byte[] _digits = new byte[DigitsMax];
    private readonly ArrayBufferWriter<byte> _line = new();
    private State _state;
    private int _digitCount;
    private int _missing;

    private enum State
    {
        Start,
        Count,
        CountEnd,
        BulkMark,
        BulkLength,
        BulkLengthEnd,
        Bulk,
        BulkReturn,
        BulkEnd,
        Inline,
        Failed,
    }

    /// <summary>The command that is complete, until the next call.</summary>
    public RespCommand Command { get; } = new();

    /// <summary>What is wrong, in Redis's words, after <see cref="RespReadResult.Error"/>.</summary>
    public string Error { get; private set; } = string.Empty;

    /// <summary>Reads on to the end of a command or of the input.</summary>
    public RespReadResult Read(ReadOnlySpan<byte> input, out int consumed)
    {
        consumed = 0;
        var result = _state == State.Failed ? RespReadResult.Error : RespReadResult.NeedMore;
        while (result == RespReadResult.NeedMore && consumed < input.Length)
        {
            result = _state switch
            {
                State.Bulk => ReadBulk(input, ref consumed),
                State.Inline => ReadInline(input, ref consumed),
                State.Start => ReadStart(input, ref consumed),
                _ => ReadByte(input[consumed++]),
            };
        }

        return result;
    }

    private RespReadResult ReadStart(ReadOnlySpan<byte> input, ref int consumed)
    {
        _digitCount = 0;
        if (input[consumed] == '*')
        {
            if (TryReadWhole(input[consumed..], out var length))
            {
                consumed += length;
                return RespReadResult.Command;
            }

            consumed++;
            _state = State.Count;
        }
        else
        {
            _line.ResetWrittenCount();
            _state = State.Inline;
        }

        return RespReadResult.NeedMore;
    }

    // A command that is here whole, in the form that clients send, goes by lengths; whatever is not, byte by byte.
    private bool TryReadWhole(ReadOnlySpan<byte> input, out int length)
    {
        length = 1;
        if (!TryReadLength(input, ref length, out var count) || count == 0 || count > limits.ArgumentsMax)
        {
            return false;
        }

        Command.Begin(count);
        for (; count > 0; count--)
        {
            if (length == input.Length || input[length++] != '$' || !TryReadLength(input, ref length, out var bytes)
                || bytes > limits.BulkBytesMax || Command.Length + bytes > limits.CommandBytesMax
                || input.Length - length < bytes + 2 || !input.Slice(length + bytes, 2).SequenceEqual("\r\n"u8))
            {
                return false;
            }

            Command.Add(input.Slice(length, bytes));
            length += bytes + 2;
        }

        return true;
    }

    private static bool TryReadLength(ReadOnlySpan<byte> input, ref int place, out int value)
    {
        const int PlainDigitsMax = 8;
        value = 0;
        var first = place;
        while (place < input.Length && place - first < PlainDigitsMax && char.IsAsciiDigit((char)input[place]))
        {
            value = (value * 10) + input[place++] - '0';
        }

        if (place == first || input.Length - place < 2 || input[place] != '\r' || input[place + 1] != '\n')
        {
            return false;
        }

        place += 2;
        return true;
    }

    private RespReadResult ReadByte(byte next)
    {
        switch (_state)
        {
            case State.Count:
                return ReadDigit(next, State.CountEnd, "invalid multibulk length");
            case State.CountEnd:
                return next == '\n' ? BeginCommand() : Fail("invalid multibulk length");
            case State.BulkMark:
                _digitCount = 0;
                _state = State.BulkLength;
                return next == '$' ? RespReadResult.NeedMore : Fail($"expected '$', got '{Shown(next)}'");
            case State.BulkLength:
                return ReadDigit(next, State.BulkLengthEnd, "invalid bulk length");
            case State.BulkLengthEnd:
                return next == '\n' ? BeginBulk() : Fail("invalid bulk length");
            case State.BulkReturn:
                _state = State.BulkEnd;
                return next == '\r' ? RespReadResult.NeedMore : Fail("invalid bulk length");
            default:
                return next == '\n' ? EndBulk() : Fail("invalid bulk length");
        }
    }

    private RespReadResult ReadDigit(byte next, State after, string error)
    {
        if (next == '\r')
        {
            _state = after;
            return RespReadResult.NeedMore;
        }

        if (_digitCount == DigitsMax || next == '\n')
        {
            return Fail(error);
        }

        _digits[_digitCount++] = next;
        return RespReadResult.NeedMore;
    }

    private RespReadResult BeginCommand()
    {
        if (!RedisNumber.TryParse(_digits.AsSpan(0, _digitCount), out var count) || count > limits.ArgumentsMax)
        {
            return Fail("invalid multibulk length");
        }

        if (count <= 0)
        {
            _state = State.Start; // Redis ignores an empty command
            return RespReadResult.NeedMore;
        }

        _missing = (int)count;
        Command.Begin(_missing);
        _state = State.BulkMark;
        return RespReadResult.NeedMore;
    }

    private RespReadResult BeginBulk()
    {
        if (!RedisNumber.TryParse(_digits.AsSpan(0, _digitCount), out var length)
            || length < 0 || length > limits.BulkBytesMax)
        {
            return Fail("invalid bulk length");
        }

        if (Command.Length + length > limits.CommandBytesMax)
        {
            return Fail("too big command");
        }

        Command.Open((int)length);
        _state = length == 0 ? State.BulkReturn : State.Bulk;
        return RespReadResult.NeedMore;
    }

    private RespReadResult ReadBulk(ReadOnlySpan<byte> input, ref int consumed)
    {
        consumed += Command.Append(input[consumed..]);
        if (Command.IsFull)
        {
            _state = State.BulkReturn;
        }

        return RespReadResult.NeedMore;
    }

    private RespReadResult EndBulk()
    {
        _missing--;
        _state = _missing == 0 ? State.Start : State.BulkMark;
        return _missing == 0 ? RespReadResult.Command : RespReadResult.NeedMore;
    }

    private RespReadResult ReadInline(ReadOnlySpan<byte> input, ref int consumed)
    {
        var rest = input[consumed..];
        var end = rest.IndexOf((byte)'\n');
        var part = end < 0 ? rest : rest[..end];
        if (_line.WrittenCount + part.Length > limits.InlineBytesMax)
        {
            return Fail("too big inline request");
        }

        _line.Write(part);
        consumed += part.Length;
        if (end < 0)
        {
            return RespReadResult.NeedMore;
        }

        consumed++;
        _state = State.Start;
        if (!InlineCommand.TrySplit(_line.WrittenSpan, out var arguments))
        {
            return Fail("unbalanced quotes in request");
        }

        if (arguments.Count == 0)
        {
            return RespReadResult.NeedMore;
        }

        Command.Begin(arguments.Count);
        arguments.ForEach(argument => Command.Add(argument));
        return RespReadResult.Command;
    }

    private RespReadResult Fail(string error)
    {
        _state = State.Failed;
        Error = $"ERR Protocol error: {error}";
        return RespReadResult.Error;
    }

    private static char Shown(byte letter) => letter is >= 0x20 and < 0x7F ? (char)letter : '?';
}
