using PaxosSM.Examples;
using PaxosSM.Hosting;

// With a folder, the ledgers stay there: run it again, or kill it in between, and no booking is lost or there twice.
var folder = args.Length > 0 ? args[0] : null;
var count = args.Length > 1 ? int.Parse(args[1]) : 3;
await using var cluster = await PaxosCluster.StartEmbeddedAsync(
    data => new Ledger(data), replicas: 3, new() { Data = folder });
await using var ledger = Ledger.Connect(cluster.CreateClient());

var run = Guid.NewGuid();
for (var number = 0; number < count; number++)
{
    var reference = $"{run:n}/{number}";
    var balance = await ledger.ExecuteAsync(new Book("ann", Amount: 5, reference));
    Console.WriteLine($"booked {reference}: {balance}");
}

Console.WriteLine($"ann has {await ledger.QueryAsync(new Balance("ann"))}");
