using System.Buffers;
using System.Text;
using PaxosSM.Execution;

namespace PaxosSM.Core.Tests.Outboxes;

/// <summary>The outbox as part of a machine's state (R27).</summary>
public sealed class OutboxTests
{
    private readonly UndoJournal _journal = new();
    private readonly Outbox _outbox;

    public OutboxTests() => _outbox = new(new() { EntriesMax = 4, BytesMax = 10, PayloadBytesMax = 6 }, _journal);

    [Fact]
    public void A_token_names_fork_group_epoch_slot_index_and_number()
    {
        var first = Add(At(7, 2), "bank");
        var second = Add(At(7, 2), "shop");
        var third = Add(At(7, 3), "bank");
        Assert.Equal(new(new(0xf0), new(5), new(3), new(7), 2, 0), first);
        Assert.Equal(first with { Number = 1 }, second);
        Assert.Equal(first with { Index = 3 }, third);
    }

    [Fact]
    public void Entries_wait_in_order_for_each_destination_until_they_are_acknowledged()
    {
        var first = Add(At(1, 0), "bank", "a");
        var second = Add(At(1, 1), "shop", "b");
        var third = Add(At(2, 0), "bank", "c");
        Assert.Equal(["bank", "shop"], _outbox.Destinations(9, ""));
        Assert.Equal(["bank"], _outbox.Destinations(1, ""));
        Assert.Equal([first, third], Tokens("bank"));
        Assert.Equal(1, _outbox.Acknowledge("bank", first));
        Assert.Equal([third], Tokens("bank"));
        Assert.Equal([second], Tokens("shop"));
        Assert.Equal(0, _outbox.Acknowledge("bank", first));
        Assert.Equal(0, _outbox.Acknowledge("nobody", third));
        Assert.Equal(1, _outbox.Acknowledge("bank", third));
        Assert.Equal(["shop"], _outbox.Destinations(9, ""));
        Assert.Equal((1, 1), (_outbox.Count, _outbox.Bytes));
    }

    [Theory]
    [InlineData("", 9, "bank shop tax ")]
    [InlineData("bank", 9, "shop tax  bank")]
    [InlineData("cafe", 9, "shop tax  bank")]
    [InlineData("cafe", 3, "shop tax ")]
    [InlineData("tax", 9, " bank shop tax")]
    [InlineData("zoo", 2, " bank")]
    public void Destinations_come_in_a_ring(string after, int destinationsMax, string expected)
    {
        Assert.Empty(_outbox.Destinations(destinationsMax, after));
        _ = Add(At(1, 0), "tax");
        _ = Add(At(1, 1), "bank");
        _ = Add(At(1, 2), "");
        _ = Add(At(1, 3), "shop");

        Assert.Equal(expected.Split(' '), _outbox.Destinations(destinationsMax, after));
    }

    [Fact]
    public void A_read_is_bounded_and_tells_one_entry_at_least()
    {
        var first = Add(At(1, 0), "bank", "12345");
        var second = Add(At(2, 0), "bank", "1");
        var third = Add(At(3, 0), "bank", "1");
        Assert.Equal([first], _outbox.Read("bank", 9, 1).Select(entry => entry.Token));
        Assert.Equal([first, second], _outbox.Read("bank", 9, 6).Select(entry => entry.Token));
        Assert.Equal([first, second], _outbox.Read("bank", 2, 99).Select(entry => entry.Token));
        Assert.Equal([first, second, third], Tokens("bank"));
    }

    [Theory]
    [InlineData("bank", "1234567", "an effect has 6 bytes at most, not 7")]
    [InlineData("bank", "12345", "the outbox is full: 1 effects of 6 bytes wait")]
    [InlineData("\ud800", "1", "whole characters")]
    public void What_has_no_room_is_refused_in_words_and_changes_nothing(
        string destination, string payload, string said)
    {
        _ = Add(At(1, 0), "bank", "123456");
        var before = Saved(_outbox);
        Assert.False(_outbox.TryAdd(At(2, 0), destination, Encoding.UTF8.GetBytes(payload), out _, out var refusal));
        Assert.Contains(said, refusal, StringComparison.Ordinal);
        Assert.Equal(before, Saved(_outbox));
        Assert.Equal(0, Add(At(2, 0), "bank").Number);
    }

