namespace PaxosSM.Testing.Simulation;

/// <summary>Fewer faults, and milder ones.</summary>
internal static class FaultPasses
{
    /// <summary>Delta debugging: takes parts out, smaller and smaller ones, until no single fault can go.</summary>
    public static void Fewer(Attempts attempts)
    {
        if (attempts.Best.Faults.Count == 0 || attempts.Try(attempts.Best with { Faults = [] }))
        {
            return;
        }

        var size = (attempts.Best.Faults.Count + 1) / 2;
        while (!attempts.IsExhausted)
        {
            var shrunk = WithoutParts(attempts, size);
            if (size == 1 && !shrunk)
            {
                return;
            }

            size = Math.Max(1, size / 2);
        }
    }

    /// <summary>Shorter times, smaller numbers, fewer links.</summary>
    public static void Milder(Attempts attempts)
    {
        for (var place = 0; place < attempts.Best.Faults.Count; place++)
        {
            var kind = FaultKind.Of(attempts.Best.Faults[place]);
            foreach (var field in kind.Fields)
            {
                while (!attempts.IsExhausted && TryMilder(attempts, place, kind, field))
                {
                    // The milder fault may have a milder one still.
                }
            }
        }
    }

    private static bool WithoutParts(Attempts attempts, int size)
    {
        var shrunk = false;
        for (var from = 0; from < attempts.Best.Faults.Count && !attempts.IsExhausted;)
        {
            var faults = attempts.Best.Faults;
            if (attempts.Try(attempts.Best with { Faults = [.. faults.Take(from), .. faults.Skip(from + size)] }))
            {
                shrunk = true;
            }
            else
            {
                from += size;
            }
        }

        return shrunk;
    }

    private static bool TryMilder(Attempts attempts, int place, FaultKind kind, FaultField field)
    {
        var fault = attempts.Best.Faults[place];
        return Milder(field, kind.Get(fault, field)).Any(value => attempts.Try(attempts.Best with
        {
            Faults = [.. attempts.Best.Faults.Select(
                (each, index) => index == place ? kind.With(each, field, value) : each)],
        }));
    }

    private static IEnumerable<object> Milder(FaultField field, object value) => (field.Kind, value) switch
    {
        (FaultFieldKind.Flag, true) => [false],
        (FaultFieldKind.Count, int count) when count > 1 => [1, count / 2],
        (FaultFieldKind.Count, 1) when field.Name == ScriptText.Kebab(nameof(Crash.Effects)) => [0],
        (FaultFieldKind.Span, TimeSpan span) when span.Duration() > TimeSpan.FromMilliseconds(1) =>
            [PlanPasses.Rounded(span / 2)],
        (FaultFieldKind.Chance, > 0UL) when field.Name == ScriptText.Kebab(nameof(Reconfigure.Chance)) => [0UL],
        (FaultFieldKind.Links, IReadOnlyList<DirectedLink> links) when links.Count > 1 =>
            links.Select((_, gone) => (object)links.Where((_, index) => index != gone).ToArray()),
        _ => [],
    };
}
