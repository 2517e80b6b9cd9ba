using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace PaxosSM.Hosting;

/// <summary>The replicated list of the groups that a cluster's nodes host: itself a machine in a group, so that every
/// node makes and removes the same ones, in the same order.</summary>
/// <remarks>The founders travel in the command: a group's first epoch is what was chosen with its name, the same at
/// every node whenever it comes to it (R12).</remarks>
internal sealed class GroupCatalog : IStateMachine
{
    /// <summary>The catalog's own group.</summary>
    public static readonly GroupId Id = new(2);

    /// <summary>How long a group's name, and its kind, may be, in bytes of UTF-8.</summary>
    public const int NameBytesMax = 256;

    private const ulong FirstId = 1024;
    private readonly Action<ImmutableSortedDictionary<string, GroupInfo>> _changed;
    private readonly Dictionary<string, Configuration> _founders = [];
    private ImmutableSortedDictionary<string, GroupInfo> _groups =
        ImmutableSortedDictionary.Create<string, GroupInfo>(StringComparer.Ordinal);

    private ulong _nextId = FirstId;

    /// <summary>An empty catalog.</summary>
    /// <param name="changed">Told what the groups are, on the executor's thread, after each change.</param>
    public GroupCatalog(Action<ImmutableSortedDictionary<string, GroupInfo>> changed) => _changed = changed;

    private enum Operation : byte
    {
        Create = 1,
        Remove = 2,
    }

    /// <summary>The command that makes a group.</summary>
    public static byte[] Create(string name, string kind, Configuration founders)
    {
        ArrayBufferWriter<byte> command = new();
        command.Write([(byte)Operation.Create]);
        WriteText(command, name);
        WriteText(command, kind);
        WriteBytes(command, ConfigurationCodec.Encode(founders).Span);
        return command.WrittenSpan.ToArray();
    }

    /// <summary>The command that removes one.</summary>
    public static byte[] Remove(string name)
    {
        ArrayBufferWriter<byte> command = new();
        command.Write([(byte)Operation.Remove]);
        WriteText(command, name);
        return command.WrittenSpan.ToArray();
    }

    /// <summary>Reads a command's result: the group's number, and whether this command made or removed it.</summary>
    public static (bool Done, GroupId Group) ReadResult(ReadOnlySpan<byte> result) =>
        (result[0] != 0, new(BinaryPrimitives.ReadUInt64LittleEndian(result[1..])));

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        var bytes = (ReadOnlySpan<byte>)command.ToArray();
        var operation = (Operation)Take(ref bytes, 1)[0];
        var name = ReadText(ref bytes);
        var known = _groups.GetValueOrDefault(name);
        var done = false;
        if (operation == Operation.Create && known is null)
        {
            known = new(new(_nextId++), name, ReadText(ref bytes), Founders(ReadBytes(ref bytes)));
            _groups = _groups.Add(name, known);
            done = true;
        }
        else if (operation == Operation.Remove && known is not null)
        {
            _groups = _groups.Remove(name);
            done = true;
        }

        var answer = result.GetSpan(9);
        answer[0] = done ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64LittleEndian(answer[1..], known?.Id.Value ?? 0);
        result.Advance(9);
        if (done)
        {
            _changed(_groups);
        }
    }

    /// <summary>Whatever is asked, the answer is that this node has come so far.</summary>
    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result)
    {
    }

    public ISnapshotWriter BeginSnapshot() => new Snapshot(_nextId, _groups);

    public async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        using MemoryStream whole = new();
        await snapshot.CopyToAsync(whole, cancellationToken).ConfigureAwait(false);
        Load(whole.ToArray());
        _changed(_groups);
    }

    private void Load(ReadOnlySpan<byte> bytes)
    {
        _nextId = BinaryPrimitives.ReadUInt64LittleEndian(Take(ref bytes, sizeof(ulong)));
        var groups = _groups.Clear().ToBuilder();
        while (!bytes.IsEmpty)
        {
            GroupId id = new(BinaryPrimitives.ReadUInt64LittleEndian(Take(ref bytes, sizeof(ulong))));
            var name = ReadText(ref bytes);
            groups.Add(name, new(id, name, ReadText(ref bytes), Founders(ReadBytes(ref bytes))));
        }

        _groups = groups.ToImmutable();
    }

    // Most groups have the same founders: they are held once.
    private Configuration Founders(ReadOnlySpan<byte> encoded)
    {
        var key = Convert.ToBase64String(encoded);
        if (!_founders.TryGetValue(key, out var founders))
        {
            _founders[key] = founders = ConfigurationCodec.Decode(encoded)
                ?? throw new InvalidDataException("a group's founders can't be read");
        }

        return founders;
    }

    private static void WriteText(ArrayBufferWriter<byte> writer, string text) =>
        WriteBytes(writer, Encoding.UTF8.GetBytes(text));

    private static void WriteBytes(ArrayBufferWriter<byte> writer, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(writer.GetSpan(sizeof(int)), bytes.Length);
        writer.Advance(sizeof(int));
        writer.Write(bytes);
    }

    private static string ReadText(ref ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(ReadBytes(ref bytes));

    private static ReadOnlySpan<byte> ReadBytes(ref ReadOnlySpan<byte> bytes) =>
        Take(ref bytes, BinaryPrimitives.ReadInt32LittleEndian(Take(ref bytes, sizeof(int))));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int count)
    {
        if (count < 0 || count > bytes.Length)
        {
            throw new InvalidDataException("the catalog of groups is cut short");
        }

        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }

    private sealed class Snapshot(ulong nextId, ImmutableSortedDictionary<string, GroupInfo> groups) : ISnapshotWriter
    {
        public async ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken)
        {
            ArrayBufferWriter<byte> writer = new();
            WriteNumber(writer, nextId);
            foreach (var (_, group) in groups)
            {
                WriteNumber(writer, group.Id.Value);
                WriteText(writer, group.Name);
                WriteText(writer, group.Kind);
                WriteBytes(writer, ConfigurationCodec.Encode(group.Founders).Span);
            }

            await destination.WriteAsync(writer.WrittenMemory, cancellationToken).ConfigureAwait(false);
        }

        public void Dispose()
        {
        }

        private static void WriteNumber(ArrayBufferWriter<byte> writer, ulong number)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(writer.GetSpan(sizeof(ulong)), number);
            writer.Advance(sizeof(ulong));
        }
    }
}
