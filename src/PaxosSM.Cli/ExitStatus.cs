namespace PaxosSM.Cli;

/// <summary>What the program says to whoever started it.</summary>
internal static class ExitStatus
{
    public const int Good = 0;
    public const int Violation = 1;
    public const int BadUsage = 2;
}
