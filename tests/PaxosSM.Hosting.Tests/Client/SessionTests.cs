using System.Globalization;
using System.Runtime.InteropServices;
using PaxosSM.Runtime;

namespace PaxosSM.Hosting.Tests.Client;

public sealed class SessionTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Commands_are_applied_exactly_once_whatever_network_nodes_and_leaders_do(int seed)
    {
        await using var bench = new ClientBench(new() { Timeout = TimeSpan.FromHours(1) });
        var disturb = Disturb(bench, new(seed));
        var commands = Enumerable.Range(1, 300).Select(number => $"c{number}").ToArray();
        var results = new List<Task<CommandResult>>();
        foreach (var burst in commands.Chunk(20))
        {
            results.AddRange(burst.Select(command => bench.Execute(command)));
            await bench.Run(Task.WhenAll(results.Take(results.Count - 10)), disturb);
        }

        await bench.Run(Task.WhenAll(results), disturb);
        await Task.WhenAll(results);
        Assert.Equal(commands.Order(), bench.Journal.Order());
        for (var index = 0; index < commands.Length; index++)
        {
            var place = bench.Journal.IndexOf(commands[index]) + 1;
            Assert.Equal($"{commands[index]}@{place}", ClientBench.Text((await results[index]).Result));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Commands_of_a_stream_are_applied_once_and_in_order_whatever_happens(int seed)
    {
        await using var bench = new ClientBench(new() { Timeout = TimeSpan.FromHours(1) });
        var disturb = Disturb(bench, new(seed));
        var opening = bench.Client.OpenStreamAsync().AsTask();
        await bench.Run(opening, disturb);
        var stream = await opening;
        var commands = Enumerable.Range(1, 300).Select(number => $"c{number}").ToArray();
        var results = commands.Select(command => stream.ExecuteAsync(ClientBench.Bytes(command)).AsTask()).ToArray();
        await bench.Run(stream.FlushAsync().AsTask(), disturb);
        await bench.Run(Task.WhenAll(results), disturb);
        await Task.WhenAll(results);
        Assert.Equal(commands, bench.Journal);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(4, true)]
    [InlineData(3, false)]
    [InlineData(0, false)]
    public async Task A_result_goes_into_its_callers_memory_if_it_fits(int bytes, bool fits)
    {
        await using var bench = new ClientBench();
        var room = new byte[bytes];
        var other = bench.Execute("c1");
        var task = bench.Client.ExecuteAsync(ClientBench.Bytes("c2"), room).AsTask();
        await bench.Run(Task.WhenAll(other, task));

        var result = (await task).Result;
        Assert.Equal("c1@1", ClientBench.Text((await other).Result));
        Assert.Equal("c2@2", ClientBench.Text(result));
        Assert.Equal(fits, MemoryMarshal.TryGetArray(result, out var place) && place.Array == room);
    }

    [Fact]
    public async Task Guesses_are_told_in_order_and_end_nothing()
    {
        await using var bench = new ClientBench();
        var opening = bench.Client.OpenStreamAsync().AsTask();
        await bench.Run(opening);
        var stream = await opening;
        List<string> told = [];
        TaskCompletionSource all = new();
        var result = stream.ExecuteAsync(ClientBench.Bytes("c"), guess =>
        {
            told.Add(ClientBench.Text(guess.Result));
            if (told.Count == 3)
            {
                all.SetResult();
            }
        }).AsTask();
        foreach (var guess in new[] { "1", "2", "3" })
        {
            bench.Channel.Send(GuessOf(stream.Session, 1, guess));
        }

        // Nobody waits for that one.
        bench.Channel.Send(GuessOf(stream.Session, 2, "4"));
        bench.Channel.PumpToClient();
        await all.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["1", "2", "3"], told);
        Assert.False(result.IsCompleted);
        Assert.True(Assert.IsType<ClientSubmit>(bench.Channel.Sent[^1]).WantsTentative);
        await bench.Run(result);
        Assert.Equal("c@1", ClientBench.Text((await result).Result));
    }

    [Fact]
    public async Task A_lone_command_leaves_at_once_and_those_that_arrive_during_its_send_leave_together()
    {
        await using var bench = new ClientBench();
        await bench.Run(bench.Execute("warm"));
        await ClientBench.Settle();
        bench.Channel.Sent.Clear();
        bench.Channel.Blocked = new();
        var first = bench.Execute("1");
        Assert.Single(bench.Channel.Sent);
        Task[] rest = [bench.Execute("2"), bench.Execute("3"), bench.Execute("4")];
        Assert.Single(bench.Channel.Sent);
        var blocked = bench.Channel.Blocked;
        bench.Channel.Blocked = null;
        blocked.SetResult();
        await bench.Until(() => first.IsCompleted && rest.All(task => task.IsCompleted));
        Assert.Equal([1, 3], bench.Channel.Sent.OfType<ClientSubmit>().Select(submit => submit.Count));
    }

    [Fact]
    public async Task A_new_leader_gets_everything_unanswered_at_once()
    {
        await using var bench = new ClientBench();
        await bench.Run(bench.Execute("warm"));
        (bench.Group.LossesLeft, bench.Group.LossesEnd) = (1, "lost");
        var lost = bench.Execute("lost");
        await bench.Until(() => bench.Group.LossesLeft == 0);
        Assert.False(lost.IsCompleted);

        // No time passes: it is the news that makes the client send again.
        bench.Group.SetLeader(1);
        await bench.Until(() => lost.IsCompleted);
        Assert.Equal(["warm", "lost"], bench.Journal);
    }

    [Fact]
    public async Task What_is_lost_silently_is_sent_again_after_the_resend_interval()
    {
        await using var bench = new ClientBench();
        await bench.Run(bench.Execute("warm"));
        (bench.Group.LossesLeft, bench.Group.LossesEnd) = (1, "lost");
        var began = bench.Time.GetUtcNow();
        await bench.Run(bench.Execute("lost"));
        Assert.InRange(bench.Time.GetUtcNow() - began, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_busy_cluster_is_tried_again_after_a_pause_that_grows()
    {
        await using var bench = new ClientBench();
        await bench.Run(bench.Execute("warm"));
        await bench.Drain();
        bench.Group.BusyLeft = 5;
        var began = bench.Time.GetUtcNow();
        var result = bench.Execute("patient");
        await bench.Run(result);
        await result;
        Assert.InRange(
            bench.Time.GetUtcNow() - began, TimeSpan.FromMilliseconds(5 + 10 + 20 + 40 + 80), TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task Commands_refused_late_go_again_after_a_pause_that_grows()
    {
        var resend = TimeSpan.FromMinutes(1);
        await using var bench = new ClientBench(new() { ResendInterval = resend, Timeout = 5 * resend });
        await bench.Run(bench.Execute("warm"));
        await bench.Drain();
        bench.Group.LateBusyLeft = 3;
        var began = bench.Time.GetUtcNow();
        var result = bench.Execute("patient");
        await bench.Run(result);
        await result;
        var took = bench.Time.GetUtcNow() - began;
        Assert.InRange(took, TimeSpan.FromMilliseconds(5 + 10 + 20), resend / 2);
        Assert.Equal(["warm", "patient"], bench.Journal);
    }

    [Fact]
    public async Task A_timeout_in_front_of_a_full_queue_says_so()
    {
        await using var bench = new ClientBench();
        await bench.Run(bench.Execute("warm"));
        bench.Group.LateBusyLeft = int.MaxValue;
        var command = bench.Execute("hopeless");
        await bench.Run(command);
        var failure = await Assert.ThrowsAsync<PaxosException>(() => command);
        Assert.StartsWith(
            "busy: the leader's queue of commands is full; waited 10.0 s", failure.Message, StringComparison.Ordinal);
        Assert.InRange(bench.SentEntries().Count(), 3, 60);
    }

    [Fact]
    public async Task A_session_that_expired_fails_what_is_pending_and_later_commands_get_a_new_one()
    {
        await using var bench = new ClientBench();
        await bench.Run(bench.Execute("before"));
        bench.Group.Stamp(TimeSpan.FromHours(2));
        var caught = bench.Execute("caught");
        await bench.Run(caught);
        var failure = await Assert.ThrowsAsync<PaxosException>(() => caught);
        Assert.Equal(PaxosError.SessionExpired, failure.Error);
        Assert.True(failure.OutcomeUnknown);
        var after = bench.Execute("after");
        await bench.Run(after);
        await after;
        Assert.Equal(["before", "after"], bench.Journal);
    }

    [Fact]
    public async Task A_stream_whose_session_expired_stays_failed()
    {
        await using var bench = new ClientBench();
        var opening = bench.Client.OpenStreamAsync().AsTask();
        await bench.Run(opening);
        var stream = await opening;
        bench.Group.Stamp(TimeSpan.FromHours(2));
        var caught = stream.ExecuteAsync(ClientBench.Bytes("caught")).AsTask();
        await bench.Run(caught);
        Assert.Equal(PaxosError.SessionExpired, (await Assert.ThrowsAsync<PaxosException>(() => caught)).Error);
        var later = stream.ExecuteAsync(ClientBench.Bytes("later")).AsTask();
        Assert.Equal(PaxosError.SessionExpired, (await Assert.ThrowsAsync<PaxosException>(() => later)).Error);
        Assert.Empty(bench.Journal);
    }

    [Fact]
    public async Task A_full_window_is_told_Busy_and_nothing_is_sent()
    {
        await using var bench = new ClientBench(new() { StreamWindowMax = 2 });
        var opening = bench.Client.OpenStreamAsync().AsTask();
        await bench.Run(opening);
        var stream = await opening;
        Task[] fits = [
            stream.ExecuteAsync(ClientBench.Bytes("1")).AsTask(), stream.ExecuteAsync(ClientBench.Bytes("2")).AsTask()];
        var surplus = stream.ExecuteAsync(ClientBench.Bytes("3")).AsTask();
        Assert.Equal(PaxosError.Busy, (await Assert.ThrowsAsync<PaxosException>(() => surplus)).Error);
        await bench.Run(Task.WhenAll(fits));
        Assert.Equal(["1", "2"], bench.Journal);
    }

    [Fact]
    public async Task A_flush_completes_only_when_everything_before_it_is_applied()
    {
        await using var bench = new ClientBench();
        var opening = bench.Client.OpenStreamAsync().AsTask();
        await bench.Run(opening);
        var stream = await opening;
        Assert.True(stream.FlushAsync().AsTask().IsCompletedSuccessfully);
        var commands = Enumerable.Range(1, 50).Select(
            number => stream.ExecuteAsync(ClientBench.Bytes(number.ToString(CultureInfo.InvariantCulture))).AsTask(
                )).ToArray();
        var flush = stream.FlushAsync().AsTask();
        Assert.False(flush.IsCompleted);
        await bench.Run(flush);
        Assert.Equal(50, bench.Journal.Count);
        await bench.Until(() => commands.All(command => command.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task A_flush_waits_for_an_answer_that_was_lost_though_a_later_one_came()
    {
        await using var bench = new ClientBench();
        var opening = bench.Client.OpenStreamAsync().AsTask();
        await bench.Run(opening);
        var stream = await opening;
        bench.Channel.LosesAnswers = true;
        var first = stream.ExecuteAsync(ClientBench.Bytes("first")).AsTask();
        await bench.Until(() => bench.Journal.Count == 1);
        bench.Channel.LosesAnswers = false;
        var second = stream.ExecuteAsync(ClientBench.Bytes("second")).AsTask();
        var flush = stream.FlushAsync().AsTask();
        await bench.Until(() => second.IsCompleted);
        Assert.False(first.IsCompleted);
        Assert.False(flush.IsCompleted);
        await bench.Run(flush);
        Assert.True(first.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task An_idle_session_shows_a_sign_of_life_three_times_per_timeout()
    {
        await using var bench = new ClientBench(new() { SessionTimeout = TimeSpan.FromSeconds(30) });
        await bench.Run(bench.Execute("once"));
        bench.Channel.Sent.Clear();
        var end = bench.Time.GetUtcNow() + TimeSpan.FromSeconds(61);
        while (bench.Time.GetUtcNow() < end)
        {
            bench.Time.Advance(TimeSpan.FromMilliseconds(100));
            bench.Pump();
            await ClientBench.Settle();
        }

        var signs = bench.SentEntries().Where(entry => entry.Kind == EntryKind.KeepAlive).ToArray();
        Assert.InRange(signs.Length, 5, 7);
        Assert.All(signs, sign => Assert.Equal(1, sign.AcknowledgedThrough));
        await bench.Run(bench.Execute("twice"));
        Assert.Equal(["once", "twice"], bench.Journal);
    }

    [Fact]
    public async Task A_closed_client_fails_what_is_pending_and_everything_later()
    {
        var bench = new ClientBench();
        await bench.Run(bench.Execute("done"));
        var pending = bench.Execute("pending");
        var query = bench.Client.QueryAsync(default).AsTask();
        await bench.DisposeAsync();
        Assert.Equal(PaxosError.Stopped, (await Assert.ThrowsAsync<PaxosException>(() => pending)).Error);
        Assert.Equal(PaxosError.Stopped, (await Assert.ThrowsAsync<PaxosException>(() => query)).Error);
        Assert.Equal(
            PaxosError.Stopped, (await Assert.ThrowsAsync<PaxosException>(() => bench.Execute("later"))).Error);
        await Assert.ThrowsAsync<PaxosException>(() => bench.Client.OpenStreamAsync().AsTask());
    }

    [Fact]
    public async Task A_command_that_is_too_large_is_refused_before_it_gets_a_number()
    {
        await using var bench = new ClientBench(new() { CommandBytesMax = 4 });
        var large = bench.Execute("large");
        Assert.Equal(PaxosError.BadRequest, (await Assert.ThrowsAsync<PaxosException>(() => large)).Error);
        await bench.Run(bench.Execute("tiny"));
        Assert.Equal(["tiny"], bench.Journal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_result_that_is_too_large_fails_its_command_alone_which_was_applied(bool lost)
    {
        await using var bench = new ClientBench(gateway: new() { AnswerBytesMax = 16 });
        var opening = bench.Client.OpenStreamAsync().AsTask();
        await bench.Run(opening);
        var stream = await opening;
        var text = new string('x', 20);
        var large = stream.ExecuteAsync(ClientBench.Bytes(text)).AsTask();
        var next = stream.ExecuteAsync(ClientBench.Bytes("next")).AsTask();
        var flush = stream.FlushAsync().AsTask();

        // On a busy machine they may have gone twice by then.
        await bench.Until(() => bench.SentEntries().Any(
            entry => entry.Kind == EntryKind.Command && entry.Sequence == 2));
        if (lost)
        {
            // The answer is on its way when the connection breaks: the repeat must find the very same one.
            bench.Channel.PumpToNode();
            bench.Group.Pump();
            bench.Channel.Disconnect();
            Assert.Equal(2, bench.Journal.Count);
            bench.Channel.Connect();
        }

        await bench.Run(Task.WhenAll(next, flush));
        var failure = await Assert.ThrowsAsync<PaxosException>(() => large);
        Assert.Equal((PaxosError.ResultTooLarge, false), (failure.Error, failure.OutcomeUnknown));
        Assert.StartsWith("the command was applied in slot ", failure.Message, StringComparison.Ordinal);
        Assert.Equal("next@2", ClientBench.Text((await next).Result));
        await bench.Run(stream.ExecuteAsync(ClientBench.Bytes("last")).AsTask());
        Assert.Equal([text, "next", "last"], bench.Journal);
        Assert.Equal(2, bench.SentEntries().Last(entry => entry.Kind == EntryKind.Command).AcknowledgedThrough);
    }

    [Fact]
    public async Task An_answer_that_is_too_large_fails_its_query()
    {
        await using var bench = new ClientBench(gateway: new() { AnswerBytesMax = 16 });
        await bench.Run(Task.WhenAll(bench.Execute("a long one"), bench.Execute("another one")));
        var query = bench.Client.QueryAsync(default, ReadConsistency.Local).AsTask();
        await bench.Run(query);
        var failure = await Assert.ThrowsAsync<PaxosException>(() => query);
        Assert.Equal(PaxosError.ResultTooLarge, failure.Error);
        Assert.Equal("the answer of 22 bytes is larger than answerBytesMax (16), and is not sent", failure.Message);
    }

    /// <summary>Loses, duplicates and reorders frames and proposals, cuts connections, restarts the node, changes
    /// leaders.</summary>
    private static ClientResults GuessOf(SessionId session, long sequence, string result)
    {
        var bytes = new byte[ResultEntry.HeaderSize + result.Length];
        ResultEntry.Write(
            bytes, session, sequence, PaxosError.None, 0, new(9), ClientBench.Bytes(result).Span);
        return new(GroupId.Default, Durability.Synced, bytes, 1) { IsTentative = true };
    }

    private static Action Disturb(ClientBench bench, Random random)
    {
        bench.Channel.Chaos = new(random.Next());
        bench.Group.Chaos = new(random.Next());
        return () =>
        {
            switch (random.Next(60))
            {
                case 0:
                    bench.Group.SetLeader(null);
                    break;
                case 1 or 2:
                    bench.Group.SetLeader((ushort)random.Next(3));
                    break;
                case 3:
                    bench.Channel.Disconnect();
                    bench.Group.RestartNode();
                    bench.Channel.Connect();
                    break;
                case 4:
                    bench.Group.BusyLeft = random.Next(5);
                    break;
                default:
                    break;
            }
        };
    }
}
