using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Simulation.Tests.Linearizability;

/// <summary>What the recorder writes down.</summary>
public sealed class HistoryRecorderTests
{
    private readonly HistoryRecorder _recorder;
    private long _now;

    public HistoryRecorderTests() => _recorder = new(() => _now);

    [Fact]
    public void Operations_keep_their_calls_and_ends()
    {
        _now = 10;
        var first = _recorder.BeginCommand(3, "write x a"u8.ToArray(), session: 8);
        var second = _recorder.BeginCommand(3, "write x b"u8.ToArray(), session: 8);
        var query = _recorder.BeginQuery(4, "read x"u8.ToArray(), ReadConsistency.Local);
        var open = _recorder.BeginCommand(5, "write x c"u8.ToArray());
        _now = 20;
        _recorder.Succeeded(first, "ok"u8.ToArray(), new(7));
        _recorder.Refused(second);
        _recorder.Succeeded(query, "a"u8.ToArray(), new(7), TimeSpan.MaxValue, "n1.1");

        var operations = _recorder.Capture().Operations;

        Assert.Equal([first, second, query, open], operations.Select(operation => operation.Id));
        Assert.Equal([1L, 2, 0, 0], operations.Select(operation => operation.Sequence));
        Assert.Equal([new(10, 1), new(10, 2), new(10, 3), new(10, 4)], operations.Select(each => each.Called));
        Assert.Equal(
            [new(20, 5), new(20, 6), new(20, 7), null], operations.Select(operation => operation.Returned));
        Assert.Equal(
            ["Succeeded", "Refused", "Succeeded", "Unknown"],
            operations.Select(operation => operation.Outcome.ToString()));
        Assert.Null(operations[2].Age);
        Assert.Equal("n1.1", operations[2].Replica);
    }

    [Fact]
    public void An_operation_ends_once()
    {
        var id = _recorder.BeginCommand(0, "write x a"u8.ToArray());
        _recorder.Unknown(id);

        Assert.Throws<InvalidOperationException>(() => _recorder.Succeeded(id, default));
    }

    [Fact]
    public void Bytes_are_copied()
    {
        var input = "write x a"u8.ToArray();
        _recorder.BeginCommand(0, input);
        input[0] = 0;

        Assert.Equal("write x a"u8.ToArray(), _recorder.Capture().Operations[0].Input.ToArray());
    }
}
