using System.Buffers.Binary;

namespace PaxosSM.Execution;

/// <summary>Tells what a session table owes its clients (R17), as if it had just been applied.</summary>
internal static class KeptResults
{
    /// <summary>Tells each session's number to whoever asked for it, and the results that its client has not
    /// acknowledged; by session.</summary>
    /// <param name="sessions">The sessions.</param>
    /// <param name="at">The slot that the table is of.</param>
    /// <param name="sink">Takes them.</param>
    public static void Tell(SessionTable sessions, Slot at, IResultSink sink)
    {
        Span<byte> request = stackalloc byte[SessionRequest.Size];
        Span<byte> number = stackalloc byte[sizeof(long)];
        for (var session = sessions.First; session is not null; session = session.Next)
        {
            session.Request.Write(request);
            BinaryPrimitives.WriteInt64LittleEndian(number, session.Id.Value);
            var opening = BinaryPrimitives.ReadInt64LittleEndian(request);
            sink.OnResult(SessionId.None, opening, PaxosError.None, 0, at, number);
            for (var sequence = session.AcknowledgedThrough + 1; sequence <= session.Highest; sequence++)
            {
                if (session.Results.TryFind(sequence, out var slot, out var result))
                {
                    sink.OnResult(session.Id, sequence, PaxosError.None, 0, slot, result);
                }
            }
        }
    }
}
