namespace PaxosSM.RedisKv.Tests;

public sealed class CommandTests
{
    private const string WrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value";
    private const string NotInteger = "-ERR value is not an integer or out of range";

    private readonly MachineUnderTest _machine = new();

    [Theory]
    [InlineData("set k v|get k", "$1 v")]
    [InlineData("get k", "$-1")]
    [InlineData("set k v nx", "+OK")]
    [InlineData("set k v xx", "$-1")]
    [InlineData("set k v|set k w nx|get k", "$1 v")]
    [InlineData("set k v|set k w xx get", "$1 v")]
    [InlineData("set k w get", "$-1")]
    [InlineData("set k v nx xx", "-ERR syntax error")]
    [InlineData("set k v ex", "-ERR syntax error")]
    [InlineData("set k v ex 0", "-ERR invalid expire time in 'set' command")]
    [InlineData("set k v ex x", NotInteger)]
    [InlineData("set k v ex 9223372036854775807", "-ERR invalid expire time in 'set' command")]
    [InlineData("set k v ex 10 px 10", "-ERR syntax error")]
    [InlineData("set k v ex 10 keepttl", "-ERR syntax error")]
    [InlineData("set k v ex 10|set k w keepttl|ttl k", ":10")]
    [InlineData("set k v ex 10|set k w|ttl k", ":-1")]
    [InlineData("set k v pxat 1000500|pttl k", ":500")]
    [InlineData("set k v exat 1001|ttl k", ":1")]
    [InlineData("set k v|set k w exat 1|get k", "$-1")]
    [InlineData("lpush k v|set k w get", WrongType)]
    [InlineData("lpush k v|set k w|get k", "$1 w")]
    [InlineData("setnx k v|setnx k w", ":0")]
    [InlineData("setex k 5 v|ttl k", ":5")]
    [InlineData("psetex k 0 v", "-ERR invalid expire time in 'psetex' command")]
    [InlineData("set k v|getset k w", "$1 v")]
    [InlineData("set k v|getdel k|exists k", ":0")]
    [InlineData("append k ab|append k cd|get k", "$4 abcd")]
    [InlineData("set k abc|strlen k", ":3")]
    [InlineData("strlen k", ":0")]
    [InlineData("mset a 1 b 2|mget a b c", "*3 $1 1 $1 2 $-1")]
    [InlineData("mset a 1 b", "-ERR wrong number of arguments for 'mset' command")]
    [InlineData("set a 1|msetnx a 2 b 2", ":0")]
    [InlineData("lpush l v|mget l", "*1 $-1")]
    [InlineData("get", "-ERR wrong number of arguments for 'get' command")]
    [InlineData("GeT k", "$-1")]
    public void Strings_answer_as_Redis_does(string script, string reply) => Assert.Equal(reply, Run(script));

    [Theory]
    [InlineData("incr k|incr k", ":2")]
    [InlineData("decr k", ":-1")]
    [InlineData("incrby k 5|decrby k 7", ":-2")]
    [InlineData("incrby k 1.5", NotInteger)]
    [InlineData("incrby k 01", NotInteger)]
    [InlineData("set k x|incr k", NotInteger)]
    [InlineData("set k 9223372036854775807|incr k", "-ERR increment or decrement would overflow")]
    [InlineData("set k -9223372036854775808|decr k", "-ERR increment or decrement would overflow")]
    [InlineData("decrby k -9223372036854775808", "-ERR decrement would overflow")]
    [InlineData("set k 9223372036854775808|incr k", NotInteger)]
    [InlineData("lpush k v|incr k", WrongType)]
    [InlineData("set k 1 ex 10|incr k|ttl k", ":10")]
    public void Counters_answer_as_Redis_does(string script, string reply) => Assert.Equal(reply, Run(script));

