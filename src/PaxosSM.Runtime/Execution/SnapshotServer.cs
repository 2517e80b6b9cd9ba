using PaxosSM.Messages;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime.Execution;

/// <summary>Sends pieces of this node's snapshots to nodes that ask; reads them on the worker, a bounded number at a
/// time.</summary>
/// <remarks>A snapshot that is being fetched is held open, so that a newer one does not delete it half-way.</remarks>
internal sealed class SnapshotServer(
    GroupId group, ISnapshotStore store, IWorker worker, SnapshotTransferOptions options, Action<NodeId, Message> send)
{
    private const int LeasesMax = 4;
    private readonly Lock _gate = new();
    private readonly List<Lease> _leases = [];
    private Instant _now;
    private int _waiting;

    /// <summary>Whether nothing is held open for anybody.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _leases.Count == 0;
            }
        }
    }

    /// <summary>Another node asks for a piece.</summary>
    public void OnRequest(NodeId from, SnapshotRequest request)
    {
        lock (_gate)
        {
            if (_waiting == options.RequestsMax)
            {
                return; // It asks again.
            }

            _waiting++;
        }

        worker.Post(_ =>
        {
            Serve(from, request);
            return ValueTask.CompletedTask;
        });
    }

    /// <summary>Lets go of what nobody has asked for lately.</summary>
    public void OnTick(Instant now)
    {
        lock (_gate)
        {
            _now = now;
            for (var index = _leases.Count - 1; index >= 0; index--)
            {
                if (now - _leases[index].LastUsed >= options.LeaseDuration)
                {
                    _leases[index].Held.Dispose();
                    _leases.RemoveAt(index);
                }
            }
        }
    }

    /// <summary>Lets go of everything.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            foreach (var lease in _leases)
            {
                lease.Held.Dispose();
            }

            _leases.Clear();
        }
    }

    private void Serve(NodeId from, SnapshotRequest request)
    {
        var piece = new SnapshotPiece(Slot.Zero, request.Offset, 0, default);
        try
        {
            Hold(request.Slot);
            var bytes = GC.AllocateUninitializedArray<byte>(Math.Clamp(request.BytesMax, 1, options.PieceBytesMax));
            var (read, length) = request.Offset < 0
                ? default
                : store.ReadPiece(group, request.Slot, request.Offset, bytes);
            if (read > 0)
            {
                piece = new(request.Slot, request.Offset, length, bytes.AsMemory(0, read));
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            // The disk can't give it: "no more here" makes the asker go elsewhere.
            piece = new(Slot.Zero, request.Offset, 0, default);
        }

        lock (_gate)
        {
            _waiting--;
        }

        send(from, piece);
    }

    private void Hold(Slot slot)
    {
        lock (_gate)
        {
            if (_leases.Find(each => each.Slot == slot) is { } lease)
            {
                lease.LastUsed = _now;
            }
            else if (_leases.Count < LeasesMax && store.Open(group, slot) is { } held)
            {
                _leases.Add(new(slot, held) { LastUsed = _now });
            }
        }
    }

    private sealed class Lease(Slot slot, Stream held)
    {
        public Slot Slot { get; } = slot;

        public Stream Held { get; } = held;

        public Instant LastUsed { get; set; }
    }
}
