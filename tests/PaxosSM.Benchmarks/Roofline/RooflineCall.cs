using System.Threading.Tasks.Sources;

namespace PaxosSM.Benchmarks;

/// <summary>A command of the roofline's: its worker goes on within <see cref="Complete"/>.</summary>
internal sealed class RooflineCall : IValueTaskSource<bool>
{
    private ManualResetValueTaskSourceCore<bool> _core;

    public ReadOnlyMemory<byte> Command { get; private set; }

    public ValueTask<bool> Begin(ReadOnlyMemory<byte> command)
    {
        _core.Reset();
        Command = command;
        return new(this, _core.Version);
    }

    public void Complete() => _core.SetResult(true);

    bool IValueTaskSource<bool>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
