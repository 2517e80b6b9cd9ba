namespace PaxosSM.Execution;

/// <summary>Lays a session out, for snapshots and for a machine's own store.</summary>
internal static class SessionCodec
{
    /// <summary>Writes its number, its facts, and its kept results.</summary>
    public static void Write(Session session, ref StateWriter writer)
    {
        writer.WriteInt64(session.Id.Value);
        WriteFacts(session, ref writer);
        writer.WriteInt32(session.Results.Count);
        var left = session.Results.Count;
        for (var sequence = session.AcknowledgedThrough + 1; left > 0; sequence++)
        {
            Invariant.Holds(sequence <= session.Highest);
            if (session.Results.TryFind(sequence, out var slot, out var result))
            {
                writer.WriteInt64(sequence);
                writer.WriteInt64(slot.Index);
                writer.WriteInt32(result.Length);
                writer.WriteBytes(result);
                left--;
            }
        }
    }

    /// <summary>Writes what there is of a session beside its results.</summary>
    public static void WriteFacts(Session session, ref StateWriter writer)
    {
        Span<byte> request = stackalloc byte[SessionRequest.Size];
        session.Request.Write(request);
        writer.WriteBytes(request);
        writer.WriteInt64(session.LastActive.Microseconds);
        writer.WriteInt64(session.AcknowledgedThrough);
        writer.WriteInt64(session.Highest);
    }

    /// <summary>The count of opened sessions that numbers those to come apart from another fork's (R33).</summary>
    public static long NumberApart(long opened, uint salt)
    {
        // A range of 2^32 numbers for each fork; half of those left may be stepped over.
        var range = (opened >> 32) + 1;
        var left = Math.Max(1, (int.MaxValue - range) / 2);
        return (range + (salt % left)) << 32;
    }
}
