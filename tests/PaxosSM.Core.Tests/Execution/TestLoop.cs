using System.Buffers.Binary;
using PaxosSM.Execution;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.InMemory;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>An apply loop over a counting machine and an in-memory store, pumped by the test.</summary>
internal sealed class TestLoop
{
    public TestLoop(
        InMemorySnapshotStore? store = null, ExecutionOptions? options = null, IStateMachine? machine = null)
    {
        Store = store ?? new();
        Loop = new(
            new Executor(GroupId.Default, TestExecutor.ThreeMembers, machine ?? Machine, Sink),
            Store,
            Worker,
            options ?? new(),
            Observer,
            Clock);
        Loop.Attach(Replica);
    }

    public CountingMachine Machine { get; } = new();

    public RecordingSink Sink { get; } = new();

    public RecordingReplica Replica { get; } = new();

    public RecordingObserver Observer { get; } = new();

    public SteppedClock Clock { get; } = new();

    public PumpedWorker Worker { get; } = new();

    public InMemorySnapshotStore Store { get; }

    public ApplyLoop Loop { get; }

    /// <summary>Slot 1 opens session 1; each later slot is its next command.</summary>
    public static Value ValueOf(long slot) => slot == 1
        ? new TestBatch().Open(1, SessionMode.Ordered, 1000, 60_000).At(0)
        : new TestBatch().Command(1, slot - 1, Math.Max(0, slot - 10)).At(slot);

    public void Apply(long first, long last)
    {
        List<ChosenValue> values = [];
        for (var slot = first; slot <= last; slot++)
        {
            values.Add(new(new(slot), ValueOf(slot)));
        }

        Loop.Apply(values);
    }

    public void RunAll()
    {
        while (Loop.RunOnce() || Worker.RunOnce())
        {
        }
    }

    public TestQuery Ask(long bound, bool speculative)
    {
        var query = new TestQuery { Bound = new(bound), IsSpeculative = speculative };
        Loop.Query(query);
        return query;
    }

    public TestQuery Ask(long bound, params byte[] bytes)
    {
        var query = new TestQuery { Bound = new(bound), Query = bytes };
        Loop.Query(query);
        return query;
    }
}

/// <summary>A query that remembers its end.</summary>
internal sealed class TestQuery : PendingQuery
{
    public string? End { get; private set; }

    public override void OnAnswer(in QueryContext context, ReadOnlySpan<byte> answer)
    {
        Assert.Null(End);
        End = $"{BinaryPrimitives.ReadInt64LittleEndian(answer)} at {context.Slot}";
    }

    public override void OnFailure(PaxosError error, string message)
    {
        Assert.Null(End);
        End = $"{error}: {message}";
    }
}
