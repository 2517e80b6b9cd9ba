using System.Buffers;
using System.Text;
using PaxosSM.RedisKv.Commands;
using PaxosSM.RedisKv.Resp;

namespace PaxosSM.RedisKv.Machine;

/// <summary>One command on its way through the state machine.</summary>
internal readonly ref struct MachineCall
{
    private readonly ReadOnlySpan<byte> _payload;
    private readonly ReadOnlySpan<ArgumentRange> _arguments;
    private readonly IBufferWriter<byte> _output;

    /// <summary>Describes a call.</summary>
    public MachineCall(
        in CallScope scope, ReadOnlySpan<byte> payload, ReadOnlySpan<ArgumentRange> arguments, int ordinal)
    {
        _payload = payload;
        _arguments = arguments;
        _output = scope.Output;
        Keys = scope.Keys;
        Now = scope.Now;
        Seed = scope.Seed + (ulong)ordinal;
    }

    /// <summary>The keyspace.</summary>
    public Keyspace Keys { get; }

    /// <summary>The log's time in microseconds.</summary>
    public long Now { get; }

    /// <summary>Differs from command to command and is the same on every replica: for commands that choose at
    /// random.</summary>
    public ulong Seed { get; }

    /// <summary>How many arguments there are, the command's name included.</summary>
    public int Count => _arguments.Length;

    /// <summary>Where the reply goes.</summary>
    public RespWriter Reply => new(_output);

    /// <summary>An argument; 0 is the command's name.</summary>
    public ReadOnlySpan<byte> this[int index] => _payload.Slice(_arguments[index].Start, _arguments[index].Length);

    /// <summary>True when an argument is this word, in any case.</summary>
    public bool Is(int index, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(this[index], word);

    /// <summary>Looks up the key that an argument names.</summary>
    public KeyRef Key(int index)
    {
        var name = this[index];
        var hash = ByteHash.OfKey(name);
        return new(name, hash, Keys.Find(name, hash, Now));
    }

    /// <summary>Gets a key's value, null when absent. False when it is of another type; then the reply is
    /// written.</summary>
    public bool TryGet<TValue>(in KeyRef key, out TValue? value)
        where TValue : class
    {
        value = key.Exists ? Keys.At(key.Slot).Value as TValue : null;
        if (value is not null || !key.Exists)
        {
            return true;
        }

        Reply.Error(RedisErrors.WrongType);
        return false;
    }

    /// <summary>Gets an argument as a number. False when it is none; then the reply is written.</summary>
    public bool TryNumber(int index, out long value)
    {
        if (RedisNumber.TryParse(this[index], out value))
        {
            return true;
        }

        Reply.Error(RedisErrors.NotInteger);
        return false;
    }

    /// <summary>Stores a string.</summary>
    public void Put(in KeyRef key, byte[] value, long due)
    {
        if (key.Exists)
        {
            Keys.Replace(key.Slot, value, due);
        }
        else
        {
            Keys.Add(key.Name, key.Hash, value, due);
        }
    }

    /// <summary>The key's collection, or a new one, ready for change; <see cref="Keyspace.Changed"/> must
    /// follow.</summary>
    public TValue Open<TValue>(in KeyRef key, out int slot)
        where TValue : CollectionValue, new()
    {
        slot = key.Exists ? key.Slot : Keys.Add(key.Name, key.Hash, new TValue(), Item.Never);
        return (TValue)Keys.Mutable(slot);
    }

    /// <summary>Writes the error for a wrong number of arguments.</summary>
    public void WrongArity(string command) => RedisErrors.WriteWrongArity(Reply, command);
}
