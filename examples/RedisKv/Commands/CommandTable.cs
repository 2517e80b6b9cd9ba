using System.Text;
using PaxosSM.RedisKv.Machine;
using PaxosSM.RedisKv.Server;

namespace PaxosSM.RedisKv.Commands;

/// <summary>All commands, found by name in any case.</summary>
internal static class CommandTable
{
    private const int SlotCount = 512;

    /// <summary>All commands, by name.</summary>
    public static IReadOnlyList<CommandSpec> All { get; } =
        [.. AllGroups().OrderBy(spec => spec.Name, StringComparer.Ordinal)];

    // Open addressing over bytes: a lookup for each command of each client, without a string.
    private static readonly CommandSpec?[] Slots = BuildSlots();

    /// <summary>The command of a name, or null.</summary>
    public static CommandSpec? Find(ReadOnlySpan<byte> name)
    {
        for (var slot = Hash(name); ; slot = (slot + 1) % SlotCount)
        {
            var spec = Slots[slot];
            if (spec is null || Ascii.EqualsIgnoreCase(name, spec.NameBytes))
            {
                return spec;
            }
        }
    }

    private static IEnumerable<CommandSpec> AllGroups() =>
    [
        .. StringCommands.All, .. CounterCommands.All, .. KeyCommands.All, .. ExpiryCommands.All, .. ScanCommands.All,
        .. HashCommands.All, .. ListCommands.All, .. SetCommands.All, .. PlainCommands.All,
        .. ConnectionCommands.All, .. TransactionCommands.All, .. ServerCommands.All,
    ];

    private static CommandSpec?[] BuildSlots()
    {
        var slots = new CommandSpec?[SlotCount];
        foreach (var spec in All)
        {
            var slot = Hash(spec.NameBytes);
            while (slots[slot] is not null)
            {
                slot = (slot + 1) % SlotCount;
            }

            slots[slot] = spec;
        }

        return slots;
    }

    private static int Hash(ReadOnlySpan<byte> name)
    {
        const int LengthMax = 32; // a longer name is no command's; do not read a hostile megabyte
        var hash = (uint)name.Length;
        foreach (var letter in name[..Math.Min(name.Length, LengthMax)])
        {
            hash = (hash * 31) + (letter | 0x20u);
        }

        return (int)(hash % SlotCount);
    }
}
