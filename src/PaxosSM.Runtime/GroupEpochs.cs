using PaxosSM.Reconfiguration;

namespace PaxosSM.Runtime;

/// <summary>The epochs that a group's replica has to do with now.</summary>
/// <param name="Present">The one that it is in.</param>
/// <param name="Before">The members of the one before, who may still ask how it ended (R14); null in the first.</param>
/// <param name="Ahead">A later one that it heard of, whose members have what it lacks; null for none.</param>
public sealed record GroupEpochs(EpochStart Present, Configuration? Before, EpochStart? Ahead)
{
    /// <summary>Everybody to be reached: the present members first, nobody twice.</summary>
    public IReadOnlyList<Member> Everybody
    {
        get
        {
            var all = Present.Configuration.Members
                .Concat(Ahead?.Configuration.Members ?? [])
                .Concat(Before?.Members ?? []);
            return [.. all.DistinctBy(member => member.Id)];
        }
    }
}
