using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using PaxosSM.RedisKv.Commands;
using PaxosSM.RedisKv.Resp;

namespace PaxosSM.RedisKv.Server;

/// <summary>Sends a connection's commands to the backend and their replies to the client, in the order of the
/// commands.</summary>
/// <remarks>
/// <para>Commands that arrived together go as one batch: as a command if one of them writes, else as a query. Batches
/// that write may overlap, because the backend keeps their order. A query waits until everything before it is answered,
/// and nothing is sent until it is answered: so each command sees those before it and none after it.</para>
/// <para>Output has one owner at a time: the reader while nothing is in flight, else the reply loop.</para>
/// </remarks>
internal sealed class ReplyDispatcher
{
    private const int UnflushedBytesMax = 64 * 1024;

    private readonly IRedisBackend _backend;
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly RespServerOptions _options;
    private readonly ILogger _logger;
    private readonly CancellationToken _closing;
    private readonly Channel<PendingReply> _pending;
    private readonly ArrayBufferWriter<byte> _batch = new();
    private readonly Task _replying;
    private int _batchCount;
    private bool _batchWrites;
    private int _inFlight;
    private long _inFlightBytes;
    private TaskCompletionSource? _drained;

    /// <summary>Serves one connection.</summary>
    public ReplyDispatcher(
        IRedisBackend backend, IDuplexPipe pipe, RespServerOptions options, ILogger logger, CancellationToken closing)
    {
        _backend = backend;
        _input = pipe.Input;
        _output = pipe.Output;
        _options = options;
        _logger = logger;
        _closing = closing;
        _pending = Channel.CreateBounded<PendingReply>(
            new BoundedChannelOptions(options.InFlightBatchesMax) { SingleReader = true, SingleWriter = true });
        _replying = ReplyAsync();
    }

    /// <summary>Adds a command to the batch; sends the batch if it is full.</summary>
    public ValueTask AddAsync(CommandSpec spec, RespCommand command)
    {
        _batch.Write(command.Encoded);
        _batchCount++;
        _batchWrites |= spec.IsWrite;
        var full = _batchCount >= _options.BatchCommandsMax || _batch.WrittenCount >= _options.BatchBytesMax;
        return full ? DispatchAsync() : default;
    }

    /// <summary>Sends the batch, if there is one.</summary>
    public ValueTask DispatchAsync()
    {
        if (_batchCount == 0)
        {
            return default;
        }

        var payload = CommandPayload.Wrap(CommandPayload.Batch, _batchCount, _batch.WrittenSpan);
        var count = _batchCount;
        var writes = _batchWrites;
        _batch.ResetWrittenCount();
        _batchCount = 0;
        _batchWrites = false;
        return SendAsync(payload, count, writes);
    }

    /// <summary>Sends a payload whose result is so many replies.</summary>
    public async ValueTask SendAsync(byte[] payload, int replies, bool writes)
    {
        if (!writes || Volatile.Read(ref _inFlightBytes) >= _options.InFlightBytesMax)
        {
            await DrainAsync().ConfigureAwait(false);
        }

        if (!writes)
        {
            var answer = new PendingReply(_backend.QueryAsync(payload, _closing), replies, payload.Length);
            await WriteReplyAsync(answer).ConfigureAwait(false);
            return;
        }

        var pending = new PendingReply(_backend.ExecuteAsync(payload, _closing), replies, payload.Length);
        if (pending.Result.IsCompleted && Volatile.Read(ref _inFlight) == 0)
        {
            await WriteReplyAsync(pending).ConfigureAwait(false);
        }
        else
        {
            await EnqueueAsync(pending).ConfigureAwait(false);
        }
    }

    /// <summary>Where a reply that is ready goes; <see cref="EndLocalAsync"/> must follow.</summary>
    public IBufferWriter<byte> BeginLocal() =>
        Volatile.Read(ref _inFlight) == 0 ? _output : new ArrayBufferWriter<byte>();

