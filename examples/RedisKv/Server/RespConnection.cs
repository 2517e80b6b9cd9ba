using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.Logging;
using PaxosSM.RedisKv.Commands;
using PaxosSM.RedisKv.Machine;
using PaxosSM.RedisKv.Resp;

namespace PaxosSM.RedisKv.Server;

/// <summary>One client's connection: reads commands, answers some itself and sends the others on.</summary>
/// <remarks>It reads no more input while what it has read cannot be sent on: so a client that floods only slows
/// itself.</remarks>
internal sealed class RespConnection
{
    private const int ShownArgumentsMax = 20;
    private const int ShownLettersMax = 128;

    private readonly ClientSession _client;
    private readonly IDuplexPipe _pipe;
    private readonly ILogger _logger;
    private readonly CancellationToken _closing;
    private readonly RespParser _parser;
    private readonly ReplyDispatcher _dispatcher;

    /// <summary>Serves a client over a pipe, which the caller closes after <see cref="RunAsync"/>.</summary>
    public RespConnection(
        ClientSession client, IDuplexPipe pipe, IRedisBackend backend, ILogger logger, CancellationToken closing)
    {
        _client = client;
        _pipe = pipe;
        _logger = logger;
        _closing = closing;
        _parser = new(client.Server.Options.Limits);
        _dispatcher = new(backend, pipe, client.Server.Options, logger, closing);
    }

    /// <summary>Serves the client until either side ends; never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            try
            {
                await ReadAsync().ConfigureAwait(false);
            }
            finally
            {
                await _dispatcher.CompleteAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            ServerLog.ConnectionLost(_logger, _client.Id, _client.RemoteAddress, exception.Message);
        }
        catch (Exception exception)
        {
            ServerLog.ConnectionFailed(_logger, _client.Id, _client.RemoteAddress, exception);
        }
    }

    private async Task ReadAsync()
    {
        while (!_client.Closing)
        {
            var read = await _pipe.Input.ReadAsync(_closing).ConfigureAwait(false);
            if (read.IsCanceled)
            {
                return;
            }

            foreach (var part in read.Buffer)
            {
                await ConsumeAsync(part).ConfigureAwait(false);
            }

            _pipe.Input.AdvanceTo(read.Buffer.End);
            await _dispatcher.DispatchAsync().ConfigureAwait(false);
            await _dispatcher.FlushAsync().ConfigureAwait(false);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private async ValueTask ConsumeAsync(ReadOnlyMemory<byte> input)
    {
        while (!input.IsEmpty && !_client.Closing)
        {
            var result = _parser.Read(input.Span, out var consumed);
            input = input[consumed..];
            if (result == RespReadResult.Command)
            {
                await HandleAsync(_parser.Command).ConfigureAwait(false);
            }
            else if (result == RespReadResult.Error)
            {
                ServerLog.ProtocolError(_logger, _client.Id, _client.RemoteAddress, _parser.Error);
                _client.Closing = true;
                await RefuseAsync(reply => reply.Error(Encoding.Latin1.GetBytes(_parser.Error))).ConfigureAwait(false);
            }
        }
    }

    private ValueTask HandleAsync(RespCommand command)
    {
        var spec = CommandTable.Find(command[0]);
        if (spec?.Accepts(command.Count) != true)
        {
            return RefuseAsync(spec, command);
        }

        if (spec.Name == "info")
        {
            command = ServerInfo.Rewrite(command, _client.Server);
            if (!ServerInfo.NeedsKeys(command) && !_client.Transaction.IsOpen)
            {
                // Most wanted while the cluster answers nothing: it must not wait for it.
                return AnswerAsync(static (in call) => call.Reply.Bulk(call[1]), command);
            }
        }

        if (_client.Transaction.IsOpen && (spec.Flags & CommandFlags.NotQueued) == 0)
        {
            return QueueAsync(spec, command);
        }

        return spec.Connection is null ? _dispatcher.AddAsync(spec, command) : AnswerAsync(spec.Connection, command);
    }

    private ValueTask QueueAsync(CommandSpec spec, RespCommand command)
    {
        if ((spec.Flags & CommandFlags.NoMulti) != 0)
        {
            return RefuseAsync(static reply => reply.Error("ERR Command not allowed inside a transaction"u8));
        }

        return _client.Transaction.TryAdd(spec, command.Encoded)
            ? ReplyAsync(static reply => reply.Simple("QUEUED"u8))
            : RefuseAsync(static reply => reply.Error("ERR the transaction is too large"u8));
    }

    private async ValueTask AnswerAsync(ConnectionHandler handler, RespCommand command)
    {
        await _dispatcher.DispatchAsync().ConfigureAwait(false);
        var output = _dispatcher.BeginLocal();
        handler(new(_client, command, output));
        await _dispatcher.EndLocalAsync(output).ConfigureAwait(false);
        if (_client.Ready is { } transaction)
        {
            _client.Ready = null;
            await _dispatcher.SendAsync(transaction.Bytes, 1, transaction.Writes).ConfigureAwait(false);
        }
    }

    private ValueTask RefuseAsync(CommandSpec? spec, RespCommand command) => RefuseAsync(
        reply =>
        {
            if (spec is null)
            {
                RedisErrors.WriteUnknownCommand(reply, command[0], ShownArguments(command));
            }
            else
            {
                RedisErrors.WriteWrongArity(reply, spec.Name);
            }
        });

    private ValueTask RefuseAsync(Action<RespWriter> write)
    {
        _client.Transaction.Spoil();
        return ReplyAsync(write);
    }

    private async ValueTask ReplyAsync(Action<RespWriter> write)
    {
        await _dispatcher.DispatchAsync().ConfigureAwait(false);
        var output = _dispatcher.BeginLocal();
        write(new(output));
        await _dispatcher.EndLocalAsync(output).ConfigureAwait(false);
    }

    private static string ShownArguments(RespCommand command)
    {
        var shown = new StringBuilder();
        for (var index = 1; index < Math.Min(command.Count, ShownArgumentsMax)
            && shown.Length < ShownLettersMax; index++)
        {
            shown.Append('\'').Append(RedisErrors.Shown(command[index])).Append("' ");
        }

        return shown.ToString();
    }
}
