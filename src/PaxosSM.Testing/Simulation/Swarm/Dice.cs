namespace PaxosSM.Testing.Simulation;

/// <summary>Draws from a seed what a plan needs.</summary>
internal sealed class Dice(ulong seed)
{
    private readonly SeededRandom _random = new(seed);

    public ulong Any() => _random.Next();

    /// <summary>A number from one bound to the other, both included.</summary>
    public int Between(int min, int max) => min + (int)_random.Below(max - min + 1L);

    public bool OneIn(int sides) => _random.Below(sides) == 0;

    public T Pick<T>(IReadOnlyList<T> from) => from[Between(0, from.Count - 1)];

    /// <summary>A number between two bounds, small ones as likely as large ones: each doubling has equal
    /// chances.</summary>
    public int Spread(int min, int max)
    {
        var doublings = 0;
        while ((long)min << (doublings + 1) <= max)
        {
            doublings++;
        }

        var low = min << Between(0, doublings);
        return Between(low, (int)Math.Min(max, (2L * low) - 1));
    }

    /// <summary>A time span in whole microseconds, spread as numbers are.</summary>
    public TimeSpan Spread(TimeSpan min, TimeSpan max) =>
        TimeSpan.FromMicroseconds(Spread((int)(min.Ticks / 10), (int)(max.Ticks / 10)));

    /// <summary>A time span in whole microseconds.</summary>
    public TimeSpan Between(TimeSpan min, TimeSpan max) =>
        min >= max ? min : min + TimeSpan.FromMicroseconds(_random.Below(((max - min).Ticks / 10) + 1));

    public int[] Shuffled(int count)
    {
        var places = Enumerable.Range(0, count).ToArray();
        for (var last = count - 1; last > 0; last--)
        {
            var other = Between(0, last);
            (places[last], places[other]) = (places[other], places[last]);
        }

        return places;
    }
}