    /// <summary>Puts the ready reply into its place.</summary>
    public ValueTask EndLocalAsync(IBufferWriter<byte> written)
    {
        if (written is ArrayBufferWriter<byte> { WrittenCount: > 0 } buffer)
        {
            return EnqueueAsync(new(new(buffer.WrittenMemory), 1, buffer.WrittenCount));
        }

        return _output.UnflushedBytes < UnflushedBytesMax || Volatile.Read(ref _inFlight) != 0 ? default : FlushAsync();
    }

    /// <summary>Sends what is written; does nothing while the reply loop does it.</summary>
    public async ValueTask FlushAsync()
    {
        if (Volatile.Read(ref _inFlight) == 0 && _output.UnflushedBytes > 0)
        {
            await _output.FlushAsync(_closing).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until all replies are sent, and ends.</summary>
    public async ValueTask CompleteAsync()
    {
        _pending.Writer.TryComplete();
        await _replying.ConfigureAwait(false);
        if (!_closing.IsCancellationRequested)
        {
            await FlushAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask EnqueueAsync(PendingReply reply)
    {
        Interlocked.Add(ref _inFlightBytes, reply.Bytes);
        Interlocked.Increment(ref _inFlight);
        // Not cancelled: the loop always goes on reading.
        await _pending.Writer.WriteAsync(reply, CancellationToken.None).ConfigureAwait(false);
    }

    private async ValueTask DrainAsync()
    {
        if (Volatile.Read(ref _inFlight) == 0)
        {
            return;
        }

        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _drained, drained);
        if (Volatile.Read(ref _inFlight) != 0)
        {
            await drained.Task.ConfigureAwait(false);
        }
    }

    private async Task ReplyAsync()
    {
        while (await _pending.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            var written = 0;
            var bytes = 0L;
            while (_pending.Reader.TryRead(out var reply))
            {
                await WriteOrDropAsync(reply).ConfigureAwait(false);
                written++;
                bytes += reply.Bytes;
            }

            await FlushOrDropAsync().ConfigureAwait(false);
            Interlocked.Add(ref _inFlightBytes, -bytes);
            if (Interlocked.Add(ref _inFlight, -written) == 0)
            {
                Interlocked.Exchange(ref _drained, null)?.TrySetResult();
            }
        }
    }

    // A reply must be awaited even when its client is gone: nobody else observes how its command ended.
    private async ValueTask WriteOrDropAsync(PendingReply reply)
    {
        if (!reply.Result.IsCompleted)
        {
            await FlushOrDropAsync().ConfigureAwait(false);
        }

        try
        {
            await WriteReplyAsync(reply).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            ConnectionLost();
        }
    }

    private async ValueTask FlushOrDropAsync()
    {
        try
        {
            if (_output.UnflushedBytes > 0 && !_closing.IsCancellationRequested)
            {
                await _output.FlushAsync(_closing).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            ConnectionLost();
        }
    }

    // The reader may wait for input that never comes; tell it.
    private void ConnectionLost() => _input.CancelPendingRead();

    private async ValueTask WriteReplyAsync(PendingReply reply)
    {
        ReadOnlyMemory<byte> result;
        try
        {
            result = await reply.Result.ConfigureAwait(false);
        }
        catch (PaxosException exception)
        {
            WriteErrors(BackendErrors.Describe(exception), reply.Replies);
            return;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            ServerLog.CommandFailed(_logger, exception);
            WriteErrors(BackendErrors.Unexpected(), reply.Replies);
            return;
        }

        if (result.Length + _output.UnflushedBytes < UnflushedBytesMax)
        {
            _output.Write(result.Span);
        }
        else
        {
            await _output.WriteAsync(result, _closing).ConfigureAwait(false);
        }
    }

    private void WriteErrors(byte[] text, int count)
    {
        for (var reply = 0; reply < count; reply++)
        {
            new RespWriter(_output).Error(text);
        }
    }
}
