using System.Collections.Immutable;
using System.Text;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime.Serving;

/// <summary>Where clients meet a group on this node: routes commands in and results out, and serves queries.</summary>
/// <remarks>
/// <para>It holds no commands: a client keeps its own and sends them again; here stands only which connection takes the
/// results of which session. Results leave from the node that the client is connected to, as that node applies
/// them.</para>
/// <para>Threads: safe for use by many, but for <see cref="OnResult"/> and <see cref="OnRoundEnd"/> (the executor's
/// thread) and
/// <see cref="OnTick"/> (the driver's). Nothing blocks.</para>
/// </remarks>
public sealed class Gateway : IResultSink
{
    private const string QueueIsFull = "the leader's queue of commands is full";

    // A node may take a deposed leader for the leader for a while: "send again" must not go round and round meanwhile.
    private static readonly TimeSpan ResendToldInterval = TimeSpan.FromMilliseconds(100);
    private readonly List<GatewayConnection> _gathering = [];
    private readonly SessionRoutes _routes;
    private readonly Func<Instant> _clock;
    // In the order in which they came: the order in which they are told is seen outside.
    private ImmutableArray<GatewayConnection> _connections = [];
    private volatile Attached? _attached;
    private volatile string? _stopped;
    private volatile string? _turnedAway;
    private volatile IReadOnlyList<string> _addresses = [];
    private volatile bool _drained;
    private PaxosError _refusal;
    private Instant _resendToldAt = Instant.Never;
    private NodeId _leader = NodeId.None;
    private Ballot _ballot;

    /// <summary>A gateway that refuses everything until <see cref="Attach"/>.</summary>
    /// <param name="group">The group that it serves.</param>
    /// <param name="options">Its bounds.</param>
    /// <param name="clock">A clock that never runs backwards: the one that leases are measured with (R20b).</param>
    public Gateway(GroupId group, GatewayOptions options, Func<Instant> clock)
    {
        Group = group;
        Options = options;
        _clock = clock;
        _routes = new(options.SessionsPerConnectionMax);
    }

    /// <summary>The group that it serves.</summary>
    public GroupId Group { get; }

    /// <summary>How many clients are connected.</summary>
    public int Connections => _connections.Length;

    internal GatewayOptions Options { get; }

    /// <summary>
    /// Joins the gateway to what it serves. Once, before <see cref="OnTick"/> and <see cref="OnReadBound"/>.
    /// </summary>
    public void Attach(IReplica replica, IExecution execution)
    {
        Invariant.Holds(_attached is null);
        _attached = new(replica, execution, new(replica, execution, Options, _clock));
    }

    /// <summary>A client connected, over the network or within the process.</summary>
    /// <returns>What takes its frames; disposed when the connection ends.</returns>
    public IClientConnection Connect(IClientReplies replies)
    {
        var connection = new GatewayConnection(this, replies);
        ImmutableInterlocked.Update(ref _connections, static (all, added) => all.Add(added), connection);
        return connection;
    }

    /// <inheritdoc/>
    public void OnResult(
        SessionId session, long sequence, PaxosError error, long detail, Slot slot, ReadOnlySpan<byte> result)
    {
        if (_routes.Find(session, sequence) is not { } connection)
        {
            return;
        }

        if (connection.Gather(new(session, sequence, error, detail, slot, default), result))
        {
            _gathering.Add(connection);
        }

        if (session == SessionId.None)
        {
            _routes.ForgetOpening(sequence, connection);
        }
        else if (error == PaxosError.SessionExpired)
        {
            _routes.Forget(session, connection);
        }
    }

    /// <inheritdoc/>
    public void OnTentative(SessionId session, long sequence, Slot slot, ReadOnlySpan<byte> result)
    {
        if (_routes.Find(session, sequence) is { WantsTentative: true } connection
            && connection.GatherTentative(new(session, sequence, PaxosError.None, 0, slot, default), result))
        {
            _gathering.Add(connection);
        }
    }

    /// <inheritdoc/>
    public void OnRoundEnd()
    {
        foreach (var connection in _gathering)
        {
            connection.SendGathered();
        }

        _gathering.Clear();
        _attached?.Queries.OnApplied();
    }

    /// <summary>The core answered a <see cref="ReadRequested"/> of this gateway.</summary>
    public void OnReadBound(ReadBound bound) => _attached?.Queries.OnReadBound(bound);

    /// <summary>A submission that was taken was refused after all, by the core or by a remote leader, as
    /// <see cref="ReplicaPorts.OnRefused"/> tells. On the driver's thread.</summary>
    /// <remarks>Whose it was is not known any more, so every connection is told, once a tick: a client that is not told
    /// waits for its own resend (R17), and does not know why.</remarks>
    public void OnRefused(PaxosError error, NodeId leader)
    {
        if (error == PaxosError.Busy || (error == PaxosError.NotLeader && leader != NodeId.None))
        {
            _refusal = error;
        }
    }

