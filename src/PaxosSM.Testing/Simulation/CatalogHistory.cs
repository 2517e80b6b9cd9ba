using PaxosSM.Runtime.Groups;

namespace PaxosSM.Testing.Simulation;

/// <summary>What the nodes' catalogs said, command by command: the same at all, and no number twice.</summary>
internal sealed class CatalogHistory(World world)
{
    private const string Property = "a group is made once, and its number never comes back";
    private readonly Dictionary<(Slot Slot, int Index), string> _lists = [];
    private readonly SortedDictionary<ulong, GroupInfo> _present = [];
    private readonly Dictionary<GroupId, Configuration> _founders = [];
    private readonly SortedDictionary<ulong, long> _removedAt = [];
    private Slot _newest;

    /// <summary>Told when the first replica makes a group.</summary>
    public event Action<GroupInfo>? Made;

    /// <summary>Told when the first replica removes one.</summary>
    public event Action<GroupInfo>? Removed;

    /// <summary>The groups that there are, as far as any replica knows.</summary>
    public IReadOnlyCollection<GroupInfo> Present => _present.Values;

    /// <summary>The groups that were removed for some while.</summary>
    public IEnumerable<GroupId> RemovedBefore(long moment) =>
        from removed in _removedAt where removed.Value < moment select new GroupId(removed.Key);

    /// <summary>A group's first members, also once it is removed; null for one that never was.</summary>
    public Configuration? FoundersOf(GroupId group) => _founders.GetValueOrDefault(group);

    /// <summary>A replica applied a command.</summary>
    public void OnApplied(string who, in CommandContext context, IReadOnlyDictionary<string, GroupInfo> groups)
    {
        var list = string.Join(", ", groups.Values.Select(group => 
            $"{group.Id} {group.Name} {Crc32C.Of(ConfigurationCodec.Encode(group.Founders).Span):x8}"));
        var place = (context.Slot, context.Index);
        if (_lists.TryGetValue(place, out var known))
        {
            if (known != list)
            {
                world.Break(Property, $"at {context.Slot} {who} lists \"{list}\", another \"{known}\"");
            }

            return;
        }

        _lists[place] = list;
        if (context.Slot >= _newest)
        {
            _newest = context.Slot;
            Compare([.. groups.Values], who);
        }
    }

    /// <summary>A process starts a group.</summary>
    /// <remarks>R13: what was removed before the process began may have left no vote on its disk.</remarks>
    public void OnStarts(string who, long startedAt, GroupId group)
    {
        if (_removedAt.TryGetValue(group.Value, out var at) && at < startedAt)
        {
            world.Break(
                "R13 no removed group comes back",
                $"{who} starts {group}, which was removed before the process was started");
        }
    }

    private void Compare(List<GroupInfo> groups, string who)
    {
        foreach (var group in groups.Where(group => !_present.ContainsKey(group.Id.Value)))
        {
            if (_removedAt.ContainsKey(group.Id.Value))
            {
                world.Break(Property, $"{who} makes {group.Id}, which was removed");
            }

            _present[group.Id.Value] = group;
            _founders[group.Id] = group.Founders;
            Made?.Invoke(group);
        }

        foreach (var gone in _present.Values.Where(group => groups.TrueForAll(each => each.Id != group.Id)).ToList())
        {
            _ = _present.Remove(gone.Id.Value);
            _removedAt[gone.Id.Value] = world.Now;
            Removed?.Invoke(gone);
        }
    }
}
