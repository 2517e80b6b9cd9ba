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

    [Fact]
    public async Task What_came_in_its_last_round_waits_for_no_idle_look()
    {
        await using ApplyThread thread = new(_loop.Loop, "apply");
        thread.Start();

        // Each one comes while another is answered, by who goes off duty then. An idle look comes once a second.
        Chain chain = new(_loop.Loop, links: 500);
        chain.AskNext();
        await chain.Ended.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Whoever_brings_values_and_may_be_kept_applies_them()
    {
        await using ApplyThread thread = new(_loop.Loop, "apply");
        Lend(() => _loop.Apply(1, 5), mayBeKept: true);
        Assert.Equal(new Slot(5), _loop.Loop.Applied); // its own thread never started

        Lend(() => _loop.Apply(6, 7), mayBeKept: false);
        Assert.Equal(new Slot(5), _loop.Loop.Applied);
        thread.Start();
        Query query = new() { Bound = new(7) };
        query.Kept.Goes.Release();
        _loop.Loop.Query(query);
        Assert.Equal(new Slot(7), await query.Answered.Task.WaitAsync(Patience));
    }

    [Fact]
    public async Task Who_brings_values_to_a_slow_machine_is_not_kept_again()
    {
        await using ApplyThread thread = new(_loop.Loop, "apply", _loop.Clock);
        _loop.Loop.Query(new SlowQuery(_loop.Clock) { Bound = new(1) });
        Lend(() => _loop.Apply(1, 1), mayBeKept: true);
        Assert.Equal(new Slot(1), _loop.Loop.Applied);
        Lend(() => _loop.Apply(2, 2), mayBeKept: true);
        Assert.Equal(new Slot(1), _loop.Loop.Applied); // left to its own thread, which never started
    }

    private static void Lend(Action action, bool mayBeKept)
    {
        LentThread.MayBeKept = mayBeKept;
        LentThread.Begin();
        action();
        LentThread.End();
        LentThread.MayBeKept = false;
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

    private sealed class Chain(ApplyLoop loop, int links) : PendingQuery
    {
        private int _left = links;

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void AskNext() => loop.Query(this);

        public override void OnAnswer(in QueryContext context, ReadOnlySpan<byte> answer)
        {
            Work work = new();
            work.Goes.Release();
            Assert.True(SpareThread.TryKeep(work));
            if (--_left > 0)
            {
                AskNext();
            }
            else
            {
                Ended.SetResult();
            }
        }

        public override void OnFailure(PaxosError error, string message) =>
            Ended.TrySetException(new InvalidOperationException(message));
    }

    private sealed class SlowQuery(SteppedClock clock) : PendingQuery
    {
        public override void OnAnswer(in QueryContext context, ReadOnlySpan<byte> answer) =>
            clock.Advance(TimeSpan.FromMilliseconds(10));

        public override void OnFailure(PaxosError error, string message) => Assert.Fail(message);
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
