namespace PaxosSM.Benchmarks;

/// <summary>What the micro-benchmarks feed to the production classes.</summary>
internal static class Samples
{
    /// <summary>Bytes of a command.</summary>
    public const int CommandBytes = 64;

    /// <summary>The ballot that everything is voted for in.</summary>
    public static Ballot Ballot { get; } = new(1, new(0), 1);

    /// <summary>Commands of one session as they travel, numbered from <paramref name="first"/> on.</summary>
    public static byte[] Entries(int count, long first = 1)
    {
        var entries = new byte[count * (CommandEntry.HeaderSize + CommandBytes)];
        Number(entries, count, first);
        return entries;
    }

    /// <summary>Numbers the same commands anew, in place: all before them are acknowledged.</summary>
    public static void Number(Span<byte> entries, int count, long first)
    {
        for (var index = 0; index < count; index++)
        {
            var entry = entries[(index * (CommandEntry.HeaderSize + CommandBytes))..];
            CommandEntry.WriteHeader(entry, EntryKind.Command, new(1), first + index, first - 1, CommandBytes);
        }
    }

    /// <summary>A batch of commands.</summary>
    public static Value Batch(int count) => new(ValueKind.Commands, new(1), Entries(count));

    /// <summary>An epoch of so many members that play every role.</summary>
    public static Configuration Members(int count) => new(
        Epoch.First,
        [
            .. from id in Enumerable.Range(0, count)
               select new Member(new((ushort)id), $"n{id}", $"127.0.0.1:{id}", MemberRoles.All, default),
        ]);

    /// <summary>A deal of one lane to each of so many owners, from slot 2 on.</summary>
    public static View Deal(int owners) => new(
        Ballot, new(2), [.. from id in Enumerable.Range(0, owners) select new LaneOwner(new((ushort)id), 1)]);
}
