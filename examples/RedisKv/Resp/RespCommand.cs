using PaxosSM.RedisKv.Commands;

namespace PaxosSM.RedisKv.Resp;

/// <summary>A command as it arrives: its arguments, already in the encoding that the state machine reads.</summary>
/// <remarks>Reused for the next command of its connection.</remarks>
internal sealed class RespCommand
{
    private const int BytesKeptMax = 64 * 1024;
    private const int ArgumentsKeptMax = 4096;
    private const int ReservedBytesMax = 64 * 1024;

    private byte[] _bytes = new byte[256];
    private ArgumentRange[] _arguments = new ArgumentRange[8];
    private int _open;

    /// <summary>How many arguments there are so far, the command's name included.</summary>
    public int Count { get; private set; }

    /// <summary>How many bytes are used.</summary>
    public int Length { get; private set; }

    /// <summary>The command in the encoding of <see cref="CommandPayload"/>.</summary>
    public ReadOnlySpan<byte> Encoded => _bytes.AsSpan(0, Length);

    /// <summary>An argument; 0 is the command's name.</summary>
    public ReadOnlySpan<byte> this[int index] => _bytes.AsSpan(_arguments[index].Start, _arguments[index].Length);

    /// <summary>Starts a command of so many arguments.</summary>
    public void Begin(int count)
    {
        if (_bytes.Length > BytesKeptMax)
        {
            _bytes = new byte[256];
        }

        if (_arguments.Length > ArgumentsKeptMax)
        {
            _arguments = new ArgumentRange[8];
        }

        Count = 0;
        Length = 0;
        AppendNumber(count);
    }

    /// <summary>Adds a whole argument.</summary>
    public void Add(ReadOnlySpan<byte> argument)
    {
        Open(argument.Length);
        Append(argument);
    }

    /// <summary>Starts an argument of so many bytes; they follow in parts.</summary>
    public void Open(int length)
    {
        AppendNumber(length);
        if (Count == _arguments.Length)
        {
            Array.Resize(ref _arguments, Count * 2);
        }

        _arguments[Count++] = new(Length, length);
        _open = length;
    }

    /// <summary>Takes the open argument's next bytes from the input; returns how many.</summary>
    public int Append(ReadOnlySpan<byte> input)
    {
        var part = input[..Math.Min(input.Length, _open)];
        Reserve(part.Length); // memory follows what really came, not what was announced
        part.CopyTo(_bytes.AsSpan(Length));
        Length += part.Length;
        _open -= part.Length;
        return part.Length;
    }

    /// <summary>True when the open argument has all its bytes.</summary>
    public bool IsFull => _open == 0;

    private void AppendNumber(int value)
    {
        Reserve(CommandPayload.NumberBytesMax);
        Length += CommandPayload.WriteNumber(_bytes.AsSpan(Length), (uint)value);
    }

    private void Reserve(int more)
    {
        if (_bytes.Length - Length < more)
        {
            var wanted = Math.Max(_bytes.Length * 2L, Length + Math.Min(_open, ReservedBytesMax) + (long)more);
            Array.Resize(ref _bytes, (int)Math.Min(wanted, Array.MaxLength));
        }
    }
}
