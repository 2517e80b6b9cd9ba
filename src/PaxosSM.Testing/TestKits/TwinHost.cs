namespace PaxosSM.Testing.TestKits;

/// <summary>The second process's side: plays the scripts that come in and tells what it saw.</summary>
internal static class TwinHost
{
    /// <summary>Serves until the other side ends.</summary>
    public static void Serve()
    {
        using var requests = new BinaryReader(Console.OpenStandardInput());
        using var answers = new BinaryWriter(Console.OpenStandardOutput());

        // What the machine prints must not get between the answers.
        Console.SetOut(Console.Error);
        try
        {
            var recipe = TwinWire.ReadRecipe(requests);
            while (true)
            {
                Answer(answers, recipe, TwinWire.ReadScript(requests));
                answers.Flush();
            }
        }
        catch (EndOfStreamException)
        {
            // The other side has seen enough.
        }
    }

    private static void Answer(BinaryWriter answers, MachineRecipe recipe, MachineStep[] script)
    {
        IReadOnlyList<Sight> sights = [];
        var failure = string.Empty;
        try
        {
            sights = MachineRun.Observe(recipe.Create(), ScriptLog.Of(script));
        }
        catch (Exception exception)
        {
            failure = $"{exception.GetBaseException().GetType().Name}: {exception.Message}";
        }

        TwinWire.WriteSights(answers, sights, failure);
    }
}
