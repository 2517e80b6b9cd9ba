namespace PaxosSM.Runtime.Tracing;

/// <summary>What acceptors tell, as fields of a trace.</summary>
internal static class AcceptorEvents
{
    public static bool Write(TraceWriter writer, ProtocolEvent happened)
    {
        switch (happened)
        {
            case SlotVoted voted:
                writer.Kind("slotVoted");
                writer.Ballot("ballot", voted.Ballot);
                writer.Slot("slot", voted.Slot);
                writer.Number("checksum", voted.Checksum);
                writer.Slot("chosenThrough", voted.ChosenThrough);
                writer.Slot("last", voted.Last);
                writer.Number("stride", voted.Stride);
                return true;
            case ChosenThroughRaised raised:
                writer.Kind("chosenThroughRaised");
                writer.Slot("through", raised.Through);
                return true;
            case PromiseMade promise:
                writer.Kind("promiseMade");
                writer.Ballot("ballot", promise.Ballot);
                return true;
            case SyncVoted sync:
                writer.Kind("syncVoted");
                writer.Ballot("ballot", sync.Ballot);
                writer.Slot("base", sync.Base);
                writer.View("view", sync.View);
                writer.Checksums("checksums", sync.Checksums);
                return true;
            case Trimmed trimmed:
                writer.Kind("trimmed");
                writer.Slot("through", trimmed.Through);
                return true;
            case FaultFound fault:
                writer.Kind("faultFound");
                writer.Range("range", fault.Range);
                return true;
            case FaultRepaired repair:
                writer.Kind("faultRepaired");
                writer.Range("range", repair.Range);
                return true;
            case Started started:
                Write(writer, started);
                return true;
            default:
                return false;
        }
    }

    public static ProtocolEvent? Read(string kind, ref TraceReader reader) => kind switch
    {
        "slotVoted" => new SlotVoted(
            reader.Ballot("ballot"), reader.Slot("slot"), reader.Checksum("checksum"), reader.Slot("chosenThrough"))
        {
            Last = reader.Slot("last"),
            Stride = (int)reader.Number("stride", ushort.MaxValue),
        },
        "chosenThroughRaised" => new ChosenThroughRaised(reader.Slot("through")),
        "promiseMade" => new PromiseMade(reader.Ballot("ballot")),
        "syncVoted" => new SyncVoted(
            reader.Ballot("ballot"), reader.Slot("base"), ViewOf(ref reader), reader.Checksums("checksums")),
        "trimmed" => new Trimmed(reader.Slot("through")),
        "faultFound" => new FaultFound(reader.Range("range")),
        "faultRepaired" => new FaultRepaired(reader.Range("range")),
        "started" => ReadStarted(ref reader),
        _ => null,
    };

    public static View ViewOf(ref TraceReader reader) =>
        reader.View("view") ?? throw new TraceFormatException("\"view\" must not be null here");

    private static void Write(TraceWriter writer, Started started)
    {
        writer.Kind("started");
        writer.Number("incarnation", started.Incarnation);
        writer.Number("roles", (byte)started.Roles);
        writer.Slot("frontier", started.Frontier);
        writer.Number("votes", started.Memory is null ? 0 : 1);
        if (started.Memory is { } memory)
        {
            writer.Ballot("promised", memory.Promised);
            writer.Ballot("lastVoted", memory.LastVoted);
            writer.Slot("syncBase", memory.SyncBase);
            writer.View("view", memory.View);
            writer.Slot("chosenThrough", memory.ChosenThrough);
            writer.Slot("trimmedTo", memory.TrimmedTo);
            writer.Votes("held", memory.Votes);
            writer.Ranges("faulty", memory.Faulty);
            writer.Number("damaged", memory.Damaged);
        }
    }

    private static Started ReadStarted(ref TraceReader reader)
    {
        var incarnation = (uint)reader.Number("incarnation", uint.MaxValue);
        var roles = (MemberRoles)reader.Number("roles", (long)MemberRoles.All);
        var frontier = reader.Slot("frontier");
        if (reader.Number("votes", 1) == 0)
        {
            return new(incarnation, roles, null, frontier);
        }

        AcceptorMemory memory = new()
        {
            Promised = reader.Ballot("promised"),
            LastVoted = reader.Ballot("lastVoted"),
            SyncBase = reader.Slot("syncBase"),
            View = reader.View("view"),
            ChosenThrough = reader.Slot("chosenThrough"),
            TrimmedTo = reader.Slot("trimmedTo"),
            Votes = reader.Votes("held"),
            Faulty = reader.Ranges("faulty"),
            Damaged = (int)reader.Number("damaged", int.MaxValue),
        };
        return new(incarnation, roles, memory, frontier);
    }
}
