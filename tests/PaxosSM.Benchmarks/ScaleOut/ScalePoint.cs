namespace PaxosSM.Benchmarks;

/// <summary>A point of a scale-out curve.</summary>
/// <param name="Curve">What grows.</param>
/// <param name="Value">How far it has grown.</param>
/// <param name="Rate">Calls answered a second, everywhere together.</param>
/// <param name="MedianMicroseconds">Half took no longer, at the slowest of those that told.</param>
/// <param name="Leader">Processor time of the leader's process a call, in microseconds.</param>
/// <param name="Followers">Of the other voters' together.</param>
/// <param name="Others">Of the remaining processes together; null where there are none.</param>
/// <param name="Errors">Calls that failed.</param>
internal sealed record ScalePoint(
    string Curve,
    int Value,
    double Rate,
    double MedianMicroseconds,
    double Leader,
    double Followers,
    double? Others,
    long Errors);
