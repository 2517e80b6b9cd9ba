using PaxosSM.Runtime.Execution;

namespace PaxosSM.Runtime.Serving;

/// <summary>A client's query on its way through rounds, waits and the executor.</summary>
internal sealed class GatewayQuery : PendingQuery
{
    private readonly QueryDesk _desk;
    private readonly GatewayConnection _connection;
    private int _answered;

    public GatewayQuery(
        QueryDesk desk, GatewayConnection connection, ClientQuery frame, Instant arrived, Instant deadline)
    {
        _desk = desk;
        _connection = connection;
        Group = frame.Group;
        Id = frame.Id;
        Kind = frame.Consistency.Kind;
        AgeMax = frame.Consistency.AgeMax;
        AtLeast = frame.Consistency.AtLeast;
        Arrived = arrived;
        Deadline = deadline;
        Query = frame.Query;
        IsSpeculative = Kind == ReadKind.Speculative;
    }

    public GroupId Group { get; }

    public long Id { get; }

    /// <summary>What it asks for; a lease read whose lease ran out becomes linearizable.</summary>
    public ReadKind Kind { get; set; }

    public TimeSpan AgeMax { get; }

    public Slot AtLeast { get; }

    public Instant Arrived { get; }

    public Instant Deadline { get; }

    /// <summary>When the round was asked for that gave the bound.</summary>
    public Instant Posted { get; set; }

    /// <summary>Until when the bound counts (R20b); zero for ever.</summary>
    public Instant LeaseUntil { get; set; }

    /// <summary>The epoch that the bound was given in.</summary>
    public Epoch Epoch { get; set; }

    /// <summary>Where it stands in the list of pending queries.</summary>
    public int Place { get; set; }

    /// <summary>Whether the executor holds it.</summary>
    public bool Executing { get; set; }

    /// <summary>The rounds that go on once it has been executed: it is the last of its round; null for most.</summary>
    public ReadRounds? Closes { get; set; }

    public bool Answered => Volatile.Read(ref _answered) != 0;

    public override void OnAnswer(in QueryContext context, ReadOnlySpan<byte> answer) =>
        _desk.OnAnswer(this, context, answer);

    public override void OnFailure(PaxosError error, string message) => _desk.OnFailure(this, error, message);

    /// <summary>Answers the client, the first time that it is called.</summary>
    public void Reply(PaxosError error, in QueryContext context, TimeSpan age, ReadOnlySpan<byte> result)
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
        {
            _connection.Send(
                new ClientQueryResult(Group, Id, error, context.Slot, context.Time, age, result.ToArray()));
        }
    }
}
