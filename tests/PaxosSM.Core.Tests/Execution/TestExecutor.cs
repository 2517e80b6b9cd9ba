using System.Buffers;
using PaxosSM.Execution;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>An executor with a counting machine and a recording sink.</summary>
internal sealed class TestExecutor
{
    /// <summary>Limits that a few clients reach.</summary>
    public static readonly SessionLimits Tight = new()
    {
        SessionsMax = 4,
        WindowMax = 6,
        WindowSumMax = 18,
        SessionBytesMax = 230,
        BytesMax = 450,
    };

    public static readonly Configuration ThreeMembers = new(
        Epoch.First,
        [
            new(new(0), "a", "127.0.0.1:1", MemberRoles.All, StorageId.None),
            new(new(1), "b", "127.0.0.1:2", MemberRoles.All, StorageId.None),
            new(new(2), "c", "127.0.0.1:3", MemberRoles.All, StorageId.None),
        ]);

    private readonly SessionLimits? _limits;

    public TestExecutor(SessionLimits? limits = null, CountingMachine? machine = null, RecordingSink? sink = null)
    {
        _limits = limits;
        Machine = machine ?? new();
        Sink = sink ?? new();
        Executor = new(GroupId.Default, ThreeMembers, Machine, Sink, limits);
    }

    public CountingMachine Machine { get; }

    public RecordingSink Sink { get; }

    public Executor Executor { get; }

    public byte[] State
    {
        get
        {
            var state = new ArrayBufferWriter<byte>();
            Executor.WriteState(state);
            return state.WrittenSpan.ToArray();
        }
    }

    public List<Told> Apply(Value value)
    {
        var told = Sink.All.Count;
        Executor.Apply(Executor.Applied.Next, value);
        return Sink.All[told..];
    }

    public TestExecutor Restore()
    {
        var restored = new TestExecutor(_limits, Machine.Copy());
        restored.Executor.ReadState(State);
        return restored;
    }
}
