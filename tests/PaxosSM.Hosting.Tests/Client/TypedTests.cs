using System.Buffers;
using System.Text;

namespace PaxosSM.Hosting.Tests.Client;

public sealed class TypedTests
{
    [Fact]
    public async Task Commands_and_queries_keep_their_types_on_the_way()
    {
        await using var client = Tally.Connect(new DirectClient(new Tally()));
        Assert.Equal(5, await client.ExecuteAsync(new Add("ann", 5)));
        Assert.Equal(12, await client.ExecuteAsync(new Add("ann", 7)));
        Assert.Equal(12, await client.QueryAsync(new Of("ann")));
        Assert.Equal(0, await client.QueryAsync(new Of("bob")));
    }

    [Fact]
    public async Task Bytes_that_are_no_command_are_answered_and_stop_nothing()
    {
        var machine = new Tally();
        var direct = new DirectClient(machine);
        await using var client = Tally.Connect(direct);
        foreach (var bytes in new[] { "", "{", "null", "[1]", "\"text\"", """{"Name":1}""" })
        {
            var result = await direct.ExecuteAsync(Encoding.UTF8.GetBytes(bytes));
            Assert.Equal("\u0001the bytes are no Add", Encoding.UTF8.GetString(result.Result.Span));
        }

        Assert.Equal(5, await client.ExecuteAsync(new Add("ann", 5)));
    }

    [Fact]
    public async Task A_snapshot_restores_the_state()
    {
        var machine = new Tally();
        await using var client = Tally.Connect(new DirectClient(machine));
        await client.ExecuteAsync(new Add("ann", 5));
        var bytes = new MemoryStream();
        using (var snapshot = machine.BeginSnapshot())
        {
            await client.ExecuteAsync(new Add("ann", 100));
            await snapshot.WriteAsync(bytes, default);
        }

        var restored = new Tally();
        bytes.Position = 0;
        await restored.RestoreAsync(bytes, default);
        await using var reader = Tally.Connect(new DirectClient(restored));
        Assert.Equal(5, await reader.QueryAsync(new Of("ann")));
    }

    private sealed record Add(string Name, long By);

    private sealed record Of(string Name);

    private sealed class Tally : StateMachine<Add, long, Of, long>
    {
        private SortedDictionary<string, long> _sums = [];

        protected override long Apply(in CommandContext context, Add command) =>
            _sums[command.Name] = _sums.GetValueOrDefault(command.Name) + command.By;

        protected override long Query(in QueryContext context, Of query) => _sums.GetValueOrDefault(query.Name);

        protected override void Save(IBufferWriter<byte> snapshot) => Serializer.Write(snapshot, _sums);

        protected override void Load(ReadOnlySequence<byte> snapshot) =>
            _sums = Read<SortedDictionary<string, long>>(snapshot);
    }

    /// <summary>Applies at once, without a cluster.</summary>
    private sealed class DirectClient(IStateMachine machine) : IPaxosClient
    {
        public ValueTask<CommandResult> ExecuteAsync(
            ReadOnlyMemory<byte> command, CancellationToken cancellationToken = default)
        {
            var result = new ArrayBufferWriter<byte>();
            machine.Apply(default, new(command), result);
            return new(new CommandResult(result.WrittenMemory, default, default));
        }

        public ValueTask<QueryResult> QueryAsync(
            ReadOnlyMemory<byte> query, ReadConsistency consistency = default,
                CancellationToken cancellationToken = default)
        {
            var result = new ArrayBufferWriter<byte>();
            machine.Query(default, new(query), result);
            return new(new QueryResult(result.WrittenMemory, default, default, default));
        }

        public ValueTask<ICommandStream> OpenStreamAsync(CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
