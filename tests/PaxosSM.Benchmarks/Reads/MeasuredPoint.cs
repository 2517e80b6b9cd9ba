namespace PaxosSM.Benchmarks;

/// <summary>What one process of a <see cref="ProcessSet"/> told of a measured time.</summary>
/// <param name="Teller">The process' number.</param>
/// <param name="Count">Calls answered there.</param>
/// <param name="Seconds">In what time.</param>
/// <param name="MedianMicroseconds">Half took no longer.</param>
/// <param name="TailMicroseconds">99 of 100 took no longer.</param>
/// <param name="Errors">Calls that failed.</param>
/// <param name="Spent">Processor time of each process in that time, by number.</param>
internal sealed record MeasuredPoint(
    int Teller,
    long Count,
    double Seconds,
    double MedianMicroseconds,
    double TailMicroseconds,
    long Errors,
    IReadOnlyList<TimeSpan> Spent)
{
    public double Rate => Count / Seconds;

    /// <summary>Processor time of the process that told, a call, in microseconds.</summary>
    public double OwnMicroseconds => Spent[Teller].TotalMicroseconds / Math.Max(1, Count);

    /// <summary>The same of all others together.</summary>
    public double OthersMicroseconds => (Spent.Sum(spent => spent.TotalMicroseconds)
        - Spent[Teller].TotalMicroseconds) / Math.Max(1, Count);
}
