using PaxosSM.Examples;
using PaxosSM.Hosting;

await using var cluster = await PaxosCluster.StartEmbeddedAsync(() => new Counter(), replicas: 3);
await using var counter = Counter.Connect(cluster.CreateClient());

Console.WriteLine($"added: {await counter.ExecuteAsync(new Add(By: 40))}");
Console.WriteLine($"added: {await counter.ExecuteAsync(new Add(By: 2))}");
Console.WriteLine($"total: {await counter.QueryAsync(new Total())}");
