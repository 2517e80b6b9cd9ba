using System.Buffers.Binary;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>A result as told; the machine's results in these tests are numbers.</summary>
internal readonly record struct Told(
    long Session, long Sequence, PaxosError Error, long Detail, long Slot, long Result);

/// <summary>Remembers what was told.</summary>
internal sealed class RecordingSink : IResultSink
{
    public List<Told> All { get; } = [];

    /// <summary>What was told ahead of choice: the command's number and its result.</summary>
    public List<(long Sequence, long Result)> Tentative { get; } = [];

    public int Rounds { get; private set; }

    public void OnResult(
        SessionId session, long sequence, PaxosError error, long detail, Slot slot, ReadOnlySpan<byte> result) =>
        All.Add(new(
            session.Value,
            sequence,
            error,
            detail,
            slot.Index,
            result.IsEmpty ? 0 : BinaryPrimitives.ReadInt64LittleEndian(result)));

    public void OnTentative(SessionId session, long sequence, Slot slot, ReadOnlySpan<byte> result) =>
        Tentative.Add((sequence, BinaryPrimitives.ReadInt64LittleEndian(result)));

    public void OnRoundEnd() => Rounds++;
}
