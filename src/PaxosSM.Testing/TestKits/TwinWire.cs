namespace PaxosSM.Testing.TestKits;

/// <summary>How two processes tell each other scripts and what they saw.</summary>
internal static class TwinWire
{
    private const byte Command = 1;
    private const byte Query = 2;
    private const byte Wait = 3;
    private const byte View = 4;

    public static void WriteRecipe(BinaryWriter writer, MachineRecipe recipe)
    {
        writer.Write(recipe.Assembly);
        writer.Write(recipe.Type);
        writer.Write(recipe.Factory);
    }

    public static MachineRecipe ReadRecipe(BinaryReader reader) =>
        new(reader.ReadString(), reader.ReadString(), reader.ReadInt32());

    public static void WriteScript(BinaryWriter writer, IReadOnlyList<MachineStep> script)
    {
        writer.Write(script.Count);
        foreach (var step in script)
        {
            switch (step)
            {
                case CommandStep command:
                    writer.Write(Command);
                    writer.Write(command.Client);
                    WriteBytes(writer, command.Payload.Bytes);
                    break;
                case QueryStep query:
                    writer.Write(Query);
                    WriteBytes(writer, query.Payload.Bytes);
                    break;
                case WaitStep wait:
                    writer.Write(Wait);
                    writer.Write(wait.For.Ticks);
                    break;
                case ViewStep view:
                    writer.Write(View);
                    writer.Write(view.Leader);
                    break;
                default:
                    throw new NotSupportedException($"{step.GetType()}");
            }
        }
    }

    public static MachineStep[] ReadScript(BinaryReader reader)
    {
        var script = new MachineStep[reader.ReadInt32()];
        for (var index = 0; index < script.Length; index++)
        {
            script[index] = reader.ReadByte() switch
            {
                Command => new CommandStep(reader.ReadInt32(), ReadPayload(reader)),
                Query => new QueryStep(ReadPayload(reader)),
                Wait => new WaitStep(new(reader.ReadInt64())),
                View => new ViewStep(reader.ReadInt32()),
                var kind => throw new InvalidDataException($"a step of kind {kind}"),
            };
        }

        return script;
    }

    /// <summary>Writes what was seen, and the exception that ended it; empty for none.</summary>
    public static void WriteSights(BinaryWriter writer, IReadOnlyList<Sight> sights, string exception)
    {
        writer.Write(exception);
        writer.Write(sights.Count);
        foreach (var sight in sights)
        {
            writer.Write(sight.What);
            WriteBytes(writer, sight.Value);
        }
    }

    public static (Sight[] Sights, string Exception) ReadSights(BinaryReader reader)
    {
        var exception = reader.ReadString();
        var sights = new Sight[reader.ReadInt32()];
        for (var index = 0; index < sights.Length; index++)
        {
            sights[index] = new(reader.ReadString(), ReadBytes(reader));
        }

        return (sights, exception);
    }

    private static Payload ReadPayload(BinaryReader reader)
    {
        var bytes = ReadBytes(reader);
        return new(bytes, string.Empty, bytes);
    }

    private static void WriteBytes(BinaryWriter writer, byte[] bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    private static byte[] ReadBytes(BinaryReader reader) => reader.ReadBytes(reader.ReadInt32());
}
