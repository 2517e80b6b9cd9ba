using FsCheck;
using FsCheck.Fluent;
using PaxosSM.RedisKv.Commands;
using PaxosSM.RedisKv.Machine;
using PaxosSM.Testing.TestKits;

namespace PaxosSM.RedisKv.Tests;

/// <summary>The machine keeps its contract, whatever clients send.</summary>
public sealed class MachineProperties
{
    private static readonly Gen<string> Keys = Gen.Elements("a", "b", "c", "d");

    private static readonly Gen<string> Values = Gen.Elements("0", "1", "-3", "7", "x", "y", "", "hello world", "9e9");

    private static readonly Gen<string> Times = Gen.Elements("-1", "0", "1", "2", "60", "100", "5000", "100000", "x");

    // K: a key, V: a value, T: a time; the rest stands for itself.
    private static readonly string[] Writes =
    [
        "set K V", "set K V EX T", "set K V PX T", "set K V NX", "set K V XX GET", "set K V KEEPTTL", "setnx K V",
        "setex K T V", "psetex K T V", "getset K V", "getdel K", "append K V", "mset K V K V", "msetnx K V K V",
        "incr K", "decr K", "incrby K V", "decrby K V", "expire K T", "expire K T NX", "expire K T GT", "pexpire K T",
        "expireat K T", "pexpireat K T", "persist K", "hset K V V", "hset K V V V V", "hsetnx K V V", "hdel K V V",
        "lpush K V V", "rpush K V", "lpop K", "rpop K 2", "lpop K T", "sadd K V V V", "srem K V", "spop K", "spop K T",
        "del K K", "unlink K", "flushall", "nonsense K", "set K",
    ];

    private static readonly string[] Reads =
    [
        "get K", "strlen K", "mget K K", "ttl K", "pttl K", "expiretime K", "hget K V", "hmget K V V", "hexists K V",
        "hlen K", "hgetall K", "hkeys K", "hvals K", "exists K K", "type K", "dbsize", "llen K", "lindex K T",
        "lrange K 0 -1", "keys *", "scan 0", "sismember K V", "scard K", "smembers K", "info",
    ];

    private static readonly Gen<string[]> OneRead = Gen.Elements(Reads).SelectMany(Fill);

    private static readonly Gen<string[]> OneCommand = Gen.Frequency(
        (6, Gen.Elements(Writes).SelectMany(Fill)), (1, OneRead));

    [Fact]
    public void The_machine_keeps_its_contract() =>
        StateMachineProperties.Check<RedisMachine>(new()
        {
            Commands = PayloadSource.Bytes(Payloads(OneCommand)),
            Queries = PayloadSource.Bytes(Payloads(OneRead)),
            Runs = 150,
        });

    [Fact]
    public void Bytes_that_are_no_command_change_nothing_and_stop_nobody() =>
        StateMachineProperties.Check<RedisMachine>(new() { UsesSecondProcess = false });

    private static Gen<byte[]> Payloads(Gen<string[]> commands) =>
        from kind in Gen.Elements(CommandPayload.Batch, CommandPayload.Batch, CommandPayload.Transaction)
        from count in Gen.Elements(1, 1, 1, 2, 3)
        from lines in commands.ArrayOf(count)
        select MachineUnderTest.EncodeAll(kind, lines);

    private static Gen<string[]> Fill(string pattern) => Gen.CollectToArray(pattern.Split(' '), word => word switch
    {
        "K" => Keys,
        "V" => Values,
        "T" => Times,
        _ => Gen.Constant(word),
    });
}
