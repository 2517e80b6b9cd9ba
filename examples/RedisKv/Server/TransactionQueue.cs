using System.Buffers;
using PaxosSM.RedisKv.Commands;
using PaxosSM.RedisKv.Resp;

namespace PaxosSM.RedisKv.Server;

/// <summary>Commands that wait for EXEC.</summary>
internal sealed class TransactionQueue(RespLimits limits)
{
    private ArrayBufferWriter<byte> _commands = new();
    private int _count;
    private bool _writes;

    /// <summary>True between MULTI and its end.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>True when a command was refused, so that EXEC must refuse all.</summary>
    public bool IsDirty { get; private set; }

    /// <summary>MULTI.</summary>
    public void Open() => IsOpen = true;

    /// <summary>A command was refused.</summary>
    public void Spoil() => IsDirty = IsOpen;

    /// <summary>Queues a command. False, and all is refused, when the transaction becomes too large.</summary>
    public bool TryAdd(CommandSpec spec, ReadOnlySpan<byte> encoded)
    {
        if (_commands.WrittenCount + (long)encoded.Length > limits.CommandBytesMax)
        {
            Spoil();
            return false;
        }

        _commands.Write(encoded);
        _count++;
        _writes |= spec.IsWrite;
        return true;
    }

    /// <summary>EXEC: the queued commands as one.</summary>
    public TransactionPayload Close()
    {
        var bytes = CommandPayload.Wrap(CommandPayload.Transaction, _count, _commands.WrittenSpan);
        var payload = new TransactionPayload(bytes, _writes);
        Clear();
        return payload;
    }

    /// <summary>DISCARD.</summary>
    public void Clear()
    {
        IsOpen = false;
        IsDirty = false;
        _commands = new();
        _count = 0;
        _writes = false;
    }
}
