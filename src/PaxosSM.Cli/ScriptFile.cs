using PaxosSM.Testing.Simulation;

namespace PaxosSM.Cli;

/// <summary>A script on the disk.</summary>
internal static class ScriptFile
{
    /// <returns>The plan; null when there is none, which is told.</returns>
    public static SimulationPlan? Read(string path, TextWriter errors)
    {
        try
        {
            return SimulationScript.Parse(File.ReadAllText(path));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or SimulationScriptException)
        {
            errors.WriteLine($"{path}: {wrong.Message}");
            return null;
        }
    }
}
