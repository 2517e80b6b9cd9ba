namespace PaxosSM.Benchmarks;

/// <summary>What this process has done so far, or between two moments.</summary>
/// <param name="Proposals">Slots proposed with commands.</param>
/// <param name="Passes">Turns passed (R9).</param>
/// <param name="Frames">Frames sent between replicas.</param>
/// <param name="Bytes">Bytes sent between replicas.</param>
/// <param name="Processor">Processor time, all threads.</param>
internal sealed record Costs(long Proposals, long Passes, long Frames, long Bytes, TimeSpan Processor)
{
    public Costs Since(Costs before) => new(
        Proposals - before.Proposals,
        Passes - before.Passes,
        Frames - before.Frames,
        Bytes - before.Bytes,
        Processor - before.Processor);
}
