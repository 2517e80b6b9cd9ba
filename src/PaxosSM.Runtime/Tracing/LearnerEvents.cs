namespace PaxosSM.Runtime.Tracing;

/// <summary>What learners and executors tell, as fields of a trace.</summary>
internal static class LearnerEvents
{
    public static bool Write(TraceWriter writer, ProtocolEvent happened)
    {
        switch (happened)
        {
            case Applied applied:
                writer.Kind("applied");
                writer.Slot("slot", applied.Slot);
                writer.Number("checksum", applied.Checksum);
                writer.Chain("chain", applied.Chain);
                return true;
            case FrontierMoved moved:
                writer.Kind("frontierMoved");
                writer.Slot("through", moved.Through);
                return true;
            case StateRestored restored:
                writer.Kind(restored.IsOwnStore ? "storeOpened" : "stateRestored");
                writer.Slot("slot", restored.Slot);
                writer.Chain("chain", restored.Chain);
                if (restored.IsOwnStore)
                {
                    writer.Slot("saved", restored.Saved);
                }

                return true;
            case StateSaved saved:
                writer.Kind("stateSaved");
                writer.Slot("slot", saved.Slot);
                writer.Chain("chain", saved.Chain);
                return true;
            case Diverged diverged:
                writer.Kind("diverged");
                writer.Slot("slot", diverged.Slot);
                writer.Text("text", diverged.Text);
                return true;
            default:
                return false;
        }
    }

    public static ProtocolEvent? Read(string kind, ref TraceReader reader) => kind switch
    {
        "applied" => new Applied(reader.Slot("slot"), reader.Checksum("checksum"), reader.Chain("chain")),
        "frontierMoved" => new FrontierMoved(reader.Slot("through")),
        "stateRestored" => new StateRestored(reader.Slot("slot"), reader.Chain("chain")),
        "storeOpened" => new StateRestored(reader.Slot("slot"), reader.Chain("chain"))
        {
            IsOwnStore = true,
            Saved = reader.Slot("saved"),
        },
        "stateSaved" => new StateSaved(reader.Slot("slot"), reader.Chain("chain")),
        "diverged" => new Diverged(reader.Slot("slot"), reader.Text("text")),
        _ => null,
    };
}
