using PaxosSM.Log;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Storage;

/// <summary>The log of a host on one device: segments of blocks, one block, one write and one flush a round (group
/// commit).</summary>
/// <remarks>
/// <para>It has no thread: <see cref="LogThread"/> drives it, or a simulation calls <see cref="RunOnce"/>.
/// <c>specs/storage.md</c> has the layout and says what is a tear and what is damage.</para>
/// <para>R1: any failed flush, and any failed write but for a full disk, ends it: <see cref="Failure"/> is set, and no
/// append is called back any more. On a full disk appends wait, and <see cref="Stall"/> says so.</para>
/// </remarks>
public sealed class WriteAheadLog : IPumpedLog
{
    private readonly LogOptions _options;
    private readonly TimeProvider _time;
    private readonly AppendQueue _queue;
    private readonly LogWriter _writer;
    private readonly SegmentSupply _supply;
    private readonly BlockBuilder _builder;
    private readonly List<PendingAppend> _round = [];
    private readonly Dictionary<GroupId, List<RecoveredRecord>> _recovered;
    private Wakers? _wakers;
    private long _fullSince;
    private long _unpreparedSince;
    private string? _full;
    private string? _failure;

    private WriteAheadLog(RecoveredLog recovery, LogOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _queue = new(time);
        _builder = new(options.BlockAlignmentBytes);
        _recovered = recovery.Records;
        _supply = recovery.Supply;
        _writer = recovery.Writer;
        LogId = recovery.LogId;
        Report = recovery.Report;
    }

    /// <summary>The log's number, as its files carry it.</summary>
    public ulong LogId { get; }

    /// <summary>What opening found.</summary>
    public LogRecoveryReport Report { get; }

    /// <inheritdoc/>
    public IReadOnlyList<GroupId> RecoveredGroups
    {
        get
        {
            lock (_recovered)
            {
                return [.. _recovered.Keys.OrderBy(group => group.Value)];
            }
        }
    }

    /// <inheritdoc/>
    public string? Failure => Volatile.Read(ref _failure);

    /// <inheritdoc/>
    public IReadOnlyList<GroupId> Holders => _writer.Holders;

    /// <inheritdoc/>
    public LogStall? Stall => _queue.Stall(Failure ?? Volatile.Read(ref _full) ?? "the flush");

    /// <inheritdoc/>
    public TimeSpan? RetryAfter =>
        Failure is null && (_full is not null || _supply.Full is not null) ? _options.DiskFullRetry : null;

    /// <summary>Opens the log in a folder, or makes one there.</summary>
    /// <exception cref="LogDamagedException">Records are lost without a trace.</exception>
    /// <exception cref="IOException">The device fails, or is full.</exception>
    public static WriteAheadLog Open(IFileLayer files, string directory, LogOptions options, TimeProvider? time = null)
    {
        options.Validate();
        return new(LogRecovery.Run(files, directory, options), options, time ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public IReadOnlyList<RecoveredRecord> TakeRecovered(GroupId group)
    {
        lock (_recovered)
        {
            return _recovered.Remove(group, out var records) ? records : [];
        }
    }

    /// <inheritdoc/>
    public void Forget(GroupId group)
    {
        _ = TakeRecovered(group);
        Append(group, [TrimLedger.GoneMark], () => { });
    }

    /// <inheritdoc/>
    public void Append(GroupId group, IReadOnlyList<DurableWrite> writes, Action durable)
    {
        if (_queue.Add(group, writes, durable))
        {
            Volatile.Read(ref _wakers)?.Wake();
        }
    }

    /// <inheritdoc/>
    public bool RunOnce()
    {
        if (Failure is not null || IsTooEarly())
        {
            return false;
        }

        try
        {
            return WriteRound();
        }
        catch (DiskFullException exception)
        {
            WaitForSpace(exception.Message);
            _supply.MakeRoom();
            return Prepare();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or OverflowException)
        {
            Fail($"Writing the log failed: {exception.Message}");
            return false;
        }
    }

    /// <inheritdoc/>
    public bool PrepareOnce()
    {
        // Filling a full disk to the brim over and over helps nobody.
        if (Failure is not null || (_supply.Full is not null
            && _time.GetElapsedTime(_unpreparedSince) < _options.DiskFullRetry))
        {
            return false;
        }

        try
        {
            switch (_supply.Step())
            {
                case SupplyStep.Nothing:
                    _unpreparedSince = _time.GetTimestamp();
                    return false;
                case SupplyStep.Done:
                    Volatile.Write(ref _full, null);
                    Volatile.Read(ref _wakers)?.Wake();
                    return true;
                default:
                    return true;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Fail($"Preparing a segment of the log failed: {exception.Message}");
            return false;
        }
    }

    /// <inheritdoc/>
    public void Attach(Action wake, Action wakePreparer) => Volatile.Write(ref _wakers, new(wake, wakePreparer));

    /// <inheritdoc/>
    public void Fail(string why) => Interlocked.CompareExchange(ref _failure, why, null);

    /// <summary>Closes the files. What is not durable by now is never called back.</summary>
    public ValueTask DisposeAsync()
    {
        Fail("The log is closed.");
        _queue.Close();
        _writer.Dispose();
        _builder.Dispose();
        return ValueTask.CompletedTask;
    }

    private bool WriteRound()
    {
        if (_round.Count == 0)
        {
            _queue.Take(_round, BlockBuilder.SizeOf, _options.BlockBytes);
        }

        // R25: that segments are let go is durable before they are deleted; with nothing else to write, an empty block
        // says so.
        var floor = _writer.FloorNext;
        if (_round.Count == 0 && floor == _writer.Floor)
        {
            return Prepare();
        }

        var lsn = _writer.LastLsn + 1;
        var block = _builder.Build(_round, new(LogId, lsn, lsn - 1, floor, 0, 0, 0));
        if (!Reserve(block.Length))
        {
            if (_supply.Full is { } full)
            {
                WaitForSpace(full);
            }

            return false;
        }

        _writer.Write(block);
        Volatile.Write(ref _full, null);
        Flush();
        _writer.Advance(block.Length, floor);
        Complete();
        _ = Prepare();
        return true;
    }

    private void Flush()
    {
        try
        {
            _writer.Flush();
        }
        catch (DiskFullException exception)
        {
            // R1: whatever its reason, a failed flush leaves the page cache in doubt.
            throw new IOException(exception.Message, exception);
        }
    }

    private void Complete()
    {
        foreach (var append in _round)
        {
            append.Durable();
        }

        _writer.Note(_round);
        _round.Clear();
        _queue.Finish();
    }

    private bool Reserve(int bytes)
    {
        var has = _writer.TryReserve(bytes);
        while (!has && Prepare())
        {
            has = _writer.TryReserve(bytes);
        }

        return has;
    }

    private bool Prepare()
    {
        if (!_supply.HasWork)
        {
            return false;
        }

        if (Volatile.Read(ref _wakers) is { } wakers)
        {
            wakers.WakePreparer();
            return false;
        }

        return PrepareOnce();
    }

    private void WaitForSpace(string why)
    {
        _fullSince = _time.GetTimestamp();
        Volatile.Write(ref _full, why);
    }

    private bool IsTooEarly() => _full is not null && _time.GetElapsedTime(_fullSince) < _options.DiskFullRetry;

    private sealed record Wakers(Action Wake, Action WakePreparer);
}