    /// <summary>Whether nobody waits for a tick here.</summary>
    public bool IsIdle => _refusal == PaxosError.None && _attached is not { Queries.IsIdle: false };

    /// <summary>Time went by. Called every few milliseconds, on one thread.</summary>
    public void OnTick(Instant now)
    {
        if (_attached is not { } attached)
        {
            return;
        }

        var status = attached.Replica.Status;
        if (status.Leader != _leader || status.Ballot != _ballot)
        {
            _leader = status.Leader;
            _ballot = status.Ballot;
            TellLeader(status);
        }

        TellRefusal(status, now);
        attached.Queries.OnTick(now);
    }

    /// <summary>The replica halted: the queries that it would never answer fail now.</summary>
    public void OnHalted(string why) => _attached?.Queries.Stop(why);

    /// <summary>Sends every client elsewhere: this node does not learn, and would never have an answer (R10); null when
    /// it does again.</summary>
    /// <param name="why">Why, for people.</param>
    /// <param name="addresses">Where clients are served now.</param>
    public void TurnAway(string? why, IReadOnlyList<string> addresses)
    {
        _addresses = addresses;
        _turnedAway = why;
        if (why is not null)
        {
            ClientStatus told = new(Group, ClientStatus.TurnedAway, string.Empty, why) { Addresses = addresses };
            foreach (var connection in _connections)
            {
                connection.Send(told);
            }
        }
    }

    /// <summary>Asks every client, those that come later too, to go to another node: this one is drained. Nobody is
    /// refused, as some have nowhere to go: those of this very process.</summary>
    /// <param name="drained">Whether it is; false for no more.</param>
    public void SendOn(bool drained)
    {
        _drained = drained;
        foreach (var connection in _connections)
        {
            connection.ForgetSentOn();
            SendOn(connection);
        }
    }

    /// <summary>Carries out what those ask for who look after the cluster; null refuses it. Set before any of them is
    /// heard.</summary>
    public Func<string, Action<AdminState, string>, Task>? Administer { get; set; }

    /// <summary>Makes a backup into a stream, and tells in words what it is; null refuses it. Set before anybody asks
    /// for one.</summary>
    public Func<Stream, CancellationToken, Task<string>>? Backup { get; set; }

    /// <summary>Refuses everything from now on, and fails what is pending.</summary>
    public void Stop(string why)
    {
        _stopped = why;
        _attached?.Queries.Stop(why);
    }

    internal void OnFrame(GatewayConnection connection, ClientFrame frame)
    {
        switch (frame)
        {
            case ClientSubmit submit:
                OnSubmit(connection, submit);
                break;
            case ClientQuery query:
                OnQuery(connection, query);
                break;
            case ClientStatusRequest request:
                connection.Send(StatusFor(request.Id));
                break;
            case ClientAdmin admin:
                OnAdmin(connection, admin);
                break;
            case ClientBackup backup:
                connection.OnBackup(backup);
                break;
            default:
                // Frames of the other direction: a client that speaks nonsense is told nothing.
                break;
        }
    }

    internal void OnClosed(GatewayConnection connection)
    {
        ImmutableInterlocked.Update(ref _connections, static (all, gone) => all.Remove(gone), connection);
        _routes.Forget(connection);
    }

    private void SendOn(GatewayConnection connection)
    {
        if (_drained)
        {
            connection.SendOn(Told(
                ClientStatus.TurnedAway, string.Empty, "this node is drained: others serve its clients meanwhile"));
        }
    }

    private void OnSubmit(GatewayConnection connection, ClientSubmit submit)
    {
        SendOn(connection);
        var attached = _attached;
        if (attached is null || (_stopped ?? _turnedAway) is not null)
        {
            SendAway(connection);
            connection.Refuse(submit.Entries, PaxosError.Stopped, _stopped ?? _turnedAway ?? "this node is starting");
            return;
        }

        if (Check(connection, submit) is { } wrong)
        {
            connection.Refuse(submit.Entries, PaxosError.BadRequest, wrong);
            return;
        }

        connection.WantsTentative |= submit.WantsTentative;
        switch (attached.Replica.Submit(submit.Entries, submit.Count))
        {
            case PaxosError.None:
                break;
            case PaxosError.NotLeader:
                connection.TellLeaderless(StatusFor(0));
                break;
            case PaxosError.Busy:
                connection.Refuse(submit.Entries, PaxosError.Busy, QueueIsFull);
                break;
            case var error:
                connection.Refuse(submit.Entries, error, StatusText.Of(attached.Replica.Status));
                break;
        }
    }

