namespace PaxosSM.Testing.Simulation;

/// <summary>A script says something that no plan means.</summary>
public sealed class SimulationScriptException : FormatException
{
    internal SimulationScriptException(int line, string problem)
        : base($"line {line}: {problem}")
    {
        Line = line;
    }

    /// <summary>Where, counting from 1.</summary>
    public int Line { get; }
}