    [Theory]
    [InlineData("mset a 1 b 2|del a b c", ":2")]
    [InlineData("set a 1|unlink a|dbsize", ":0")]
    [InlineData("set a 1|exists a a b", ":2")]
    [InlineData("type a", "+none")]
    [InlineData("set a 1|type a", "+string")]
    [InlineData("hset a f 1|type a", "+hash")]
    [InlineData("sadd a f|type a", "+set")]
    [InlineData("rpush a f|type a", "+list")]
    [InlineData("mset a 1 b 2|flushall|dbsize", ":0")]
    [InlineData("flushdb now", "-ERR syntax error")]
    [InlineData("set abc 1|set xbc 1|keys a*", "*1 $3 abc")]
    [InlineData("set abc 1|keys [^x]?[a-c]", "*1 $3 abc")]
    [InlineData("set a 1|scan 0 count 100", "*2 $1 0 *1 $1 a")]
    [InlineData("set a 1|lpush l 1|scan 0 type list", "*2 $1 0 *1 $1 l")]
    [InlineData("set a 1|scan 0 match b*", "*2 $1 0 *0")]
    [InlineData("scan x", "-ERR invalid cursor")]
    [InlineData("scan 0 count 0", "-ERR syntax error")]
    [InlineData("scan 0 count", "-ERR syntax error")]
    [InlineData("scan 18446744073709551615", "*2 $1 0 *0")]
    public void Keys_answer_as_Redis_does(string script, string reply) => Assert.Equal(reply, Run(script));

    [Theory]
    [InlineData("expire k 10", ":0")]
    [InlineData("set k v|expire k 10|ttl k", ":10")]
    [InlineData("set k v|pexpire k 1500|pttl k", ":1500")]
    [InlineData("set k v|pexpire k 1500|ttl k", ":2")]
    [InlineData("set k v|expireat k 2000|ttl k", ":1000")]
    [InlineData("set k v|pexpireat k 1000001|pttl k", ":1")]
    [InlineData("set k v|expire k 10|expiretime k", ":1010")]
    [InlineData("set k v|pexpire k 10|pexpiretime k", ":1000010")]
    [InlineData("set k v|expire k -1|exists k", ":0")]
    [InlineData("set k v|expire k 10|persist k|ttl k", ":-1")]
    [InlineData("set k v|persist k", ":0")]
    [InlineData("ttl k", ":-2")]
    [InlineData("set k v|expire k x", NotInteger)]
    [InlineData("set k v|expire k 9223372036854775807", "-ERR invalid expire time in 'expire' command")]
    [InlineData("set k v|expire k 10 xx", ":0")]
    [InlineData("set k v ex 5|expire k 10 nx", ":0")]
    [InlineData("set k v ex 5|expire k 10 gt", ":1")]
    [InlineData("set k v|expire k 10 gt", ":0")]
    [InlineData("set k v|expire k 10 lt", ":1")]
    [InlineData("set k v|expire k 10 gt lt", "-ERR GT and LT options at the same time are not compatible")]
    [InlineData("set k v|expire k 10 nx gt", "-ERR NX and XX, GT or LT options at the same time are not compatible")]
    [InlineData("set k v|expire k 10 zz", "-ERR Unsupported option zz")]
    public void Expiry_answers_as_Redis_does(string script, string reply) => Assert.Equal(reply, Run(script));

    [Theory]
    [InlineData("hset h a 1 b 2|hset h a 3 c 4", ":1")]
    [InlineData("hset h a 1 b", "-ERR wrong number of arguments for 'hset' command")]
    [InlineData("hmset h a 1|hget h a", "$1 1")]
    [InlineData("hsetnx h a 1|hsetnx h a 2", ":0")]
    [InlineData("hget h a", "$-1")]
    [InlineData("hset h a 1|hmget h a b", "*2 $1 1 $-1")]
    [InlineData("hset h a 1|hdel h a b|exists h", ":0")]
    [InlineData("hset h a 1|hexists h a", ":1")]
    [InlineData("hset h a 1 b 2|hlen h", ":2")]
    [InlineData("hset h a 1|hgetall h", "*2 $1 a $1 1")]
    [InlineData("hset h a 1|hkeys h", "*1 $1 a")]
    [InlineData("hset h a 1|hvals h", "*1 $1 1")]
    [InlineData("hgetall h", "*0")]
    [InlineData("set h v|hset h a 1", WrongType)]
    [InlineData("set h v|hgetall h", WrongType)]
    public void Hashes_answer_as_Redis_does(string script, string reply) => Assert.Equal(reply, Run(script));

