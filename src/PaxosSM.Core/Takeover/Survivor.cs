using PaxosSM.Log;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Takeover;

/// <summary>Reads what a survivor holds from its log, as a start of its replica would (R33).</summary>
public static class Survivor
{
    /// <summary>Reads a group's records.</summary>
    /// <param name="context">Who the node is in the group's first epoch.</param>
    /// <param name="self">How the node is to be listed, where no epoch that it knows of lists it; its storage is the
    /// one that these records are on.</param>
    /// <param name="records">The records.</param>
    /// <param name="restored">What a durable snapshot here covers; zero for none.</param>
    /// <param name="epoch">The epoch that the snapshot is of; null for none.</param>
    /// <exception cref="InvariantViolationException">How the newest epoch began can't be read: this identity is dead
    /// (R24).</exception>
    public static SurvivorReport Read(
        ReplicaContext context, Member self, IReadOnlyList<RecoveredRecord> records, Slot restored, EpochStart? epoch)
    {
        Succession core = new(context, restored, default, epoch, self.Storage);
        core.Recover(records, default, new(context.Self));
        var begun = core.Next ?? core.Start;
        var before = core.IsOver ? core.Context.Configuration : core.Before;
        var listed = (IsListed(begun.Configuration) ?? IsListed(before)) ?? self;
        var learner = core.Replica.Learning.Learner;
        return new(context.Group, listed, begun)
        {
            Before = before,
            Frontier = learner.Frontier,
            KnownChosen = learner.KnownChosen,
            Ahead = learner.Ahead,
            Votes = core.IsOver || !core.IsMember || !core.Context.Has(MemberRoles.Acceptor)
                ? null
                : core.Replica.Votes.Report(core.Replica.Votes.Promised, learner.Frontier),
            TrimmedTo = core.Replica.TrimmedTo,
        };

        Member? IsListed(Configuration? members) => members?.Lists(self.Id, self.Storage) == true
            ? members.Find(self.Id)
            : null;
    }

    /// <summary>The members of a group's first epoch, or, where its log tells of later ones only, of one that will do:
    /// it was in that epoch, and nothing of the first is left; null where nothing tells.</summary>
    /// <param name="records">The group's records.</param>
    /// <param name="epoch">The epoch that a durable snapshot here is of; null for none.</param>
    public static Configuration? FoundersOf(IReadOnlyList<RecoveredRecord> records, EpochStart? epoch)
    {
        var begins = records.Select(record => EpochWrite.In(record.Write)).FirstOrDefault(begin => begin is not null);
        return begins?.Before ?? epoch?.Configuration;
    }
}
