using System.Buffers;

namespace PaxosSM.Examples;

/// <summary>Adds to the counter.</summary>
internal sealed record Add(long By);

/// <summary>Asks for the counter.</summary>
internal sealed record Total;

/// <summary>A counter, replicated.</summary>
internal sealed class Counter : StateMachine<Add, long, Total, long>
{
    private long _total;

    protected override long Apply(in CommandContext context, Add command) => _total += command.By;

    protected override long Query(in QueryContext context, Total query) => _total;

    protected override void Save(IBufferWriter<byte> snapshot) => Serializer.Write(snapshot, _total);

    protected override void Load(ReadOnlySequence<byte> snapshot) => _total = Read<long>(snapshot);
}
