using System.Diagnostics;
using PaxosSM.Messages;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime.Execution;

/// <summary>Fetches a snapshot from another node when the log does not reach back any more (R25), and gives this node's
/// to others.</summary>
/// <remarks>
/// <para>Safe for use by many threads; reading and writing happen on the worker.</para>
/// <para>One fetch at a time. It ends in <see cref="IExecution.Install"/>, or in <see cref="SnapshotFailed"/>, after a
/// bounded time without an answer.</para>
/// </remarks>
public sealed class SnapshotTransfer : ISnapshotTransfer
{
    private readonly GroupId _group;
    private readonly Epoch _epoch;
    private readonly ISnapshotStore _store;
    private readonly ITransport _transport;
    private readonly IWorker _worker;
    private readonly SnapshotTransferOptions _options;
    private readonly SnapshotServer _server;
    private readonly Lock _gate = new();
    private SnapshotFetch? _fetch;
    private Slot _fetchedThrough;
    private IReplica? _replica;
    private IExecution? _execution;
    private IExecutionObserver _observer = new QuietObserver();

    /// <summary>A group's transfers on this node.</summary>
    /// <param name="group">The group.</param>
    /// <param name="epoch">The epoch that its messages name.</param>
    /// <param name="store">Where snapshots are, and go.</param>
    /// <param name="transport">Carries the messages.</param>
    /// <param name="worker">Does the reading and writing; not the one that writes the own machine's snapshots, which
    /// may take long.</param>
    /// <param name="options">The settings.</param>
    public SnapshotTransfer(
        GroupId group,
        Epoch epoch,
        ISnapshotStore store,
        ITransport transport,
        IWorker worker,
        SnapshotTransferOptions options)
    {
        options.Validate();
        _group = group;
        _epoch = epoch;
        _store = store;
        _transport = transport;
        _worker = worker;
        _options = options;
        _server = new(group, store, worker, options, Send);
    }

    /// <summary>Whether nothing is fetched here, nor held for others: it needs no ticks.</summary>
    public bool IsIdle => Current() is null && _server.IsIdle;

    /// <summary>Names who is told; before anything else.</summary>
    public void Attach(IReplica replica, IExecution execution, IExecutionObserver? observer = null)
    {
        _replica = replica;
        _execution = execution;
        _observer = observer ?? _observer;
    }

    /// <inheritdoc/>
    /// <remarks>While a fetch is under way another is not begun: its end is told, and then the core asks again. One of
    /// a slot that was fetched before is installed as it is.</remarks>
    public void Start(SnapshotSource source)
    {
        SnapshotFetch? fetch = null;
        lock (_gate)
        {
            if (_fetch is not null)
            {
                return;
            }

            if (source.Slot > _fetchedThrough)
            {
                fetch = new(source, _options, _worker, Send, () => _store.CreateFromPieces(_group, source.Slot))
                {
                    Ended = why => OnEnded(source, why),
                };
                _fetch = fetch;
            }
        }

        if (fetch is null)
        {
            _execution?.Install(source.Slot);
            return;
        }

        fetch.Start();
    }

    /// <inheritdoc/>
    public void OnMessage(NodeId from, Message message)
    {
        switch (message)
        {
            case SnapshotRequest request:
                _server.OnRequest(from, request);
                break;
            case SnapshotPiece piece:
                Current()?.OnPiece(from, piece);
                break;
            default:
                throw new UnreachableException($"{message.GetType().Name} is not about snapshots");
        }
    }

    /// <inheritdoc/>
    public void OnTick(Instant now)
    {
        _server.OnTick(now);
        Current()?.OnTick(now);
    }

    /// <summary>Gives up what is under way.</summary>
    public void Stop()
    {
        _server.Stop();
        Current()?.Abandon("this node is stopping");
    }

    private SnapshotFetch? Current()
    {
        lock (_gate)
        {
            return _fetch;
        }
    }

    private void Send(NodeId to, Message message)
    {
        _transport.Send(to, _group, _epoch, message);
        _transport.Flush();
    }

    private void OnEnded(SnapshotSource source, string? failure)
    {
        lock (_gate)
        {
            _fetch = null;
            if (failure is null)
            {
                _fetchedThrough = source.Slot;
            }
        }

        if (failure is not null)
        {
            _observer.OnFetchFailed(_group, source.From, source.Slot, failure);
            _replica?.Post(new SnapshotFailed(source.From));
            return;
        }

        _execution?.Install(source.Slot);
        try
        {
            _store.DeleteBelow(_group, source.Slot);
        }
        catch (IOException exception)
        {
            _observer.OnSnapshotFailed(_group, source.Slot, exception, TimeSpan.Zero);
        }
    }
}
