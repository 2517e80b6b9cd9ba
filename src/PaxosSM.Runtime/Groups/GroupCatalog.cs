using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Runtime.Groups;

/// <summary>The replicated list of the groups that a cluster's nodes host: itself a machine in a group, so that every
/// node makes and removes the same ones, in the same order.</summary>
/// <remarks>The founders travel in the command: a group's first epoch is what was chosen with its name, the same at
/// every node whenever it comes to it (R12).</remarks>
public sealed class GroupCatalog : IStateMachine
{
    /// <summary>The catalog's own group.</summary>
    public static readonly GroupId Id = new(2);

    /// <summary>How long a group's name, and its kind, may be, in bytes of UTF-8.</summary>
    public const int NameBytesMax = 256;

    private const ulong FirstId = 1024;
    private const int CommandBytesMax = 1 << 20;
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
        Restore = 3,
    }

    /// <summary>The command that makes a group.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="founders">Its first members.</param>
    /// <param name="restores">The backup that it goes on from; null for a group that begins with nothing.</param>
    public static byte[] Create(
        string name, string kind, Configuration founders, GroupRestoration? restores = null)
    {
        FrameBuffer command = new(CommandBytesMax);
        WireWriter writer = new(command);
        writer.WriteByte((byte)(restores is null ? Operation.Create : Operation.Restore));
        writer.WriteText(name);
        writer.WriteText(kind);
        writer.WriteBytes(ConfigurationCodec.Encode(founders).Span);
        restores?.Write(writer);
        return command.Written.ToArray();
    }

    /// <summary>The command that removes one.</summary>
    public static byte[] Remove(string name)
    {
        FrameBuffer command = new(CommandBytesMax);
        WireWriter writer = new(command);
        writer.WriteByte((byte)Operation.Remove);
        writer.WriteText(name);
        return command.Written.ToArray();
    }

    /// <summary>Reads a command's result: the group's number, and whether this command made or removed it.</summary>
    public static (bool Done, GroupId Group) ReadResult(ReadOnlySpan<byte> result) =>
        (result[0] != 0, new(BinaryPrimitives.ReadUInt64LittleEndian(result[1..])));

    /// <inheritdoc/>
    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        var (done, group) = Carry(command.ToArray());
        var answer = result.GetSpan(1 + sizeof(ulong));
        answer[0] = done ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64LittleEndian(answer[1..], group.Value);
        result.Advance(1 + sizeof(ulong));
        if (done)
        {
            _changed(_groups);
        }
    }

    /// <summary>Whatever is asked, the answer is that this node has come so far.</summary>
    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result)
    {
    }

    /// <inheritdoc/>
    public ISnapshotWriter BeginSnapshot() => new Snapshot(_nextId, _groups);

    /// <inheritdoc/>
    public async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        using MemoryStream whole = new();
        await snapshot.CopyToAsync(whole, cancellationToken).ConfigureAwait(false);
        try
        {
            Load(new(whole.ToArray()));
        }
        catch (WireFormatException damage)
        {
            throw new InvalidDataException($"the catalog of groups can't be read: {damage.Message}", damage);
        }

        _changed(_groups);
    }

    // Any client may send a command here: nonsense must stop nobody.
    private (bool Done, GroupId Group) Carry(ReadOnlySpan<byte> command)
    {
        try
        {
            WireReader reader = new(command);
            return (Operation)reader.ReadByte() switch
            {
                Operation.Create => CarryCreate(ReadGroup(ref reader, restored: false)),
                Operation.Restore => CarryCreate(ReadGroup(ref reader, restored: true)),
                Operation.Remove => CarryRemove(reader.ReadText()),
                _ => default,
            };
        }
        catch (WireFormatException)
        {
            return default;
        }
    }

    private (bool Done, GroupId Group) CarryCreate(GroupInfo asked)
    {
        if (_groups.TryGetValue(asked.Name, out var known))
        {
            return (false, known.Id);
        }

        // R27: an outbox that goes on orders what it holds by the number of its group.
        var lost = asked.Restores?.Group.Value ?? 0;
        _nextId = Math.Max(_nextId, lost + 1);
        GroupInfo made = asked with { Id = new(_nextId++) };
        _groups = _groups.Add(made.Name, made);
        return (true, made.Id);
    }

    private (bool Done, GroupId Group) CarryRemove(string name)
    {
        if (!_groups.TryGetValue(name, out var known))
        {
            return default;
        }

        _groups = _groups.Remove(name);
        return (true, known.Id);
    }

    private void Load(WireReader reader)
    {
        _nextId = reader.ReadUInt64();
        var groups = _groups.Clear().ToBuilder();
        while (reader.Remaining > 0)
        {
            GroupId id = new(reader.ReadUInt64());
            var restored = reader.ReadBoolean();
            var group = ReadGroup(ref reader, restored) with { Id = id };
            groups.Add(group.Name, group);
        }

        _groups = groups.ToImmutable();
    }

    // Its number is another matter.
    private GroupInfo ReadGroup(ref WireReader reader, bool restored)
    {
        GroupInfo group = new(default, reader.ReadText(), reader.ReadText(), Founders(reader.ReadBytes()));
        return restored ? group with { Restores = GroupRestoration.Read(ref reader) } : group;
    }

    // Most groups have the same founders: they are held once.
    private Configuration Founders(ReadOnlyMemory<byte> encoded)
    {
        var key = Convert.ToBase64String(encoded.Span);
        if (!_founders.TryGetValue(key, out var founders))
        {
            _founders[key] = founders = ConfigurationCodec.Decode(encoded.Span)
                ?? throw new WireFormatException("a group's founders can't be read");
        }

        return founders;
    }

    private sealed class Snapshot(ulong nextId, ImmutableSortedDictionary<string, GroupInfo> groups) : ISnapshotWriter
    {
        public async ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken)
        {
            FrameBuffer snapshot = new(Array.MaxLength);
            Write(new(snapshot));
            await destination.WriteAsync(snapshot.Written, cancellationToken).ConfigureAwait(false);
        }

        public void Dispose()
        {
        }

        private void Write(WireWriter writer)
        {
            writer.WriteUInt64(nextId);
            foreach (var (_, group) in groups)
            {
                writer.WriteUInt64(group.Id.Value);
                writer.WriteBoolean(group.Restores is not null);
                writer.WriteText(group.Name);
                writer.WriteText(group.Kind);
                writer.WriteBytes(ConfigurationCodec.Encode(group.Founders).Span);
                group.Restores?.Write(writer);
            }
        }
    }
}
