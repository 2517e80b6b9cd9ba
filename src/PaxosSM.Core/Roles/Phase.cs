using PaxosSM.Messages;
using PaxosSM.Reads;

namespace PaxosSM.Roles;

/// <summary>What a proposer is about; its data live in the phase.</summary>
internal abstract record Phase
{
    /// <summary>Whether nothing is under way that the phase knows of.</summary>
    public virtual bool IsQuiet(ReplicaContext context, Stamps stamps) => true;
}

/// <summary>It neither stands nor leads.</summary>
internal sealed record Following : Phase;

/// <summary>It stands: it gathers promises.</summary>
internal sealed record Preparing(Ballot Ballot, Instant Since) : Phase
{
    public SortedDictionary<int, Promise> Promises { get; } = [];

    public Instant SentAt { get; set; } = Since;

    public override bool IsQuiet(ReplicaContext context, Stamps stamps) => false;
}

/// <summary>It leads.</summary>
internal sealed record Leading(Reign Reign, LeaderReads Reads) : Phase
{
    /// <summary>What learners lack and no learner has; asked of a leader that does not learn itself.</summary>
    public SortedDictionary<NodeId, Slot> Wanted { get; } = [];

    /// <summary>A stop that waits for room; null once it is proposed.</summary>
    public Value? Stop { get; private set; }

    /// <summary>Whether nothing but a stop is proposed any more.</summary>
    public bool Stops { get; private set; }

    /// <summary>Who was told to lead next: nothing more is proposed here meanwhile, and what waits goes there. Null
    /// for nobody.</summary>
    public NodeId? Heir { get; set; }

    public Slot LowestWanted => Wanted.Values.DefaultIfEmpty(Slot.Zero with { Index = long.MaxValue }).Min();

    public override bool IsQuiet(ReplicaContext context, Stamps stamps) =>
        Reign.Owned is not null && !Stops && Reads.IsIdle && !stamps.IsWaitedFor && Wanted.Count == 0
        && Reign.Acceptors.All(each => each.Synced || !context.Hears(each.Node));

    /// <summary>The group rested, and is needed again: the leader shows it, and nobody's silence counts.</summary>
    public void OnRoused(Dealer dealer, Instant now, Effects effects)
    {
        dealer.OnRoused(now);
        if (Reign.Owned is not null)
        {
            Reign.Excuse(now);
            Reads.Beat(now, effects);
        }
    }

    /// <summary>Goes on with nothing but a stop.</summary>
    /// <param name="waiting">The stop to propose; null when it is proposed, or adopted.</param>
    public void BeginStop(Value? waiting)
    {
        (Stop, Stops) = (waiting, true);
        Reads.AwaitsStop = true;
    }
}
