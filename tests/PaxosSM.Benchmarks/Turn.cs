using System.Globalization;

namespace PaxosSM.Benchmarks;

/// <summary>What a variant did in one turn.</summary>
/// <param name="Commands">Commands answered.</param>
/// <param name="Elapsed">In what time.</param>
/// <param name="Spent">What it cost, all replicas and clients together.</param>
internal sealed record Turn(long Commands, TimeSpan Elapsed, Costs Spent)
{
    public double Rate => Commands / Elapsed.TotalSeconds;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Rate,8:F0}/s {(double)Commands / Math.Max(1, Spent.Proposals),6:F0} commands/slot "
        + $"{Spent.Proposals / Elapsed.TotalSeconds,6:F0} slots/s {Spent.Passes / Elapsed.TotalSeconds,6:F0} passes/s "
        + $"{Spent.Frames / Elapsed.TotalSeconds,6:F0} frames/s {Spent.Bytes / Math.Max(1, Commands),5} bytes/command "
        + $"{Spent.Processor.TotalMicroseconds / Math.Max(1, Commands),5:F1} us processor/command");
}
