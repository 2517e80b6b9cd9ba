using System.Text;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime.Serving;

/// <summary>A client's connection as the gateway sees it, and the results gathered for it.</summary>
/// <remarks>
/// Threads: <see cref="Gather"/> and <see cref="SendGathered"/> belong to the executor's thread;
/// <see cref="OnFrameAsync"/> to the connection's, one frame at a time; the rest is safe for use by many.
/// </remarks>
internal sealed class GatewayConnection : IClientConnection
{
    private readonly Gateway _gateway;
    private readonly IClientReplies _replies;
    private readonly GatheredResults _gathered = new();
    private readonly GatheredResults _tentative = new();
    private int _toldLeaderless;
    private int _sentOn;
    private int _routes;
    private volatile bool _closed;
    private volatile bool _wantsTentative;
    private volatile BackupSender? _backup;

    public GatewayConnection(Gateway gateway, IClientReplies replies)
    {
        _gateway = gateway;
        _replies = replies;
    }

    public bool IsClosed => _closed;

    /// <summary>Whether results are to be told ahead of choice as well (R18).</summary>
    public bool WantsTentative
    {
        get => _wantsTentative;
        set => _wantsTentative = value;
    }

    /// <summary>How many routes lead here.</summary>
    public int Routes => Volatile.Read(ref _routes);

    public ValueTask OnFrameAsync(ClientFrame frame)
    {
        if (!_closed)
        {
            _gateway.OnFrame(this, frame);
        }

        return ValueTask.CompletedTask;
    }

    public bool Send(ClientFrame frame) => !_closed && _replies.Send(frame);

    /// <summary>Adds a result to those of the round.</summary>
    /// <returns>True when it is the first.</returns>
    public bool Gather(in ResultEntry entry, ReadOnlySpan<byte> result)
    {
        var bytesMax = _gateway.Options.AnswerBytesMax;
        if (result.Length <= bytesMax)
        {
            return Add(_gathered, entry, result);
        }

        // Sent, it would fill the connection's buffer and end it, now and at every repeat. The session table keeps it.
        var why = $"the command was applied in slot {entry.Slot}, but its result of {result.Length} bytes is larger "
            + $"than answerBytesMax ({bytesMax}), and is not sent";
        ResultEntry told = new(entry.Session, entry.Sequence, PaxosError.ResultTooLarge, 0, entry.Slot, default);
        return Add(_gathered, told, Encoding.UTF8.GetBytes(why));
    }

    /// <summary>Adds a result told ahead of choice; one that is too large is told when it is final.</summary>
    /// <returns>True when it is the first.</returns>
    public bool GatherTentative(in ResultEntry entry, ReadOnlySpan<byte> result) =>
        result.Length <= _gateway.Options.AnswerBytesMax && Add(_tentative, entry, result);

    /// <summary>Sends what was gathered, if anything.</summary>
    public void SendGathered()
    {
        Send(_gathered);
        Send(_tentative);
    }

    /// <summary>Refuses every entry of a submission, which was not done.</summary>
    public void Refuse(ReadOnlyMemory<byte> entries, PaxosError error, string why)
    {
        var message = Encoding.UTF8.GetBytes(why);
        var durability = _gateway.Options.Durability;
        while (CommandEntry.TryRead(ref entries, out var entry))
        {
            var opens = entry.Kind == EntryKind.OpenSession;
            var sequence = opens ? SessionRoutes.OpeningOf(entry.Payload.Span) : entry.Sequence;
            Send(new ClientResult(
                _gateway.Group, entry.Session, sequence, error, 0, Slot.Zero, durability, message));
        }
    }

    /// <summary>
    /// Tells once, until <see cref="ForgetLeaderless"/>, that nobody leads: the client waits, it need not be told for
    /// every command.
    /// </summary>
    public void TellLeaderless(ClientStatus status)
    {
        if (Interlocked.Exchange(ref _toldLeaderless, 1) == 0)
        {
            Send(status);
        }
    }

    /// <summary>Asks the client once, until <see cref="ForgetSentOn"/>, to go elsewhere; who can't is served
    /// on.</summary>
    public void SendOn(ClientStatus status)
    {
        if (Interlocked.Exchange(ref _sentOn, 1) == 0)
        {
            Send(status);
        }
    }

    public void ForgetSentOn() => Volatile.Write(ref _sentOn, 0);

    public void ForgetLeaderless() => Volatile.Write(ref _toldLeaderless, 0);

    /// <summary>The client asks for a backup, or tells how much of it it has.</summary>
    public void OnBackup(ClientBackup asked)
    {
        if (_backup is { } running)
        {
            running.On(asked);
        }
        else if (asked.Taken > 0)
        {
            // It ended, and the client knows by now.
        }
        else if (_gateway.Backup is { } backup && asked.Group == _gateway.Group)
        {
            BackupSender sender = new(this, asked);
            _backup = sender;

            // Nobody waits for it here: it tells the client how it ends.
            _ = Task.Run(() => RunAsync(sender, backup));
        }
        else
        {
            var why = asked.Group == _gateway.Group ? "this node is starting" : $"this node serves {_gateway.Group}";
            Send(new ClientAdminResult(asked.Group, asked.Id, AdminState.Refused, why));
        }
    }

    public void CountRoutes(int change) => Interlocked.Add(ref _routes, change);

    public void Dispose()
    {
        _closed = true;
        _backup?.End();
        _gateway.OnClosed(this);
    }

    private async Task RunAsync(BackupSender sender, Func<Stream, CancellationToken, Task<string>> backup)
    {
        await sender.RunAsync(backup).ConfigureAwait(false);
        _backup = null;
        await sender.DisposeAsync().ConfigureAwait(false);
    }

    private bool Add(GatheredResults gathered, in ResultEntry entry, ReadOnlySpan<byte> result)
    {
        gathered.Add(entry, result);
        if (gathered.Length >= _gateway.Options.ResultBytesMax)
        {
            Send(gathered);
            return false;
        }

        return gathered.Count == 1;
    }

    private void Send(GatheredResults gathered)
    {
        if (gathered.Count > 0)
        {
            var results = gathered.Take(_gateway.Group, _gateway.Options.Durability);
            Send(gathered == _tentative ? results with { IsTentative = true } : results);
        }
    }
}
