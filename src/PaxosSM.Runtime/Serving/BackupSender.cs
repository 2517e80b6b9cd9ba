namespace PaxosSM.Runtime.Serving;

/// <summary>Takes a backup's bytes for a client: sends pieces, no more at a time than the client keeps up
/// with.</summary>
/// <remarks>Written by one at a time; <see cref="On"/> and the end may come from any thread.</remarks>
internal sealed class BackupSender : Stream
{
    /// <summary>So much may be on its way.</summary>
    private const long WindowBytes = 1024 * 1024;
    private const int PieceBytesMax = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly GatewayConnection _connection;
    private readonly GroupId _group;
    private readonly long _id;
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sent;
    private long _taken;

    public BackupSender(GatewayConnection connection, ClientBackup asked)
    {
        _connection = connection;
        _group = asked.Group;
        _id = asked.Id;
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _sent;

    public override long Position
    {
        get => _sent;
        set => throw new NotSupportedException();
    }

    /// <summary>Makes the backup and sends it, and last how that ended.</summary>
    public async Task RunAsync(Func<Stream, CancellationToken, Task<string>> backup)
    {
        ClientAdminResult end;
        try
        {
            var text = await backup(this, _ending.Token).ConfigureAwait(false);
            end = new(_group, _id, AdminState.Done, text);
        }
#pragma warning disable CA1031 // whatever it is: nobody awaits this, so whoever asked is told
        catch (Exception failed)
#pragma warning restore CA1031
        {
            end = new(_group, _id, AdminState.Refused, failed.Message);
        }

        _connection.Send(end);
    }

    /// <summary>The client told how much it has; one that asks for a second backup is refused.</summary>
    public void On(ClientBackup told)
    {
        if (told.Id != _id)
        {
            const string Why = "a backup is being sent on this connection already";
            _connection.Send(new ClientAdminResult(told.Group, told.Id, AdminState.Refused, Why));
            return;
        }

        TaskCompletionSource moved;
        lock (_gate)
        {
            _taken = Math.Max(_taken, Math.Min(told.Taken, _sent));
            moved = _moved;
            _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        moved.TrySetResult();
    }

    /// <summary>The client is gone.</summary>
    public void End()
    {
        try
        {
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself meanwhile.
        }
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            await WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
            var piece = buffer[..Math.Min(buffer.Length, PieceBytesMax)];
            if (!_connection.Send(new ClientBackupPiece(_group, _id, _sent, piece.ToArray())))
            {
                throw new IOException("Whoever asked for the backup is gone.");
            }

            lock (_gate)
            {
                _sent += piece.Length;
            }

            buffer = buffer[piece.Length..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
        // Each piece is sent as it comes.
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _ending.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task moved;
            lock (_gate)
            {
                if (_sent - _taken < WindowBytes)
                {
                    return;
                }

                moved = _moved.Task;
            }

            await moved.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
