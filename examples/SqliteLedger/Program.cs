using PaxosSM;
using PaxosSM.Examples;
using PaxosSM.Hosting;

// With a folder, ledgers and bank stay there: run it again, or kill it in between, and no booking and no notice is lost
// or there twice.
var folder = args.Length > 0 ? args[0] : null;
var count = args.Length > 1 ? int.Parse(args[1]) : 3;
var confirmAfter = TimeSpan.FromMilliseconds(args.Length > 2 ? int.Parse(args[2]) : 0);

if (folder is not null)
{
    _ = Directory.CreateDirectory(folder);
}

// The bank stands for something else, far away: all that it shares with the ledgers is what is delivered to it.
using Bank bank = new(folder is null ? ":memory:" : Path.Combine(folder, "bank.db"), confirmAfter);
await using var cluster = await PaxosCluster.StartEmbeddedAsync(
    data => new Ledger(data), replicas: 3, new() { Data = folder, OutboxHandler = bank });
var client = cluster.CreateClient();
await using var ledger = Ledger.Connect(client);

var run = Guid.NewGuid();
for (var number = 0; number < count; number++)
{
    var reference = $"{run:n}/{number}";
    var booked = await ledger.ExecuteAsync(new Book("ann", Amount: number % 3 == 2 ? 1000 : 5, reference));
    Console.WriteLine($"booked {reference}: {booked.Balance}{booked.Refusal}");
}

Console.WriteLine($"ann has {await ledger.QueryAsync(new Balance("ann"))}");

OutboxClient outbox = new(client);
for (var polls = 0; (await outbox.DestinationsAsync(1)).Count > 0 && polls < 600; polls++)
{
    await Task.Delay(TimeSpan.FromMilliseconds(50)); // the bank has not confirmed all of it
}