    [Theory]
    [InlineData("lpush l a b c|lrange l 0 -1", "*3 $1 c $1 b $1 a")]
    [InlineData("rpush l a b c|lrange l -2 5", "*2 $1 b $1 c")]
    [InlineData("rpush l a b c|lrange l 2 1", "*0")]
    [InlineData("lrange l 0 x", NotInteger)]
    [InlineData("rpush l a b|lpop l|llen l", ":1")]
    [InlineData("rpush l a b|rpop l 5", "*2 $1 b $1 a")]
    [InlineData("rpush l a b|rpop l 5|exists l", ":0")]
    [InlineData("rpush l a|lpop l 0", "*0")]
    [InlineData("lpop l", "$-1")]
    [InlineData("lpop l 1", "*-1")]
    [InlineData("lpop l -1", "-ERR value is out of range, must be positive")]
    [InlineData("lpop l 1 1", "-ERR wrong number of arguments for 'lpop' command")]
    [InlineData("rpush l a b|lindex l -1", "$1 b")]
    [InlineData("rpush l a b|lindex l 2", "$-1")]
    [InlineData("set l v|lpush l a", WrongType)]
    [InlineData("set l v|llen l", WrongType)]
    public void Lists_answer_as_Redis_does(string script, string reply) => Assert.Equal(reply, Run(script));

    [Theory]
    [InlineData("sadd s a b a", ":2")]
    [InlineData("sadd s a|smembers s", "*1 $1 a")]
    [InlineData("sadd s a|srem s a b|exists s", ":0")]
    [InlineData("sadd s a|sismember s a", ":1")]
    [InlineData("sismember s a", ":0")]
    [InlineData("sadd s a b|scard s", ":2")]
    [InlineData("sadd s a|spop s", "$1 a")]
    [InlineData("sadd s a b|spop s 9|exists s", ":0")]
    [InlineData("spop s", "$-1")]
    [InlineData("spop s 2", "*0")]
    [InlineData("set s v|sadd s a", WrongType)]
    [InlineData("set s v|smembers s", WrongType)]
    public void Sets_answer_as_Redis_does(string script, string reply) => Assert.Equal(reply, Run(script));

    [Fact]
    public void A_transaction_is_one_command_and_one_array()
    {
        var payload = MachineUnderTest.EncodeAll(
            Commands.CommandPayload.Transaction,
            ["set", "k", "1"], ["incr", "k"], ["lpush", "k", "x"], ["ping"], ["get", "k"]);
        Assert.Equal($"*5 +OK :2 {WrongType} +PONG $1 2", _machine.Apply(payload));
    }

    [Fact]
    public void A_batch_answers_each_command()
    {
        var payload = MachineUnderTest.EncodeAll(Commands.CommandPayload.Batch, ["set", "k", "1"], ["incr", "k"]);
        Assert.Equal("+OK :2", _machine.Apply(payload));
    }

    [Fact]
    public void A_query_never_writes()
    {
        Assert.StartsWith("-ERR a command that writes", _machine.Ask("set k v"), StringComparison.Ordinal);
        Assert.Equal(0, _machine.Machine.KeyCount);
    }

    [Fact]
    public void Hostile_payloads_are_answered_and_never_thrown_upon()
    {
        var random = new Random(7);
        for (var round = 0; round < 20_000; round++)
        {
            var payload = new byte[random.Next(40)];
            random.NextBytes(payload);
            if (payload.Length > 3)
            {
                payload[0] = (byte)random.Next(3);
                payload[1] = (byte)random.Next(4);
                payload[2] = (byte)random.Next(4);
            }

            Assert.NotEmpty(_machine.Apply(payload));
        }
    }

    [Fact]
    public void A_scan_meets_every_key_once_while_the_table_grows()
    {
        for (var key = 0; key < 1000; key++)
        {
            _machine.Do($"set key{key} v");
        }

        var met = new List<string>();
        var cursor = "0";
        do
        {
            var words = _machine.Ask($"scan {cursor} count 7").Split(' ');
            cursor = words[2];
            met.AddRange(words.Where(word => word.StartsWith("key", StringComparison.Ordinal)));
            _machine.Do($"set other{met.Count} v");
        }
        while (cursor != "0");
        Assert.Equal(1000, met.Count);
        Assert.Equal(1000, met.Distinct().Count());
    }

    // The list matters: Last alone would run only the last line.
    private string Run(string script) => script.Split('|').Select(_machine.Do).ToList()[^1];
}
