using System.Buffers;
using System.Globalization;
using System.Text;

namespace PaxosSM;

/// <summary>Effects outside the cluster, as part of a machine's state: each waits, with its token, until its receiver
/// has confirmed it (R27).</summary>
/// <remarks>
/// <para>Deterministic: the same calls on every replica give the same entries, tokens and bytes. A machine has one,
/// with as many destinations as it likes: two would give the same tokens.</para>
/// <para>Bounded: what has no room is refused, and the command should be refused with it, before it changed anything:
/// then clients feel that a receiver does not keep up, and nothing is lost.</para>
/// <para>Machines that can take back (R18) give it their <see cref="UndoJournal"/>; then adding and acknowledging note
/// how to undo them.</para>
/// <para>Threads: the machine's.</para>
/// </remarks>
public sealed class Outbox
{
    private const int FormatVersion = 1;
    private readonly Dictionary<string, SortedDictionary<OutboxToken, OutboxEntry>> _waiting =
        new(StringComparer.Ordinal);

    // Of those that something waits for.
    private readonly SortedSet<string> _destinations = new(StringComparer.Ordinal);
    private readonly OutboxLimits _limits;
    private readonly UndoJournal? _journal;
    private OutboxToken? _newest;

    /// <summary>An empty outbox.</summary>
    /// <param name="limits">How much it holds; null for the defaults.</param>
    /// <param name="journal">The machine's journal, where it can take back; null where it can't.</param>
    public Outbox(OutboxLimits? limits = null, UndoJournal? journal = null)
    {
        _limits = limits ?? new();
        _journal = journal;
    }

    /// <summary>How many effects wait.</summary>
    public int Count { get; private set; }

    /// <summary>How many bytes of payload wait.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds an effect of the command that is being applied.</summary>
    /// <param name="context">The command's.</param>
    /// <param name="destination">Who is to get it; empty where there is one receiver only.</param>
    /// <param name="payload">What it is to get; copied.</param>
    /// <param name="token">What names it.</param>
    /// <param name="refusal">Why not, in words that are the same on every replica; empty if it was added.</param>
    /// <returns>Whether there was room.</returns>
    /// <exception cref="InvalidOperationException">The context is older than that of an earlier call: a kept one, or
    /// another group's.</exception>
    public bool TryAdd(
        in CommandContext context,
        string destination,
        ReadOnlySpan<byte> payload,
        out OutboxToken token,
        out string refusal)
    {
        token = TokenOf(in context);
        refusal = Refusal(destination, payload.Length);
        if (refusal.Length > 0)
        {
            return false;
        }

        if (_newest is { } newest && token <= newest)
        {
            throw new InvalidOperationException($"{token} does not follow {newest}");
        }

        if (_journal is { IsOpen: true } journal)
        {
            var (before, added) = (_newest, token);
            journal.Note(() =>
            {
                Remove(destination, added);
                _newest = before;
            });
        }

        _newest = token;
        Insert(new(token, destination, payload.ToArray()));
        return true;
    }

    /// <summary>See <see cref="IOutboxStateMachine.OutboxDestinations"/>.</summary>
    public IReadOnlyList<string> Destinations(int destinationsMax, string after)
    {
        var following = _destinations.Max is { } last && StringComparer.Ordinal.Compare(after, last) < 0
            ? _destinations.GetViewBetween(after, last).Where(each => each != after)
            : [];
        return [.. following.Concat(_destinations).Distinct().Take(destinationsMax)];
    }

    /// <summary>See <see cref="IOutboxStateMachine.ReadOutbox"/>.</summary>
    public IReadOnlyList<OutboxEntry> Read(string destination, int entriesMax, long bytesMax)
    {
        List<OutboxEntry> read = [];
        if (_waiting.TryGetValue(destination, out var entries))
        {
            var bytes = 0L;
            foreach (var entry in entries.Values)
            {
                bytes += entry.Payload.Length;
                if (read.Count == entriesMax || (bytes > bytesMax && read.Count > 0))
                {
                    break;
                }

                read.Add(entry);
            }
        }

        return read;
    }

    /// <summary>See <see cref="IOutboxStateMachine.Acknowledge"/>.</summary>
    /// <returns>How many went.</returns>
    public int Acknowledge(string destination, in OutboxToken through)
    {
        if (!_waiting.TryGetValue(destination, out var entries))
        {
            return 0;
        }

        var last = through;
        var confirmed = entries.Values.TakeWhile(entry => entry.Token <= last).ToList();
        foreach (var entry in confirmed)
        {
            Remove(destination, entry.Token);
        }

        if (_journal is { IsOpen: true } journal && confirmed.Count > 0)
        {
            journal.Note(() => confirmed.ForEach(Insert));
        }

        return confirmed.Count;
    }

    /// <summary>Writes what waits; equal states give equal bytes.</summary>
    public void Save(IBufferWriter<byte> destination)
    {
        OutboxWriter writer = new(destination);
        writer.WriteInt32(FormatVersion);
        writer.WriteEntries([.. _destinations.SelectMany(each => _waiting[each].Values)]);
    }

    /// <summary>Replaces what waits by what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are no outbox; nothing was changed.</exception>
    public void Load(ReadOnlyMemory<byte> saved)
    {
        OutboxReader reader = new(saved);
        var version = reader.ReadInt32();
        if (version != FormatVersion)
        {
            throw new InvalidDataException($"the outbox is of version {version}, this program's is {FormatVersion}");
        }

        var entries = reader.ReadEntries();
        if (entries.Select(entry => entry.Token).Distinct().Count() < entries.Count)
        {
            throw new InvalidDataException("the outbox holds a token twice");
        }

        _waiting.Clear();
        _destinations.Clear();
        (Count, Bytes, _newest) = (0, 0, null);
        foreach (var entry in entries)
        {
            Insert(entry);
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private OutboxToken TokenOf(in CommandContext context)
    {
        var first = OutboxToken.Of(in context, 0);
        return _newest is { } newest && newest with { Number = 0 } == first
            ? newest with { Number = newest.Number + 1 }
            : first;
    }

    private string Refusal(string destination, int bytes)
    {
        if (bytes > _limits.PayloadBytesMax)
        {
            return Text($"an effect has {_limits.PayloadBytesMax} bytes at most, not {bytes}");
        }

        if (Encoding.UTF8.GetByteCount(destination) is var length && length > _limits.DestinationBytesMax)
        {
            return Text($"a destination's name has {_limits.DestinationBytesMax} bytes at most, not {length}");
        }

        // Half a character does not survive a snapshot.
        if (destination.EnumerateRunes().Contains(Rune.ReplacementChar))
        {
            return "a destination's name is whole characters";
        }

        return Count >= _limits.EntriesMax || Bytes + bytes > _limits.BytesMax
            ? Text($"the outbox is full: {Count} effects of {Bytes} bytes wait for their receivers; try again later")
            : string.Empty;
    }

    private void Insert(OutboxEntry entry)
    {
        if (!_waiting.TryGetValue(entry.Destination, out var entries))
        {
            _waiting.Add(entry.Destination, entries = []);
            _ = _destinations.Add(entry.Destination);
        }

        entries.Add(entry.Token, entry);
        Count++;
        Bytes += entry.Payload.Length;
    }

    private void Remove(string destination, OutboxToken token)
    {
        var entries = _waiting[destination];
        _ = entries.Remove(token, out var entry);
        Count--;
        Bytes -= entry!.Payload.Length; // who removes has found it
        if (entries.Count == 0)
        {
            _ = _waiting.Remove(destination);
            _ = _destinations.Remove(destination);
        }
    }
}
