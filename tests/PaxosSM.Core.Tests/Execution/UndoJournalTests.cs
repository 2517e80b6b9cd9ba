namespace PaxosSM.Core.Tests.Execution;

/// <summary>The journal that machines take back with (R18).</summary>
public sealed class UndoJournalTests
{
    private readonly UndoJournal _journal = new();
    private int _count;

    [Fact]
    public void Nothing_is_noted_while_no_slot_is_open()
    {
        Add(1);
        Assert.False(_journal.IsOpen);
        _journal.Mark(new(5));
        _journal.Rollback();
        Assert.Equal(1, _count);
    }

    [Fact]
    public void A_rollback_undoes_the_newest_first()
    {
        List<int> undone = [];
        _journal.Mark(new(1));
        _journal.Note(() => undone.Add(1));
        _journal.Mark(new(2));
        _journal.Note(() => undone.Add(2));
        _journal.Note(() => undone.Add(3));
        _journal.Rollback();
        Assert.Equal([3, 2, 1], undone);
        Assert.False(_journal.IsOpen);
    }

    [Fact]
    public void What_is_confirmed_stays()
    {
        _journal.Mark(new(1));
        Add(1);
        _journal.Mark(new(2));
        Add(10);
        _journal.Mark(new(3));
        Add(100);
        _journal.Confirm(new(1));
        _journal.Confirm(new(2));
        _journal.Rollback();
        Assert.Equal(11, _count);
    }

    private void Add(int number)
    {
        _journal.Note(() => _count -= number);
        _count += number;
    }
}
