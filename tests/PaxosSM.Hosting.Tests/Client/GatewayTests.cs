using System.Text;
using Microsoft.Extensions.Time.Testing;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Hosting.Tests.Client;

public sealed class GatewayTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeGroup _group;
    private readonly Replies _replies = new();
    private readonly IClientConnection _client;

    public GatewayTests()
    {
        _group = new(_time, new() {
            QueriesMax = 8, SessionsPerConnectionMax = 4, CommandBytesMax = 100, SubmitBytesMax = 1000 });
        _client = _group.Gateway.Connect(_replies);
        Tick(TimeSpan.FromSeconds(1));
        _replies.Frames.Clear();
    }

    [Fact]
    public void A_read_never_uses_a_bound_that_was_asked_for_before_it_arrived()
    {
        Ask(1);
        var first = Assert.Single(_group.Reads);
        Ask(2);
        Ask(3);

        // The round of the first is under way: its bound may be older than what the second has to see.
        Assert.Single(_group.Reads);
        _group.AnswerReads(Slot.Zero);
        _group.RunQueries();
        Assert.Equal([1], Answered());
        var second = Assert.Single(_group.Reads);
        Assert.NotEqual(first.Id, second.Id);
        _group.AnswerReads(Slot.Zero);
        _group.RunQueries();
        Assert.Equal([1, 2, 3], Answered());
    }

    [Fact]
    public void An_answer_of_a_round_that_was_given_up_serves_nobody()
    {
        Ask(1);
        var first = Assert.Single(_group.Reads);
        _group.Reads.Clear();
        Tick(TimeSpan.FromMilliseconds(300));
        var second = Assert.Single(_group.Reads);
        _group.Gateway.OnReadBound(new(first.Id, PaxosError.None, Slot.Zero, default));
        _group.RunQueries();
        Assert.Empty(Answered());
        _group.Gateway.OnReadBound(new(second.Id, PaxosError.None, Slot.Zero, default));
        _group.RunQueries();
        Assert.Equal([1], Answered());
    }

    [Fact]
    public void A_refused_round_is_asked_for_again_after_a_pause()
    {
        Ask(1);
        _group.AnswerReads(Slot.Zero, PaxosError.NotLeader);
        Assert.Empty(_group.Reads);
        Tick(TimeSpan.FromMilliseconds(20));
        Assert.Single(_group.Reads);
    }

    [Fact]
    public void A_read_waits_until_its_bound_is_applied()
    {
        Ask(1);
        _group.AnswerReads(new(1));
        _group.RunQueries();
        Assert.Empty(Answered());
        _group.Stamp(TimeSpan.Zero);
        _group.RunQueries();
        Assert.Equal([1], Answered());
    }

    [Fact]
    public void A_bound_at_the_stop_of_its_epoch_is_void_and_the_read_starts_over()
    {
        Ask(1);
        _group.Began = new(Slot.Zero, 5, new(new(2), []));
        _group.AnswerReads(Slot.Zero, given: Epoch.First);
        _group.RunQueries();
        Assert.Empty(Answered());
    }

    [Fact]
    public void A_lease_is_checked_after_the_query_has_run()
    {
        Ask(1, ReadConsistency.Lease);
        Assert.True(Assert.Single(_group.Reads).Lease);
        _group.AnswerReads(Slot.Zero, leaseUntil: _group.Now + TimeSpan.FromMilliseconds(100));

        // The executor sleeps until the lease is over.
        _time.Advance(TimeSpan.FromMilliseconds(100));
        _group.RunQueries();
        Assert.Empty(Answered());
        Assert.False(Assert.Single(_group.Reads).Lease);
        _group.AnswerReads(Slot.Zero);
        _group.RunQueries();
        Assert.Equal([1], Answered());
    }

    [Fact]
    public void A_lease_that_still_holds_after_the_query_answers_it()
    {
        Ask(1, ReadConsistency.Lease);
        _group.AnswerReads(Slot.Zero, leaseUntil: _group.Now + TimeSpan.FromMilliseconds(100));
        _time.Advance(TimeSpan.FromMilliseconds(99));
        _group.RunQueries();
        Assert.Equal([1], Answered());
        Assert.Equal(TimeSpan.Zero, Last().Age);
    }

    [Fact]
    public void A_read_bounded_by_age_needs_no_round_while_the_last_one_is_young()
    {
        Ask(1);
        _group.AnswerReads(Slot.Zero);
        _group.RunQueries();
        _time.Advance(TimeSpan.FromMilliseconds(400));
        Ask(2, ReadConsistency.NoOlderThan(TimeSpan.FromMilliseconds(500)));
        Assert.Empty(_group.Reads);
        _group.RunQueries();
        Assert.Equal(TimeSpan.FromMilliseconds(400), Last().Age);
        _time.Advance(TimeSpan.FromMilliseconds(101));
        Ask(3, ReadConsistency.NoOlderThan(TimeSpan.FromMilliseconds(500)));
        Assert.Single(_group.Reads);
        _group.AnswerReads(Slot.Zero);
        _group.RunQueries();
        Assert.Equal([1, 2, 3], Answered());
    }

    [Fact]
    public void A_lease_read_makes_no_state_young()
    {
        Ask(1, ReadConsistency.Lease);
        _group.AnswerReads(Slot.Zero, leaseUntil: _group.Now + TimeSpan.FromSeconds(1));
        Ask(2, ReadConsistency.NoOlderThan(TimeSpan.FromSeconds(5)));
        Assert.Single(_group.Reads);
    }

    [Fact]
    public void A_state_that_lags_behind_the_last_round_is_not_young()
    {
        Ask(1);
        _group.AnswerReads(new(7));
        Ask(2, ReadConsistency.NoOlderThan(TimeSpan.FromSeconds(5)));
        Assert.Empty(Answered());
        Tick(TimeSpan.FromMilliseconds(10));
        Assert.Single(_group.Reads);
    }

    [Fact]
    public void A_state_that_stays_too_old_is_refused_with_its_age()
    {
        Ask(1);
        _group.AnswerReads(Slot.Zero);
        _group.RunQueries();
        _time.Advance(TimeSpan.FromSeconds(2));
        Ask(2, ReadConsistency.NoOlderThan(TimeSpan.FromMilliseconds(500)), TimeSpan.FromSeconds(1));
        Tick(TimeSpan.FromSeconds(1));
        Assert.Equal(PaxosError.TooOld, Last().Error);
        Assert.StartsWith(
            "the state's age is 3.000 s, more than 0.500 s: a leads", Message(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_read_bounded_by_a_slot_waits_for_it_without_a_round()
    {
        Ask(1, ReadConsistency.After(new(2)));
        Assert.Empty(_group.Reads);
        _group.Stamp(TimeSpan.Zero);
        _group.Gateway.OnRoundEnd();
        _group.RunQueries();
        Assert.Empty(Answered());
        _group.Stamp(TimeSpan.Zero);
        _group.Gateway.OnRoundEnd();
        _group.RunQueries();
        Assert.Equal([1], Answered());
        Assert.Equal(new(2), Last().Slot);
    }

    [Fact]
    public void A_slot_that_does_not_come_in_time_is_told()
    {
        Ask(1, ReadConsistency.After(new(99)), TimeSpan.FromSeconds(1));
        Tick(TimeSpan.FromSeconds(1));
        Assert.Equal(PaxosError.Timeout, Last().Error);
        Assert.Equal("applied through s0, asked for s99: a leads since 12:01:05; waited 1.0 s", Message());
    }

    [Fact]
    public void A_local_read_asks_nobody_and_says_that_its_age_is_not_known()
    {
        Ask(1, ReadConsistency.Local);
        Assert.Empty(_group.Reads);
        _group.RunQueries();
        Assert.Equal(TimeSpan.MaxValue, Last().Age);
    }

    [Fact]
    public void A_read_without_a_bound_ends_at_its_deadline_with_the_state_of_the_group()
    {
        _group.Status = _group.StatusOf(NodeId.None, reachable: 1);
        Ask(1, timeout: TimeSpan.FromSeconds(1));
        Tick(TimeSpan.FromSeconds(1));
        Assert.Equal(PaxosError.Timeout, Last().Error);
        Assert.StartsWith("no read bound: no quorum: b unreachable since 12:01:05 (connection refused), c", Message(
            ), StringComparison.Ordinal);
    }

    [Fact]
    public void Queries_beyond_the_bound_are_told_Busy_until_others_end()
    {
        for (var id = 1; id <= 8; id++)
        {
            Ask(id, timeout: TimeSpan.FromSeconds(1));
        }

        Ask(9);
        Assert.Equal(PaxosError.Busy, Last().Error);
        Tick(TimeSpan.FromSeconds(1));
        Ask(10, ReadConsistency.Local);
        _group.RunQueries();
        Assert.Equal(10, Last().Id);
        Assert.Equal(PaxosError.None, Last().Error);
    }

    [Fact]
    public void What_the_executor_holds_keeps_its_place_after_its_deadline()
    {
        for (var id = 1; id <= 8; id++)
        {
            Ask(id, timeout: TimeSpan.FromSeconds(1));
            Tick(TimeSpan.FromMilliseconds(10));
            _group.AnswerReads(new(5));
        }

        Tick(TimeSpan.FromSeconds(1));
        Assert.Equal(
            8, _replies.Frames.OfType<ClientQueryResult>().Count(result => result.Error == PaxosError.Timeout));
        Ask(9, ReadConsistency.Local);
        Assert.Equal(PaxosError.Busy, Last().Error);
    }

    [Fact]
    public void Every_client_is_told_of_a_new_leader_unasked()
    {
        var other = new Replies();
        _group.Gateway.Connect(other);
        _group.SetLeader(2);
        foreach (var replies in new[] { _replies, other })
        {
            var status = Assert.IsType<ClientStatus>(Assert.Single(replies.Frames));
            Assert.Equal((0, "127.0.0.1:7003", "c leads since 12:01:05"), (status.Id, status.Leader, status.Text));
        }
    }

    [Fact]
    public void That_nobody_leads_is_told_once_not_for_every_command()
    {
        _group.SetLeader(null);
        _replies.Frames.Clear();
        for (var number = 0; number < 3; number++)
        {
            Submit(Open(Guid.NewGuid()));
        }

        Assert.Equal(
            "no leader: an election is under way", Assert.IsType<ClientStatus>(Assert.Single(_replies.Frames)).Text);
    }

    [Fact]
    public void A_busy_leader_refuses_each_entry()
    {
        _group.BusyLeft = 1;
        Submit(Command(1, 1), Command(1, 2));
        Assert.Equal([1L, 2L], _replies.Frames.Cast<ClientResult>().Select(result => result.Sequence));
        Assert.All(_replies.Frames.Cast<ClientResult>(), result => Assert.Equal(PaxosError.Busy, result.Error));
    }

    [Fact]
    public void A_late_refusal_is_told_to_everybody_once_a_tick()
    {
        _group.Gateway.OnRefused(PaxosError.Busy, new(0));
        _group.Gateway.OnRefused(PaxosError.Busy, new(0));
        Assert.Empty(_replies.Frames);
        Tick(TimeSpan.FromMilliseconds(10));
        var told = Assert.IsType<ClientStatus>(Assert.Single(_replies.Frames));
        Assert.Equal((ClientStatus.Busy, "the leader's queue of commands is full"), (told.Id, told.Text));
        Tick(TimeSpan.FromMilliseconds(10));
        Assert.Single(_replies.Frames);
    }

    [Fact]
    public void A_refusal_that_names_another_leader_asks_for_a_resend_but_not_again_and_again()
    {
        for (var number = 0; number < 10; number++)
        {
            _group.Gateway.OnRefused(PaxosError.NotLeader, new(1));
            Tick(TimeSpan.FromMilliseconds(10));
        }

        var told = Assert.IsType<ClientStatus>(Assert.Single(_replies.Frames));
        Assert.Equal((0L, "127.0.0.1:7001"), (told.Id, told.Leader));
    }

    [Fact]
    public void Results_of_a_round_leave_in_one_frame_to_the_connection_that_named_the_session_last()
    {
        var nonce = Guid.NewGuid();
        Submit(Open(nonce));
        _group.Pump();
        var opened = Entries(Assert.IsType<ClientResults>(Assert.Single(_replies.Frames))).Single();
        Assert.Equal(BitConverter.ToInt64(nonce.ToByteArray()), opened.Sequence);
        var session = BitConverter.ToInt64(opened.Result.Span);

        var elsewhere = new Replies();
        var moved = _group.Gateway.Connect(elsewhere);
        Submit(Command(session, 1));
        Send(moved, Command(session, 1), Command(session, 2));
        _replies.Frames.Clear();
        _group.Pump();
        Assert.Empty(_replies.Frames);
        var results = Entries(Assert.IsType<ClientResults>(Assert.Single(elsewhere.Frames))).ToArray();
        Assert.Equal([1L, 1L, 2L], results.Select(result => result.Sequence));
        Assert.Equal("x@1", Encoding.UTF8.GetString(results[0].Result.Span));

        moved.Dispose();
        Submit(Command(session, 3));
        moved.OnFrameAsync(new ClientSubmit(GroupId.Default, Command(session, 4), 1)).AsTask();
        _group.Pump();
        Assert.Equal(3, Entries(Assert.IsType<ClientResults>(Assert.Single(_replies.Frames))).Single().Sequence);
        Assert.Equal(2, _group.Machine.Journal.Count(text => text == "x") - 1);
    }

    [Fact]
    public void A_node_that_learns_nothing_sends_its_clients_elsewhere_at_once()
    {
        _group.Gateway.TurnAway("a is no learner", ["b:1"]);
        Submit(Command(1, 1));
        Ask(1);

        // A command that it took would be applied, and nobody would ever say so here.
        Assert.Equal(0, _group.Submissions);
        Assert.Equal(PaxosError.Stopped, _replies.Frames.OfType<ClientResult>().Single().Error);
        Assert.Equal((PaxosError.Stopped, "a is no learner"), (Last().Error, Message()));

        // Each refusal comes behind the word where to go.
        var away = _replies.Frames.OfType<ClientStatus>().Where(told => told.Id == ClientStatus.TurnedAway).ToArray();
        Assert.All(away, told => Assert.Equal(["b:1"], told.Addresses));
        Assert.IsType<ClientStatus>(_replies.Frames[^2]);
        _client.OnFrameAsync(new ClientStatusRequest(GroupId.Default, 7)).AsTask();
        var status = Assert.IsType<ClientStatus>(_replies.Frames[^1]);
        Assert.Equal((7, string.Empty, "a is no learner"), (status.Id, status.Leader, status.Text));
    }

    [Theory]
    [InlineData("two entries are told, one is there")]
    [InlineData("the last entry is cut")]
    [InlineData("the kind is unknown")]
    [InlineData("the number is not positive")]
    [InlineData("a command is too large")]
    [InlineData("the group is another")]
    [InlineData("the opening is none")]
    [InlineData("the submission is too large")]
    [InlineData("too many sessions are used")]
    public void A_wrong_submission_is_refused_whole(string wrong)
    {
        var good = Command(1, 1);
        var (entries, count, group) = wrong switch
        {
            "two entries are told, one is there" => (good, 2, 1ul),
            "the last entry is cut" => (Join(good, good[..^1]), 2, 1ul),
            "the kind is unknown" => (Join(good, Entry((EntryKind)77, 1, 2, [])), 2, 1ul),
            "the number is not positive" => (Join(good, Command(1, 0)), 2, 1ul),
            "a command is too large" => (Join(good, Entry(EntryKind.Command, 1, 2, new byte[101])), 2, 1ul),
            "the group is another" => (good, 1, 2ul),
            "the opening is none" => (Join(good, Entry(EntryKind.OpenSession, 0, 0, new byte[3])), 2, 1ul),
            "the submission is too large" => (Join([.. Enumerable.Repeat(good, 40)]), 40, 1ul),
            "too many sessions are used" =>
                (Join(good, Command(2, 1), Command(3, 1), Command(4, 1), Command(5, 1)), 5, 1ul),
            _ => throw new ArgumentException(wrong),
        };
        _client.OnFrameAsync(new ClientSubmit(new(group), entries, count)).AsTask();
        Assert.Equal(0, _group.Submissions);
        Assert.NotEmpty(_replies.Frames);
        Assert.All(
            _replies.Frames, frame => Assert.Equal(PaxosError.BadRequest, Assert.IsType<ClientResult>(frame).Error));
    }

    [Fact]
    public void Results_are_told_ahead_of_choice_only_to_those_who_asked_for_it()
    {
        Submit(Command(1, 1));
        _replies.Frames.Clear();
        _group.Gateway.OnTentative(new(1), 1, new(5), "early"u8);
        _group.Gateway.OnRoundEnd();
        Assert.Empty(_replies.Frames);
        _client.OnFrameAsync(
            new ClientSubmit(GroupId.Default, Command(1, 2), 1) { WantsTentative = true }).AsTask();
        _replies.Frames.Clear();
        _group.Gateway.OnTentative(new(1), 2, new(6), "early"u8);
        _group.Gateway.OnRoundEnd();
        var told = Assert.IsType<ClientResults>(Assert.Single(_replies.Frames));
        Assert.True(told.IsTentative);
        var entry = Assert.Single(Entries(told));
        Assert.Equal((2L, new Slot(6), "early"),
            (entry.Sequence, entry.Slot, Encoding.UTF8.GetString(entry.Result.Span)));
    }

    [Fact]
    public void A_stopped_gateway_says_so_to_everybody()
    {
        Ask(1);
        _group.Gateway.Stop("the host shuts down");
        Assert.Equal((PaxosError.Stopped, "the host shuts down"), (Last().Error, Message()));
        Ask(2);
        Assert.Equal(PaxosError.Stopped, Last().Error);
        Submit(Command(1, 1));
        Assert.Equal(PaxosError.Stopped, Assert.IsType<ClientResult>(_replies.Frames[^1]).Error);
    }

    [Fact]
    public void A_status_request_is_answered_in_words()
    {
        _client.OnFrameAsync(new ClientStatusRequest(GroupId.Default, 17)).AsTask();
        var status = Assert.IsType<ClientStatus>(Assert.Single(_replies.Frames));
        Assert.Equal((17, "a leads since 12:01:05"), (status.Id, status.Text));
    }

    private static byte[] Open(Guid nonce)
    {
        var payload = new byte[SessionRequest.Size];
        new SessionRequest(nonce, SessionMode.Ordered, 100, TimeSpan.FromMinutes(1)).Write(payload);
        return Entry(EntryKind.OpenSession, 0, 0, payload);
    }

    private static byte[] Command(long session, long sequence) =>
        Entry(EntryKind.Command, session, sequence, "x"u8.ToArray());

    private static byte[] Entry(EntryKind kind, long session, long sequence, byte[] payload)
    {
        var entry = new byte[CommandEntry.HeaderSize + payload.Length];
        CommandEntry.WriteHeader(entry, kind, new(session), sequence, 0, payload.Length);
        payload.CopyTo(entry, CommandEntry.HeaderSize);
        return entry;
    }

    private static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    private static IEnumerable<ResultEntry> Entries(ClientResults results)
    {
        var rest = results.Results;
        while (ResultEntry.TryRead(ref rest, out var entry))
        {
            yield return entry;
        }
    }

    private static void Send(IClientConnection connection, params byte[][] entries) =>
        connection.OnFrameAsync(new ClientSubmit(GroupId.Default, Join(entries), entries.Length)).AsTask();

    private void Submit(params byte[][] entries) => Send(_client, entries);

    private void Ask(long id, ReadConsistency consistency = default, TimeSpan? timeout = null) =>
        _client.OnFrameAsync(
            new ClientQuery(GroupId.Default, id, consistency, timeout ?? TimeSpan.FromSeconds(10), default)).AsTask();

    private void Tick(TimeSpan later)
    {
        _time.Advance(later);
        _group.Gateway.OnTick(_group.Now);
    }

    private ClientQueryResult Last() => _replies.Frames.OfType<ClientQueryResult>().Last();

    private string Message() => Encoding.UTF8.GetString(Last().Result.Span);

    private long[] Answered() =>
        [.. _replies.Frames.OfType<ClientQueryResult>().Where(result => result.Error == PaxosError.None).Select(
            result => result.Id)];

    private sealed class Replies : IClientReplies
    {
        public List<ClientFrame> Frames { get; } = [];

        public bool Send(ClientFrame frame)
        {
            Frames.Add(frame);
            return true;
        }
    }
}
