namespace PaxosSM.Testing.Traces;

/// <summary>What one node told, whatever the epoch: its lives, its machine, its log.</summary>
internal sealed class NodeHistory
{
    /// <summary>Its present life.</summary>
    public uint Life { get; private set; }

    /// <summary>How many events that life told.</summary>
    public long Sequence { get; private set; }

    /// <summary>Whether that life has begun with <see cref="Started"/>.</summary>
    public bool HasStarted { get; private set; }

    /// <summary>The epoch that it is in.</summary>
    public Epoch Epoch { get; private set; } = Epoch.First;

    /// <summary>What it may do in that epoch.</summary>
    public MemberRoles Roles { get; private set; }

    /// <summary>Whether it may learn, in this epoch or one before: its executor may still be behind.</summary>
    public bool HasLearned { get; set; }

    /// <summary>Every value up to here is present.</summary>
    public Slot Frontier { get; set; }

    /// <summary>What its machine holds.</summary>
    public Slot Applied { get; set; }

    /// <summary>What a durable snapshot of it covers, over all lives.</summary>
    public Slot Saved { get; set; }

    /// <summary>Its log's floor.</summary>
    public Slot TrimmedTo { get; set; }

    /// <summary>Takes the head of an event.</summary>
    public void Begin(uint life, long sequence, Epoch first)
    {
        if (sequence == 1)
        {
            // A life begins with an empty machine, or with what it restores.
            Life = life;
            HasStarted = false;
            Roles = MemberRoles.None;
            Epoch = first;
            Applied = Slot.Zero;
            Frontier = Slot.Zero;
        }

        Sequence = sequence;
    }

    /// <summary>It begins an epoch, or goes on in it.</summary>
    public void Enter(Epoch epoch, MemberRoles roles)
    {
        Epoch = epoch;
        Roles = roles;
        HasLearned |= (roles & MemberRoles.Learner) != 0;
    }

    /// <summary>The life has begun.</summary>
    public void Start(Started started)
    {
        HasStarted = true;
        Enter(Epoch, started.Roles);
        Frontier = Slot.Max(Frontier, started.Frontier);
    }
}
