using BenchmarkDotNet.Attributes;
using PaxosSM.Execution;

namespace PaxosSM.Benchmarks;

/// <summary>What exactly once costs a command: it is checked, its result of eight bytes is kept, and the one before it
/// is let go.</summary>
[MemoryDiagnoser]
public class SessionBenchmarks
{
    private static readonly LogTime Now = new(1);
    private readonly SessionTable _table = new(new());
    private readonly byte[] _result = new byte[sizeof(long)];
    private SessionId[] _sessions = [];
    private long _number;

    [Params(1, 1024)]
    public int Sessions { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _sessions = new SessionId[Sessions];
        for (var index = 0; index < Sessions; index++)
        {
            SessionRequest request = new(
                new(index, 0, 0, new byte[8]), SessionMode.Ordered, 1024, TimeSpan.FromMinutes(1));
            _ = _table.Open(in request, Now, out _sessions[index]);
        }
    }

    [Benchmark]
    public bool CheckAndKeep()
    {
        var sequence = (_number / Sessions) + 1;
        var session = _sessions[_number++ % Sessions];
        CommandEntry entry = new(EntryKind.Command, session, sequence, sequence - 1, default);
        _ = _table.Admit(in entry, Now, out var open, out var isRepeat);
        _table.Complete(open!, sequence, new(_number), _result); // in order: always admitted
        return isRepeat;
    }
}
