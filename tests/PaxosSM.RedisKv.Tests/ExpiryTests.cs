namespace PaxosSM.RedisKv.Tests;

public sealed class ExpiryTests
{
    private readonly MachineUnderTest _machine = new();

    [Fact]
    public void A_key_lives_until_the_logs_time_reaches_its_due_time()
    {
        _machine.Do("set k v px 100");
        _machine.Now += 99_999;
        Assert.Equal("$1 v", _machine.Ask("get k"));
        Assert.Equal(":1", _machine.Ask("pttl k"));
        _machine.Now++;
        Assert.Equal("$-1", _machine.Ask("get k"));
        Assert.Equal(":0", _machine.Ask("dbsize"));
        Assert.Equal("*0", _machine.Ask("keys *"));
        Assert.Equal("*2 $1 0 *0", _machine.Ask("scan 0"));
        Assert.Equal(":-2", _machine.Ask("ttl k"));
    }

    [Fact]
    public void A_query_at_a_later_time_changes_nothing()
    {
        _machine.Do("set k v px 100");
        var digest = _machine.Machine.Digest;
        _machine.Now += 1_000_000;
        _machine.Ask("get k");
        Assert.Equal(digest, _machine.Machine.Digest);
        Assert.Equal(1, _machine.Machine.KeyCount);
    }

    [Fact]
    public void A_timer_removes_keys_that_nobody_asks_for()
    {
        _machine.Do("set a v px 300");
        _machine.Do("set b v px 100");
        _machine.Do("set c v px 200");
        _machine.Now += 200_000;
        _machine.FireTimers();
        Assert.Equal(1, _machine.Machine.KeyCount);
        _machine.Now += 100_000;
        _machine.FireTimers();
        Assert.Equal(0, _machine.Machine.KeyCount);
        Assert.Equal(0UL, _machine.Machine.Digest);
        Assert.Equal(0, _machine.Timers.Count);
    }

    [Fact]
    public void Only_one_timer_is_ever_set_and_none_when_nothing_expires()
    {
        _machine.Do("set a v px 300");
        _machine.Do("set b v px 100");
        Assert.Equal(1, _machine.Timers.Count);
        _machine.Do("persist b");
        _machine.Do("del a");
        Assert.Equal(0, _machine.Timers.Count);
        _machine.Do("set a v px 300");
        _machine.Do("flushall");
        Assert.Equal(0, _machine.Timers.Count);
    }

    [Fact]
    public void A_write_finds_an_expired_key_absent_even_before_its_timer()
    {
        _machine.Do("set n 5 px 100");
        _machine.Do("lpush l a");
        _machine.Do("pexpire l 100");
        _machine.Now += 100_000;
        Assert.Equal(":1", _machine.Do("incr n"));
        Assert.Equal(":1", _machine.Do("sadd l x"));
        Assert.Equal(":-1", _machine.Ask("ttl n"));
    }
}
