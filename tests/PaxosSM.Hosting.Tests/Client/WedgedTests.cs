namespace PaxosSM.Hosting.Tests.Client;

/// <summary>What a client does while its group is wedged: what was never sent is refused, what may be under way is
/// kept.</summary>
public sealed class WedgedTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    [Fact]
    public async Task A_command_that_was_never_sent_is_refused_at_once_and_later_ones_are_taken()
    {
        await using var bench = new ClientBench();
        await bench.Run(bench.Execute("before"));
        var sent = bench.SentEntries().Count(entry => entry.Kind == EntryKind.Command);
        bench.Group.SetWedged(true);
        await bench.Until(() => bench.Client.State.Contains("wedged", StringComparison.Ordinal));
        var failure = await Assert.ThrowsAsync<PaxosException>(() => bench.Execute("never"));
        Assert.Equal((PaxosError.Wedged, false), (failure.Error, failure.OutcomeUnknown));
        Assert.Contains(
            "wedged for maintenance in e2: it answers queries, and takes no commands until an administrator unwedges",
            failure.Message,
            StringComparison.Ordinal);
        Assert.Equal(sent, bench.SentEntries().Count(entry => entry.Kind == EntryKind.Command));

        bench.Group.SetWedged(false);
        await bench.Until(() => !bench.Client.State.Contains("wedged", StringComparison.Ordinal));
        await bench.Run(bench.Execute("after"));
        Assert.Equal(["before", "after"], bench.Journal);
    }

    [Fact]
    public async Task A_command_that_was_sent_waits_and_is_applied_once_when_the_group_is_unwedged()
    {
        await using var bench = new ClientBench(new() { Timeout = TimeSpan.FromHours(1) });
        await bench.Run(bench.Execute("warm"));
        (bench.Group.LossesLeft, bench.Group.LossesEnd) = (1, "sent");
        var kept = bench.Execute("sent");
        await bench.Until(() => bench.Group.LossesLeft == 0);
        bench.Group.SetWedged(true);
        var sent = bench.SentEntries().Count(entry => entry.Kind == EntryKind.Command);
        await bench.Run(Task.Delay(TimeSpan.FromSeconds(90), bench.Time));
        Assert.False(kept.IsCompleted);
        Assert.Equal(sent, bench.SentEntries().Count(entry => entry.Kind == EntryKind.Command));

        // It lives longer than its session would without a sign of life.
        bench.Group.SetWedged(false);
        await bench.Run(kept);
        Assert.Equal("sent@2", ClientBench.Text((await kept).Result));
        Assert.Equal(["warm", "sent"], bench.Journal);
    }

    [Fact]
    public async Task A_command_that_was_sent_and_waits_in_vain_has_an_unknown_outcome()
    {
        await using var bench = new ClientBench();
        await bench.Run(bench.Execute("warm"));
        (bench.Group.LossesLeft, bench.Group.LossesEnd) = (1, "sent");
        var kept = bench.Execute("sent");
        await bench.Until(() => bench.Group.LossesLeft == 0);
        bench.Group.SetWedged(true);
        await bench.Run(kept);
        var failure = await Assert.ThrowsAsync<PaxosException>(() => kept);
        Assert.Equal((PaxosError.Timeout, true), (failure.Error, failure.OutcomeUnknown));
        Assert.Contains("wedged for maintenance", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_was_not_told_finds_out_and_asks_until_it_is_over()
    {
        await using var bench = new ClientBench(new() { Timeout = TimeSpan.FromHours(1) });
        await bench.Run(bench.Execute("warm"));
        bench.Group.SetWedged(true, told: false);
        var kept = bench.Execute("sent");
        await bench.Run(Task.Delay(TimeSpan.FromSeconds(5), bench.Time));
        var refused = await Assert.ThrowsAsync<PaxosException>(() => bench.Execute("never"));
        Assert.Equal(PaxosError.Wedged, refused.Error);
        Assert.InRange(bench.SentEntries().Count(entry => entry.Kind == EntryKind.Command), 2, 20);

        bench.Group.SetWedged(false, told: false);
        await bench.Run(kept);
        Assert.Equal(["warm", "sent"], bench.Journal);

        // With nothing under way, too: each refusal has the node asked again.
        bench.Group.SetWedged(true);
        await bench.Until(() => bench.Client.State.Contains("wedged", StringComparison.Ordinal));
        bench.Group.SetWedged(false, told: false);
        _ = await Assert.ThrowsAsync<PaxosException>(() => bench.Execute("never"));
        await bench.Run(Task.Delay(TimeSpan.FromSeconds(2), bench.Time));
        await bench.Run(bench.Execute("after"));
        Assert.Equal(["warm", "sent", "after"], bench.Journal);
    }

    [Fact]
    public async Task No_session_is_opened_and_whoever_wants_one_is_told_why()
    {
        await using var bench = new ClientBench();
        bench.Group.SetWedged(true, told: false);
        var first = bench.Execute("never");
        var opening = bench.Client.OpenStreamAsync().AsTask();
        await bench.Run(Task.WhenAll(first, opening));
        Assert.Equal(PaxosError.Wedged, (await Assert.ThrowsAsync<PaxosException>(() => first)).Error);
        Assert.Equal(PaxosError.Wedged, (await Assert.ThrowsAsync<PaxosException>(() => opening)).Error);

        bench.Group.SetWedged(false);
        await bench.Run(Task.Delay(TimeSpan.FromSeconds(2), bench.Time));
        await bench.Run(bench.Execute("after"));
        Assert.Equal(["after"], bench.Journal);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task What_is_refused_is_never_applied_and_all_else_once_whatever_happens(int seed)
    {
        Random random = new(seed);
        await using var bench = new ClientBench(new() { Timeout = TimeSpan.FromHours(1) });
        List<(string Command, Task<CommandResult> Result)> asked = [("c0", bench.Execute("c0"))];
        await bench.Run(asked[0].Result);
        bench.Channel.Chaos = new(random.Next());
        bench.Group.Chaos = new(random.Next());
        for (var number = 1; number <= 60; number++)
        {
            asked.Add(($"c{number}", bench.Execute($"c{number}")));
            await bench.Run(Task.Delay(TimeSpan.FromMilliseconds(random.Next(200)), bench.Time), Disturb);
        }

        bench.Group.SetWedged(false);
        await bench.Run(Task.WhenAll(asked.Select(each => each.Result)));
        List<string> applied = [];
        foreach (var (command, result) in asked)
        {
            if (result.Exception?.InnerException is PaxosException { Error: PaxosError.Wedged })
            {
                continue;
            }

            var at = bench.Journal.IndexOf(command) + 1;
            Assert.Equal($"{command}@{at}", ClientBench.Text((await result).Result));
            applied.Add(command);
        }

        Assert.Contains("c0", applied);
        Assert.Equal(applied.Order(), bench.Journal.Order());

        void Disturb()
        {
            switch (random.Next(60))
            {
                case 0:
                    bench.Group.SetWedged(true, random.Next(2) == 0);
                    break;
                case 1 or 2:
                    bench.Group.SetWedged(false, random.Next(2) == 0);
                    break;
                case 3:
                    bench.Channel.Disconnect();
                    bench.Group.RestartNode();
                    bench.Channel.Connect();
                    break;
                default:
                    break;
            }
        }
    }
}
