using PaxosSM.Reconfiguration;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>Warm joins (R15).</summary>
public sealed class ReadinessTests
{
    [Theory]
    [InlineData(10_000, ReconfigurationError.NotCaughtUp)]
    [InlineData(0, ReconfigurationError.None)]
    public void Newcomers_that_lag_are_waited_for_R15(int lag, ReconfigurationError error)
    {
        var next = Of(new(2), 3, 4, 5);
        ReplicaContext context = new(new(1), new(0), 1, Of(Epoch.First, 0, 1, 2), new(), 1);
        context.Hear([.. context.Configuration.All, .. next.All]);
        ReconfigurationRequested wish = new(1, Epoch.First, next, false);
        Assert.Equal(error, Readiness.Check(context, wish, _ => new(20_000 - lag), new(20_000)).Error);
        Assert.Equal(
            ReconfigurationError.None,
            Readiness.Check(context, wish with { Force = true }, _ => Slot.Zero, new(20_000)).Error);
    }

    private static Configuration Of(Epoch epoch, params ushort[] nodes) => new(
        epoch,
        [
            .. nodes.Select(id => new Member(
                new(id), $"n{id}", $"n{id}:1", MemberRoles.All, new(new Guid(id, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)))),
        ]);
}
