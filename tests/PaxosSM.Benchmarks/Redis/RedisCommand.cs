using System.CommandLine;

namespace PaxosSM.Benchmarks;

/// <summary>RedisKv beside stock Redis, as redis-benchmark sees them.</summary>
internal static class RedisCommand
{
    public static Command Make()
    {
        Option<int> requests = new("--requests")
        {
            Description = "Requests of one turn.",
            DefaultValueFactory = _ => 1_000_000,
        };
        Option<int> rounds = new("--rounds") { Description = "Turns each.", DefaultValueFactory = _ => 3 };
        var data = DiskFolder.Option();
        Command redis = new(
            "redis", "Three durable replicas of RedisKv beside stock Redis with a replica: SET and GET, 16 deep.")
        {
            requests, rounds, data,
        };
        redis.SetAction(async (parsed, cancel) =>
        {
            RedisSideBySide comparison = new(parsed.GetValue(requests), parsed.GetValue(rounds));
            await comparison.RunAsync(parsed.GetRequiredValue(data), Console.Out, cancel);
            await Console.Out.WriteLineAsync(comparison.Table());
        });
        return redis;
    }
}
