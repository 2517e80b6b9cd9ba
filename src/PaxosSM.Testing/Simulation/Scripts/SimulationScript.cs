using System.Text;

namespace PaxosSM.Testing.Simulation;

/// <summary>A whole plan as text, a line a setting or fault, for people to read and change
/// (specs/simulation.md).</summary>
public static class SimulationScript
{
    internal const string FirstLine = "paxossm simulation 1";
    internal const string SeedName = "seed";
    internal const string MembersName = "members";
    internal const string RegionsName = "regions";
    internal const string DistancesName = "distances";

    /// <summary>Writes a plan: what differs from the defaults, then the faults.</summary>
    /// <param name="plan">The plan; its times are whole microseconds.</param>
    /// <param name="remark">Lines for people, put in front.</param>
    /// <exception cref="ArgumentException">A time is finer than a microsecond.</exception>
    public static string Write(SimulationPlan plan, string remark = "")
    {
        var text = new StringBuilder();
        foreach (var line in remark.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Line($"# {line.TrimEnd()}");
        }

        Line(FirstLine);
        Line($"{SeedName} {ScriptText.Show(plan.Seed)}");
        Line($"{MembersName} {string.Join(' ', plan.Members.Select(RolesText.Show))}");
        if (plan.Regions.Count > 0)
        {
            Line($"{RegionsName} {string.Join(' ', plan.Regions.Select(region => ScriptText.Show(region)))}");
        }

        if (plan.Distances.Count > 0)
        {
            Line($"{DistancesName} {string.Join(' ', plan.Distances.Select(ScriptText.Show))}");
        }

        foreach (var setting in PlanSetting.All.Where(setting => !setting.IsDefault(plan)))
        {
            Line($"{setting.Name} {ScriptText.Show(setting.Get(plan))}");
        }

        foreach (var fault in plan.Faults)
        {
            Line(Show(fault));
        }

        return text.ToString();

        void Line(string line) => _ = text.Append(line).Append('\n');
    }

    /// <summary>Reads a plan.</summary>
    /// <exception cref="SimulationScriptException">Names the line and what is wrong with it.</exception>
    public static SimulationPlan Parse(string text)
    {
        var reader = new ScriptReader();
        var lines = text.Split('\n');
        for (var index = 0; index < lines.Length; index++)
        {
            try
            {
                reader.Read(lines[index]);
            }
            catch (FormatException wrong)
            {
                throw new SimulationScriptException(index + 1, wrong.Message);
            }
        }

        try
        {
            return reader.Plan();
        }
        catch (FormatException wrong)
        {
            throw new SimulationScriptException(lines.Length, wrong.Message);
        }
    }

    /// <summary>A fault as a script says it.</summary>
    public static string Show(Fault fault)
    {
        var kind = FaultKind.Of(fault);
        var values = kind.Fields.Select(field => field.Name == ScriptReader.SubjectName
            ? ScriptText.ShowNode((int)kind.Get(fault, field))
            : field.Show(kind.Get(fault, field)));
        string[] words = [ScriptText.Show(fault.At), kind.Name, .. values];
        return string.Join(' ', words.Where(word => word.Length > 0));
    }
}
