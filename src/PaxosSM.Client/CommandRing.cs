using PaxosSM.Runtime;

namespace PaxosSM.Client;

/// <summary>Where a command stands, as its client knows it.</summary>
internal enum CommandState : byte
{
    /// <summary>To be sent, for the first time or again.</summary>
    Unsent,

    /// <summary>Sent; not answered.</summary>
    Sent,

    /// <summary>Answered, or given up.</summary>
    Resolved,
}

/// <summary>A command in its session's ring.</summary>
internal struct RingEntry
{
    public ReadOnlyMemory<byte> Command;
    public CommandWaiter? Waiter;
    public Instant Deadline;
    public Instant SentAt;
    public CommandState State;
}

/// <summary>A session's commands from the first unresolved one on, by number. For one thread at a time.</summary>
internal sealed class CommandRing
{
    private const int CapacityStart = 16;
    private readonly int _window;
    private RingEntry[] _entries = new RingEntry[CapacityStart];

    public CommandRing(int window) => _window = window;

    /// <summary>The lowest number not resolved. All below it are acknowledged.</summary>
    public long First { get; private set; } = 1;

    /// <summary>The number that the next command gets.</summary>
    public long Next { get; private set; } = 1;

    /// <summary>No number below it is unsent.</summary>
    public long Cursor { get; private set; } = 1;

    public bool IsEmpty => First == Next;

    public bool IsFull => Next - First >= _window;

    public bool Contains(long sequence) => sequence >= First && sequence < Next;

    public ref RingEntry this[long sequence] => ref _entries[sequence & (_entries.Length - 1)];

    public long Add(in RingEntry entry)
    {
        if (Next - First == _entries.Length)
        {
            Grow();
        }

        this[Next] = entry;
        return Next++;
    }

    /// <summary>A command needs no answer any more.</summary>
    public void Resolve(long sequence)
    {
        ref var entry = ref this[sequence];
        entry = default;
        entry.State = CommandState.Resolved;
        while (First < Next && this[First].State == CommandState.Resolved)
        {
            First++;
        }

        Cursor = Math.Max(Cursor, First);
    }

    /// <summary>Marks for sending what was sent before <paramref name="before"/>, from a number on.</summary>
    public void Unsend(long from, Instant before)
    {
        for (var sequence = Math.Max(from, First); sequence < Next; sequence++)
        {
            ref var entry = ref this[sequence];
            if (entry.State == CommandState.Sent && entry.SentAt < before)
            {
                entry.State = CommandState.Unsent;
                Cursor = Math.Min(Cursor, sequence);
            }
        }
    }

    /// <summary>Marks one command for sending, if it is unanswered.</summary>
    public void Unsend(long sequence)
    {
        if (Contains(sequence) && this[sequence].State == CommandState.Sent)
        {
            this[sequence].State = CommandState.Unsent;
            Cursor = Math.Min(Cursor, sequence);
        }
    }

    /// <summary>Lays out as many unsent commands as fit, in order, and marks them sent.</summary>
    /// <returns>The entries, or nothing when none is unsent.</returns>
    public ReadOnlyMemory<byte> Take(SessionId session, int bytesMax, Instant now, out int count)
    {
        var bytes = Measure(bytesMax, out var end);
        count = 0;
        if (bytes == 0)
        {
            Cursor = Next;
            return default;
        }

        var entries = PayloadPool.Current.Lend(bytes);
        var rest = entries.Span;
        for (var sequence = Cursor; sequence < end; sequence++)
        {
            ref var entry = ref this[sequence];
            if (entry.State != CommandState.Unsent)
            {
                continue;
            }

            var length = entry.Command.Length;
            CommandEntry.WriteHeader(rest, EntryKind.Command, session, sequence, First - 1, length);
            entry.Command.Span.CopyTo(rest[CommandEntry.HeaderSize..]);
            rest = rest[(CommandEntry.HeaderSize + length)..];
            entry.State = CommandState.Sent;
            entry.SentAt = now;
            count++;
        }

        Cursor = end;
        return entries;
    }

    private int Measure(int bytesMax, out long end)
    {
        var bytes = 0;
        for (end = Cursor; end < Next; end++)
        {
            ref var entry = ref this[end];
            if (entry.State != CommandState.Unsent)
            {
                continue;
            }

            var size = CommandEntry.HeaderSize + entry.Command.Length;
            if (bytes > 0 && bytes + size > bytesMax)
            {
                break;
            }

            bytes += size;
        }

        return bytes;
    }

    private void Grow()
    {
        var grown = new RingEntry[_entries.Length * 2];
        for (var sequence = First; sequence < Next; sequence++)
        {
            grown[sequence & (grown.Length - 1)] = this[sequence];
        }

        _entries = grown;
    }
}
