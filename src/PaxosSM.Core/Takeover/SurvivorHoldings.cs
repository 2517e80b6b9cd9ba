namespace PaxosSM.Takeover;

/// <summary>What one survivor's folder holds of all its groups, once nothing is served from it any more
/// (R33).</summary>
/// <param name="Storage">The storage that the folder is.</param>
/// <param name="Groups">What it holds, group by group.</param>
/// <param name="Unknown">Groups whose members nothing there tells.</param>
public sealed record SurvivorHoldings(
    StorageId Storage, IReadOnlyList<SurvivorReport> Groups, IReadOnlyList<GroupId> Unknown)
{
    /// <summary>How each group that some survivor knows goes on, in the order of their numbers.</summary>
    /// <param name="survivors">What all survivors hold, in any order.</param>
    /// <param name="fork">The number of the new fork.</param>
    public static IReadOnlyList<ForcedEnd> EndsOf(IReadOnlyList<SurvivorHoldings> survivors, ulong fork) =>
    [
        .. from survivor in survivors
           from held in survivor.Groups
           group held by held.Group into ofGroup
           orderby ofGroup.Key.Value
           select ForcedEnd.Of(WithSilent([.. ofGroup], survivors), fork),
    ];

    // A member whose log knows nothing of the group has promised and voted for nothing in it: one more to count on.
    private static List<SurvivorReport> WithSilent(
        List<SurvivorReport> held, IReadOnlyList<SurvivorHoldings> survivors)
    {
        var newest = held.MaxBy(report => report.Epoch.Epoch)!.Epoch; // a group of reports has one
        foreach (var survivor in survivors)
        {
            var member = newest.Configuration.Members.FirstOrDefault(each => each.Storage == survivor.Storage);
            if (member is not null && !survivor.Unknown.Contains(held[0].Group)
                && held.TrueForAll(each => each.Self.Storage != survivor.Storage))
            {
                held.Add(new(held[0].Group, member, newest));
            }
        }

        return held;
    }
}
