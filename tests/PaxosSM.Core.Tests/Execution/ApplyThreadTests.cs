using PaxosSM.Runtime;
using PaxosSM.Runtime.Execution;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>The executor's thread runs what its results end, and never at the cost of the executor.</summary>
public sealed class ApplyThreadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TestLoop _loop = new();

    [Fact]
    public async Task What_results_end_runs_here_once_another_stands_by_and_blocks_nobody()
    {
        await using ApplyThread thread = new(_loop.Loop, "apply");
        thread.Start();
        var blocked = await UntilRunHereAsync();

        // The other one is on duty, and nobody stands by.
        for (var count = 0; count < 3; count++)
        {
            var work = await EndAsync();
            Assert.False(await work.RanHere.Task.WaitAsync(Patience));
        }

        blocked.Goes.Release();
        (await UntilRunHereAsync()).Goes.Release();
    }

    [Fact]
    public async Task It_ends_though_what_a_result_ended_never_does()
    {
        ApplyThread thread = new(_loop.Loop, "apply");
        thread.Start();
        var blocked = await UntilRunHereAsync();
        await thread.DisposeAsync().AsTask().WaitAsync(Patience);
        Assert.StartsWith("Stopped", _loop.Ask(0).End, StringComparison.Ordinal);
        blocked.Goes.Release();
    }

    [Fact]
    public async Task Nothing_is_left_behind_by_those_who_go_and_come()
    {
        await using ApplyThread thread = new(_loop.Loop, "apply");
        thread.Start();
        for (var slot = 1; slot <= 2000; slot++)
        {
            // Its work ends at about the time at which the next one comes.
            Query query = new() { Bound = new(slot) };
            query.Kept.Goes.Release();
            _loop.Loop.Query(query);
            _loop.Apply(slot, slot);
            Assert.Equal(new Slot(slot), await query.Answered.Task.WaitAsync(Patience));
        }
    }

    // Whoever stands by takes a moment to get there.
    private async Task<Work> UntilRunHereAsync()
    {
        for (var attempt = 0; attempt < 10_000; attempt++)
        {
            var work = await EndAsync();
            if (await work.RanHere.Task.WaitAsync(Patience))
            {
                return work;
            }
        }

        throw new TimeoutException("nobody ever stood by");
    }

    private async Task<Work> EndAsync()
    {
        Query query = new();
        _loop.Loop.Query(query);
        _ = await query.Answered.Task.WaitAsync(Patience);
        return query.Kept;
    }

    private sealed class Query : PendingQuery
    {
        public TaskCompletionSource<Slot> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Work Kept { get; } = new();

        public override void OnAnswer(in QueryContext context, ReadOnlySpan<byte> answer)
        {
            Assert.True(SpareThread.TryKeep(Kept));
            Answered.SetResult(context.Slot);
        }

        public override void OnFailure(PaxosError error, string message) =>
            Answered.SetException(new InvalidOperationException(message));
    }

    private sealed class Work : ILentWork
    {
        public SemaphoreSlim Goes { get; } = new(0);

        public TaskCompletionSource<bool> RanHere { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void RunHere()
        {
            RanHere.SetResult(true);
            Goes.Wait();
        }

        public void Signal() => RanHere.SetResult(false);
    }
}
