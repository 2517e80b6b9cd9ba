using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using PaxosSM.RedisKv.Server;

namespace PaxosSM.RedisKv.Tests;

public sealed class StreamBackendTests
{
    [Fact]
    public async Task Commands_of_an_expired_session_fail_as_unknown_and_later_ones_go_by_a_new_one()
    {
        var client = new FakeClient { ExpireAfter = 3 };
        await using var backend = new StreamBackend(client, default, NullLogger.Instance);
        var failed = new List<PaxosException>();
        for (var number = 0; number < 10; number++)
        {
            try
            {
                await backend.ExecuteAsync(new[] { (byte)('0' + number) }, default);
            }
            catch (PaxosException exception)
            {
                failed.Add(exception);
            }
        }

        // Sent again, it might be applied twice: its first copy may have been, with the answer lost.
        Assert.True(Assert.Single(failed).OutcomeUnknown);
        Assert.Equal("012456789", client.Applied.ToString());
        Assert.Equal(2, client.Opened);
    }

    [Fact]
    public async Task A_session_that_cannot_be_opened_fails_its_commands_and_the_next_try_works()
    {
        var client = new FakeClient { OpenFailure = new PaxosException(PaxosError.Timeout, "no quorum") };
        await using var backend = new StreamBackend(client, default, NullLogger.Instance);
        var refused = await Assert.ThrowsAsync<PaxosException>(
            async () => await backend.ExecuteAsync(new byte[] { 65 }, default));
        Assert.Equal(PaxosError.Timeout, refused.Error);
        client.OpenFailure = null;
        await backend.ExecuteAsync(new byte[] { 66 }, default);
        Assert.Equal("B", client.Applied.ToString());
    }

    [Fact]
    public async Task Local_reads_see_the_writes_that_this_process_was_answered()
    {
        var client = new FakeClient();
        await using var backend = new StreamBackend(client, ReadConsistency.Local, NullLogger.Instance);
        await backend.ExecuteAsync(new byte[] { 65 }, default);
        await backend.QueryAsync(new byte[] { 66 }, default);
        Assert.Equal(ReadConsistency.After(new(1)), client.LastConsistency);
    }

    private sealed class FakeClient : IPaxosClient
    {
        public StringBuilder Applied { get; } = new();

        public int Opened { get; private set; }

        public int ExpireAfter { get; init; } = int.MaxValue;

        public PaxosException? OpenFailure { get; set; }

        public ReadConsistency LastConsistency { get; private set; }

        public ValueTask<CommandResult> ExecuteAsync(
            ReadOnlyMemory<byte> command, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<QueryResult> QueryAsync(
            ReadOnlyMemory<byte> query, ReadConsistency consistency, CancellationToken cancellationToken)
        {
            LastConsistency = consistency;
            return new(new QueryResult(query, default, default, default));
        }

        public ValueTask<ICommandStream> OpenStreamAsync(CancellationToken cancellationToken) =>
            OpenFailure is null
                ? new(new FakeStream(this, Opened++ == 0 ? ExpireAfter : int.MaxValue))
                : throw OpenFailure;

        public ValueTask DisposeAsync() => default;
    }

    private sealed class FakeStream(FakeClient client, int expireAfter) : ICommandStream
    {
        private int _sent;

        public SessionId Session => new(1);

        public async ValueTask<CommandResult> ExecuteAsync(
            ReadOnlyMemory<byte> command, CancellationToken cancellationToken)
        {
            if (++_sent > expireAfter)
            {
                await Task.Yield();
                throw new PaxosException(PaxosError.SessionExpired, "expired");
            }

            client.Applied.Append((char)command.Span[0]);
            return new(command, new(client.Applied.Length), Durability.Synced);
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken) => default;

        public ValueTask DisposeAsync() => default;
    }
}
