namespace PaxosSM.Testing.Traces;

/// <summary>What one node told.</summary>
/// <param name="place">Its place in the configuration.</param>
internal sealed class NodeHistory(int place)
{
    /// <summary>Its place in the configuration.</summary>
    public int Place { get; } = place;

    /// <summary>Its present life.</summary>
    public uint Life { get; private set; }

    /// <summary>How many events that life told.</summary>
    public long Sequence { get; private set; }

    /// <summary>Whether that life has begun with <see cref="Started"/>.</summary>
    public bool HasStarted { get; private set; }

    /// <summary>What it may do in that life.</summary>
    public MemberRoles Roles { get; private set; }

    /// <summary>Its acceptor, over all lives.</summary>
    public AcceptorHistory Acceptor { get; } = new();

    /// <summary>The highest ballot that it stood with, over all lives.</summary>
    public Ballot Stood { get; set; }

    /// <summary>What its machine holds.</summary>
    public Slot Applied { get; set; }

    /// <summary>What a durable snapshot of it covers, over all lives.</summary>
    public Slot Saved { get; set; }

    /// <summary>Its log's floor.</summary>
    public Slot TrimmedTo { get; set; }

    /// <summary>Takes the head of an event.</summary>
    public void Begin(uint life, long sequence)
    {
        if (sequence == 1)
        {
            // A life begins with an empty machine, or with what it restores.
            Life = life;
            HasStarted = false;
            Applied = Slot.Zero;
        }

        Sequence = sequence;
    }

    /// <summary>The life has begun.</summary>
    public void Start(MemberRoles roles)
    {
        HasStarted = true;
        Roles = roles;
    }
}
