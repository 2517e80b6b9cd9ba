namespace PaxosSM.Runtime.Tracing;

/// <summary>What proposers tell, as fields of a trace.</summary>
internal static class ProposerEvents
{
    public static bool Write(TraceWriter writer, ProtocolEvent happened)
    {
        switch (happened)
        {
            case Proposed proposed:
                writer.Kind("proposed");
                writer.Ballot("ballot", proposed.Ballot);
                writer.Slot("slot", proposed.Slot);
                writer.Number("checksum", proposed.Checksum);
                writer.Slot("last", proposed.Last);
                writer.Number("stride", proposed.Stride);
                return true;
            case Counted counted:
                writer.Kind("counted");
                writer.Ballot("ballot", counted.Mark.Ballot);
                writer.Number("lane", counted.Mark.Lane.Index);
                writer.Slot("through", counted.Mark.Through);
                return true;
            case TakenOver taken:
                writer.Kind("takenOver");
                writer.Ballot("ballot", taken.Ballot);
                writer.Slot("base", taken.Base);
                writer.Ballot("adopted", taken.Adopted);
                writer.View("view", taken.View);
                writer.Nodes("promises", taken.Promises);
                writer.Checksums("checksums", taken.Checksums);
                return true;
            case Standing standing:
                writer.Kind("standing");
                writer.Ballot("ballot", standing.Ballot);
                return true;
            case LeaderChanged changed:
                writer.Kind("leaderChanged");
                writer.Ballot("ballot", changed.Ballot);
                writer.Text("why", changed.Why);
                return true;
            default:
                return false;
        }
    }

    public static ProtocolEvent? Read(string kind, ref TraceReader reader) => kind switch
    {
        "proposed" => new Proposed(reader.Ballot("ballot"), reader.Slot("slot"), reader.Checksum("checksum"))
        {
            Last = reader.Slot("last"),
            Stride = (int)reader.Number("stride", ushort.MaxValue),
        },
        "counted" => new Counted(new(
            reader.Ballot("ballot"),
            new((ushort)reader.Number("lane", ushort.MaxValue)),
            reader.Slot("through"))),
        "takenOver" => new TakenOver(
            reader.Ballot("ballot"),
            reader.Slot("base"),
            reader.Ballot("adopted"),
            AcceptorEvents.ViewOf(ref reader))
        {
            Promises = reader.Nodes("promises"),
            Checksums = reader.Checksums("checksums"),
        },
        "standing" => new Standing(reader.Ballot("ballot")),
        "leaderChanged" => new LeaderChanged(reader.Ballot("ballot"), reader.Text("why")),
        _ => null,
    };
}