    /// <summary>Checks a submission, and notes where its results go; says what is wrong with it.</summary>
    private string? Check(GatewayConnection connection, ClientSubmit submit)
    {
        if (submit.Group != Group)
        {
            return $"this node serves {Group}, not {submit.Group}";
        }

        if (submit.Entries.Length > Options.SubmitBytesMax)
        {
            return $"a submission of {submit.Entries.Length} bytes is larger than {Options.SubmitBytesMax}";
        }

        // One walk: a second one, to note the routes, would cost as much as the first.
        var rest = LentMemory.View(submit.Entries);
        var count = 0;
        var session = SessionId.None;
        while (CommandEntry.TryRead(ref rest, out var entry))
        {
            count++;
            if (!IsValid(entry))
            {
                var what = $"{entry.Kind}, number {entry.Sequence}, {entry.Payload.Length} bytes";
                return $"entry {count} of session {entry.Session} is wrong: {what}";
            }

            var known = entry.Session == session && entry.Kind is EntryKind.Command or EntryKind.KeepAlive;
            if (!known && !_routes.Note(entry, connection))
            {
                return $"a connection may use {Options.SessionsPerConnectionMax} sessions";
            }

            session = entry.Kind == EntryKind.CloseSession ? SessionId.None : entry.Session;
        }

        return rest.IsEmpty && count == submit.Count ? null : $"{submit.Count} entries expected, {count} found";
    }

    private bool IsValid(in CommandEntry entry) => entry.Kind switch
    {
        EntryKind.Command =>
            entry.Session.Value > 0 && entry.Sequence > 0 && entry.Payload.Length <= Options.CommandBytesMax,
        EntryKind.OpenSession => SessionRequest.TryRead(entry.Payload.Span, out _),
        EntryKind.KeepAlive or EntryKind.CloseSession => entry.Session.Value > 0 && entry.Payload.IsEmpty,
        _ => false,
    };

    // Before the refusal: a client that moves on at that must know by then where to.
    private void SendAway(GatewayConnection connection)
    {
        if (_turnedAway is { } away)
        {
            connection.Send(Told(ClientStatus.TurnedAway, string.Empty, away));
        }
    }

    private void OnQuery(GatewayConnection connection, ClientQuery query)
    {
        SendOn(connection);
        // A replica that halted holds a state that nobody vouches for any more, whatever the read asks for (R28).
        var stopped = _stopped ?? _turnedAway ?? _attached?.Replica.Status.Halted;
        if (_attached is { } attached && stopped is null && query.Group == Group)
        {
            attached.Queries.Start(connection, query);
            return;
        }

        SendAway(connection);
        var (error, why) = query.Group == Group
            ? (PaxosError.Stopped, stopped ?? "this node is starting")
            : (PaxosError.BadRequest, $"this node serves {Group}, not {query.Group}");
        var message = Encoding.UTF8.GetBytes(why);
        connection.Send(new ClientQueryResult(
            query.Group, query.Id, error, Slot.Zero, LogTime.Zero, TimeSpan.Zero, message));
    }

    private ClientStatus StatusFor(long id)
    {
        if (_attached is not { } attached)
        {
            return new(Group, id, string.Empty, "this node is starting");
        }

        if (_stopped is { } why)
        {
            return new(Group, id, string.Empty, $"this node is stopping: {why}");
        }

        if (_turnedAway is { } turnedAway)
        {
            return Told(id, string.Empty, turnedAway);
        }

        var status = attached.Replica.Status;
        return Told(id, status);
    }

    // Who knows no leader may not know either that the group is unwedged by now: its clients had better look elsewhere.
    private ClientStatus Told(long id, ReplicaStatus status) =>
        Told(id, StatusText.LeaderAddress(status), StatusText.Of(status)) with
        {
            IsWedged = status.IsWedged && status.Leader != NodeId.None,
        };

    private ClientStatus Told(long id, string leader, string text) =>
        new(Group, id, leader, text) { Addresses = _addresses };

    private void OnAdmin(GatewayConnection connection, ClientAdmin admin)
    {
        if (Administer is { } administer && admin.Group == Group)
        {
            // Nobody waits for it here: what there is to tell, it tells.
            _ = administer(admin.Command, (state, text) => Answer(state, text));
            return;
        }

        Answer(AdminState.Refused, admin.Group == Group ? "this node is starting" : $"this node serves {Group}");
        void Answer(AdminState state, string text) =>
            connection.Send(new ClientAdminResult(admin.Group, admin.Id, state, text));
    }

    private void TellRefusal(ReplicaStatus status, Instant now)
    {
        if (_refusal == PaxosError.Busy)
        {
            _refusal = PaxosError.None;
            var told = new ClientStatus(Group, ClientStatus.Busy, StatusText.LeaderAddress(status), QueueIsFull);
            foreach (var connection in _connections)
            {
                connection.Send(told);
            }
        }
        else if (_refusal == PaxosError.NotLeader
            && status.Leader != NodeId.None
            && (_resendToldAt == Instant.Never || now - _resendToldAt >= ResendToldInterval))
        {
            // Until it is told, it stays due: what was refused since the last time is lost as well.
            _refusal = PaxosError.None;
            _resendToldAt = now;
            TellLeader(status);
        }
    }

    private void TellLeader(ReplicaStatus status)
    {
        var told = Told(0, status);
        foreach (var connection in _connections)
        {
            connection.ForgetLeaderless();
            connection.Send(told);
        }
    }

    private sealed record Attached(IReplica Replica, IExecution Execution, QueryDesk Queries);
}
