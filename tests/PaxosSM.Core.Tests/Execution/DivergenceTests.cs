using PaxosSM.Execution;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>Which replica halts when digests differ (R28).</summary>
public sealed class DivergenceTests
{
    private static readonly Slot Checkpoint = new(8);

    [Theory]
    [InlineData("0:5 1:6", "")] // n2 may yet say who is right
    [InlineData("0:5 1:6 2:5", "")]
    [InlineData("0:5 1:6 2:6", "halts")]
    [InlineData("1:6 2:6 0:5", "halts")]
    [InlineData("0:5 1:6 2:7", "halts")] // nobody agrees with anybody: the leader's word stands
    [InlineData("0:5 1:5 2:5", "")]
    public void The_one_that_differs_from_most_halts_or_from_the_leader_where_nobody_is_most(
        string told, string ends) =>
        Assert.Equal(ends, Tell(told, [0, 1, 2]));

    [Fact]
    public void Of_two_that_are_left_the_one_that_does_not_lead_halts() =>
        Assert.Equal("halts", Tell("0:5 1:6", [0, 1]));

    private static string Tell(string told, ushort[] heard)
    {
        var members = Enumerable.Range(0, 3).Select(number =>
            new Member(new((ushort)number), $"m{number}", "h:1", MemberRoles.All, default));
        var context = new ReplicaContext(GroupId.Default, new(0), 1, new(Epoch.First, [.. members]), new(), 1);
        context.Hear([.. heard.Select(number => new NodeId(number))]);
        var divergence = new Divergence(context);
        var effects = new Effects(new(0));
        foreach (var word in told.Split(' '))
        {
            var parts = word.Split(':');
            divergence.On(new(ushort.Parse(parts[0])), Checkpoint, 1, ulong.Parse(parts[1]), new(1), effects);
        }

        return effects.Events.OfType<Diverged>().Any() ? "halts" : string.Empty;
    }
}
