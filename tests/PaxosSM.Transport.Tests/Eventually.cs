using System.Diagnostics;

namespace PaxosSM.Transport.Tests;

internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Waits until something is so: it ends with what it waits for, not with a clock, unless the test
    /// fails.</summary>
    public static async Task Is(Func<bool> condition, Action? between = null)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < Patience, "waited in vain");
            between?.Invoke();
            await Task.Delay(1);
        }
    }
}
