namespace PaxosSM.Log;

/// <summary>The kinds of record.</summary>
public enum RecordKind : byte
{
    /// <summary><see cref="PromiseWrite"/>.</summary>
    Promise = 1,

    /// <summary><see cref="SyncWrite"/>.</summary>
    Sync = 2,

    /// <summary><see cref="VoteWrite"/>.</summary>
    Vote = 3,

    /// <summary><see cref="ChosenThroughWrite"/>.</summary>
    ChosenThrough = 4,

    /// <summary><see cref="LearnedWrite"/>.</summary>
    Learned = 5,

    /// <summary><see cref="CheckpointWrite"/>.</summary>
    Checkpoint = 6,

    /// <summary><see cref="EpochWrite"/>.</summary>
    Epoch = 7,
}

/// <summary>What the log keeps of each record in a second place, so that a damaged record is known for what it was
/// (R24).</summary>
/// <remarks>
/// <see cref="First"/> and <see cref="Last"/>: the slots that the record tells of. A sync: base + 1 and the view's
/// slot. A vote: its lane's first and last slot. A learned value: the slot, twice. A chosen-through: zero and the slot.
/// A checkpoint: the floor and the chosen-through.
/// A promise: zero. An epoch's begin: the slot that it follows, twice.
/// </remarks>
/// <param name="Kind">The kind.</param>
/// <param name="Ballot">The ballot: promised, or voted in; for a checkpoint the promise held.</param>
/// <param name="First">The first slot.</param>
/// <param name="Last">The last slot.</param>
public readonly record struct RecordKey(RecordKind Kind, Ballot Ballot, Slot First, Slot Last)
{
    /// <summary>The record's epoch; zero for the first.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>The key of a record.</summary>
    public static RecordKey Of(DurableWrite write) => KeyOf(write) with { Epoch = write.Epoch };

    private static RecordKey KeyOf(DurableWrite write) => write switch
    {
        PromiseWrite promise => new(RecordKind.Promise, promise.Ballot, default, default),
        SyncWrite sync => new(RecordKind.Sync, sync.Ballot, sync.Base.Next, sync.View.Slot),
        VoteWrite vote => new(RecordKind.Vote, vote.Ballot, vote.Slot, vote.Last),
        ChosenThroughWrite chosen => new(RecordKind.ChosenThrough, default, default, chosen.ChosenThrough),
        LearnedWrite learned => new(RecordKind.Learned, default, learned.Slot, learned.Slot),
        CheckpointWrite checkpoint =>
            new(RecordKind.Checkpoint, checkpoint.Promised, checkpoint.TrimmedTo, checkpoint.ChosenThrough),
        EpochWrite epoch =>
            new(RecordKind.Epoch, default, epoch.Start.Base, epoch.Start.Base),
        _ => throw new ArgumentOutOfRangeException(nameof(write)),
    };
}

/// <summary>One record read back at start, or the key of one that is damaged.</summary>
/// <param name="Key">The key.</param>
/// <param name="Write">The record; null when it is damaged (R24).</param>
public readonly record struct RecoveredRecord(RecordKey Key, DurableWrite? Write);
