using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>Reads the files of a cluster's nodes, one for each life, and gives their events to a checker in an order
/// that keeps causes before effects.</summary>
/// <remarks>
/// Clocks decide nothing: an event waits until what it depends on was told. Where nothing can go on, the event that
/// waits longest by the clock is judged all the same, and the checker says what it lacks. Half a line at the end of a
/// file is what a killed process leaves, and no event.
/// </remarks>
public static class TraceMerge
{
    /// <summary>Checks all traces in a folder.</summary>
    public static TraceVerdict CheckFolder(string folder, TraceChecker checker) =>
        Check([.. Directory.GetFiles(folder, "*.jsonl").Order(StringComparer.Ordinal)], checker);

    /// <summary>Checks files, each of which holds one life.</summary>
    public static TraceVerdict Check(IReadOnlyList<string> files, TraceChecker checker)
    {
        List<TraceCursor> cursors = [.. from file in files select new TraceCursor(file)];
        try
        {
            cursors.ForEach(cursor => cursor.Move());
            while (Next(cursors, checker) is { } cursor)
            {
                if (checker.On(cursor.Current) is { } violation)
                {
                    return new(checker.Events, violation, $"{cursor.File}:{cursor.Line}: {violation}");
                }

                cursor.Move();
            }

            return new(checker.Events, null, null);
        }
        catch (TraceFormatException broken)
        {
            return new(checker.Events, null, broken.Message);
        }
        finally
        {
            foreach (var cursor in cursors)
            {
                cursor.Dispose();
            }
        }
    }

    // A node's next life waits for the end of the one before.
    private static TraceCursor? Next(List<TraceCursor> cursors, TraceChecker checker)
    {
        TraceCursor? ready = null;
        TraceCursor? waiting = null;
        foreach (var cursor in cursors)
        {
            if (cursor.HasEnded || cursors.Exists(cursor.IsPrecededBy))
            {
                continue;
            }

            waiting = Earlier(waiting, cursor);
            ready = checker.IsReady(cursor.Current) ? Earlier(ready, cursor) : ready;
        }

        return ready ?? waiting;
    }

    private static TraceCursor Earlier(TraceCursor? one, TraceCursor other) =>
        one is null || other.Current.At < one.Current.At ? other : one;
}

/// <summary>What a check of files found.</summary>
/// <param name="Events">How many events were judged.</param>
/// <param name="Violation">The first event that broke a rule; null for none.</param>
/// <param name="Problem">What is wrong, with file and line; null where nothing is.</param>
public sealed record TraceVerdict(long Events, TraceViolation? Violation, string? Problem);
