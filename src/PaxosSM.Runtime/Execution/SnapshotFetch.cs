using PaxosSM.Messages;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime.Execution;

/// <summary>One fetch of one snapshot from one node: a window of pieces, asked for by offset, written in
/// order.</summary>
/// <remarks>
/// Memory is bounded by the window: a piece leaves it only when it is written. Every wait is bounded: a piece that does
/// not come is asked for a number of times, and then the fetch ends.
/// </remarks>
internal sealed class SnapshotFetch(
    SnapshotSource source,
    SnapshotTransferOptions options,
    IWorker worker,
    Action<NodeId, Message> send,
    Func<SnapshotDraft> create)
{
    private readonly Lock _gate = new();
    private readonly List<Piece> _window = [];
    private SnapshotDraft? _draft;
    private Instant? _now;
    private long _length = -1;
    private long _asked;
    private long _written;
    private int _writing;
    private bool _ended;

    /// <summary>Told once, when the fetch ends; null when the snapshot is durable here, else why it is not. Never
    /// inside a call.</summary>
    public required Action<string?> Ended { get; init; }

    /// <summary>What is fetched.</summary>
    public SnapshotSource Source => source;

    /// <summary>Asks for the first piece.</summary>
    public void Start()
    {
        lock (_gate)
        {
            // One piece only: its answer tells how many there are.
            AskNext(options.PieceBytesMax);
        }
    }

    /// <summary>A piece came.</summary>
    public void OnPiece(NodeId from, SnapshotPiece piece)
    {
        lock (_gate)
        {
            if (_ended || from != source.From || (piece.Slot != source.Slot && piece.Slot != Slot.Zero))
            {
                return;
            }

            if (piece.Slot == Slot.Zero)
            {
                End("the node has that snapshot no more");
                return;
            }

            var asked = _window.Find(each => each.Offset == piece.Offset && each.Bytes is null);
            if (asked is null)
            {
                return; // A second copy.
            }

            if (Refuses(asked, piece) is { } complaint)
            {
                End(complaint);
                return;
            }

            Take(asked, piece);
        }
    }

    /// <summary>Time went by.</summary>
    public void OnTick(Instant now)
    {
        lock (_gate)
        {
            _now = now;
            for (var index = 0; index < _window.Count; index++)
            {
                var piece = _window[index];
                piece.AskedAt ??= now;
                if (piece.Bytes is null && now - piece.AskedAt.Value >= options.ResendInterval)
                {
                    AskAgain(piece); // It may end the fetch, and that empties the window.
                }
            }
        }
    }

    /// <summary>Gives the fetch up.</summary>
    public void Abandon(string why)
    {
        lock (_gate)
        {
            End(why);
        }
    }

    private string? Refuses(Piece asked, SnapshotPiece piece)
    {
        if (_length >= 0 && piece.Length != _length)
        {
            return "the snapshot's length changed on the way";
        }

        var length = piece.Bytes.Length;
        var fits = length > 0 && length <= asked.Length && length <= piece.Length - piece.Offset;
        return fits ? null : "a piece has not the length that was asked for";
    }

    private void Take(Piece asked, SnapshotPiece piece)
    {
        asked.Bytes = piece.Bytes;
        if (_length < 0)
        {
            _length = piece.Length;
            _asked = piece.Bytes.Length;
        }
        else if (piece.Bytes.Length < asked.Length)
        {
            var rest = new Piece(piece.Offset + piece.Bytes.Length, asked.Length - piece.Bytes.Length);
            _window.Insert(_window.IndexOf(asked) + 1, rest);
            Ask(rest);
        }

        while (_window.Count > 0 && _window[0].Bytes is { } bytes)
        {
            _window.RemoveAt(0);
            _writing++;
            worker.Post(cancellationToken => WriteAsync(bytes, cancellationToken));
        }

        AskMore();
    }

    private void AskMore()
    {
        while (!_ended && _asked < _length && _window.Count + _writing < options.PiecesInFlightMax)
        {
            AskNext((int)Math.Min(options.PieceBytesMax, _length - _asked));
        }
    }

    private void AskNext(int length)
    {
        var piece = new Piece(_asked, length);
        _window.Add(piece);
        _asked += length;
        Ask(piece);
    }

    private void AskAgain(Piece piece)
    {
        if (piece.Attempts == options.AttemptsMax)
        {
            End($"no answer to {piece.Attempts} requests for the piece at {piece.Offset}");
            return;
        }

        Ask(piece);
    }

    private void Ask(Piece piece)
    {
        piece.Attempts++;
        piece.AskedAt = _now;
        send(source.From, new SnapshotRequest(source.Slot, piece.Offset, piece.Length));
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            if (HasEnded())
            {
                return;
            }

            _draft ??= create();
            await _draft.Stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            if (!OnWritten(bytes.Length))
            {
                return;
            }

            await _draft.CommitAsync(cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                End(null);
            }
        }
        catch (Exception exception)
        {
            lock (_gate)
            {
                End(exception.Message);
            }
        }
    }

    private bool HasEnded()
    {
        lock (_gate)
        {
            return _ended;
        }
    }

    private bool OnWritten(int length)
    {
        lock (_gate)
        {
            _writing--;
            _written += length;
            AskMore();
            return _written == _length;
        }
    }

    private void End(string? why)
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        _window.Clear();
        worker.Post(async _ =>
        {
            if (_draft is not null)
            {
                await _draft.DisposeAsync().ConfigureAwait(false);
            }

            Ended(why);
        });
    }

    private sealed class Piece(long offset, int length)
    {
        public long Offset { get; } = offset;

        public int Length { get; } = length;

        public int Attempts { get; set; }

        public Instant? AskedAt { get; set; }

        public ReadOnlyMemory<byte>? Bytes { get; set; }
    }
}