    [Fact]
    public void Entries_and_names_are_bounded()
    {
        for (var slot = 1; slot <= 4; slot++)
        {
            _ = Add(At(slot, 0), "bank");
        }

        Assert.False(_outbox.TryAdd(At(5, 0), "bank", [], out _, out var full));
        Assert.Contains("4 effects", full, StringComparison.Ordinal);
        Assert.False(_outbox.TryAdd(At(5, 0), new('é', 129), [], out _, out var name));
        Assert.Contains("256 bytes at most, not 258", name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_holds_what_waits_and_equal_states_give_equal_bytes()
    {
        var first = Add(At(1, 0), "bank", "a");
        _ = Add(At(1, 0), "shop", "b");
        _ = Add(At(2, 0), "bank", "c");
        _ = _outbox.Acknowledge("bank", first);
        Outbox other = new();
        Assert.True(other.TryAdd(At(1, 0), "bank", [], out _, out _));
        other.Load(Saved(_outbox));
        Assert.Equal(Saved(_outbox), Saved(other));
        Assert.Equal((2, 2), (other.Count, other.Bytes));
        Assert.Equal(Tokens("bank"), other.Read("bank", 9, 99).Select(entry => entry.Token));
        Assert.Equal("c"u8.ToArray(), other.Read("bank", 9, 99)[0].Payload.ToArray());
        Assert.Equal(0, AddTo(other, At(3, 0), "bank", "d").Number);
    }

    [Fact]
    public void Bytes_that_are_no_outbox_are_refused_and_change_nothing()
    {
        _ = Add(At(1, 0), "bank", "abc");
        var saved = Saved(_outbox);
        for (var length = 0; length < saved.Length; length++)
        {
            _ = Assert.Throws<InvalidDataException>(() => _outbox.Load(saved.AsMemory(0, length)));
        }

        _ = Assert.Throws<InvalidDataException>(() => _outbox.Load((byte[])[.. saved, 0]));
        _ = Assert.Throws<InvalidDataException>(() => _outbox.Load((byte[])[9, .. saved[1..]]));
        Assert.Equal(saved, Saved(_outbox));
    }

    [Fact]
    public void What_was_done_ahead_of_choice_is_taken_back_without_a_trace_and_gets_the_same_tokens_again()
    {
        var first = Add(At(1, 0), "bank", "a");
        var before = Saved(_outbox);
        _journal.Mark(new(2));
        var guessed = Add(At(2, 0), "bank", "b");
        var second = Add(At(2, 0), "bank", "c");
        _ = _outbox.Acknowledge("bank", guessed);
        Assert.Equal([second], Tokens("bank"));
        _journal.Rollback();
        Assert.Equal(before, Saved(_outbox));
        Assert.Equal((1, 1), (_outbox.Count, _outbox.Bytes));
        Assert.Equal([first], Tokens("bank"));
        Assert.Equal(guessed, Add(At(2, 0), "bank", "b"));
        Assert.Equal(second, Add(At(2, 0), "bank", "c"));
    }

    [Fact]
    public void What_is_confirmed_stays()
    {
        _journal.Mark(new(1));
        var first = Add(At(1, 0), "bank");
        _journal.Mark(new(2));
        _ = Add(At(2, 0), "bank");
        _journal.Confirm(new(1));
        _journal.Rollback();
        Assert.Equal([first], Tokens("bank"));
    }

    [Fact]
    public void A_place_that_was_passed_is_a_mistake()
    {
        _ = Add(At(2, 0), "bank");
        _ = Assert.Throws<InvalidOperationException>(() => Add(At(1, 0), "bank"));
    }

    private static CommandContext At(long slot, int index) =>
        new(new(5), new(slot), index, LogTime.Zero, SessionId.None, 0, new TimerTable())
        {
            Fork = new(0xf0),
            Epoch = new(3),
        };

    private static OutboxToken AddTo(Outbox outbox, CommandContext context, string destination, string payload)
    {
        Assert.True(outbox.TryAdd(context, destination, Encoding.UTF8.GetBytes(payload), out var token, out var why));
        Assert.Empty(why);
        return token;
    }

    private static byte[] Saved(Outbox outbox)
    {
        ArrayBufferWriter<byte> saved = new();
        outbox.Save(saved);
        return saved.WrittenSpan.ToArray();
    }

    private OutboxToken Add(CommandContext context, string destination, string payload = "") =>
        AddTo(_outbox, context, destination, payload);

    private IEnumerable<OutboxToken> Tokens(string destination) =>
        _outbox.Read(destination, 9, 99).Select(entry => entry.Token);
}
