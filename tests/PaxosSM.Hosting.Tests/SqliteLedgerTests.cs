using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using PaxosSM.Examples;

namespace PaxosSM.Hosting.Tests;

/// <summary>R27 on a real database and real processes: the example's ledgers in SQLite.</summary>
public sealed class SqliteLedgerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("paxossm-ledger-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Each_booking_is_in_each_ledger_once_whenever_the_process_is_killed()
    {
        // Where in its work a kill meets the process is the system's choice: right after an answer, mostly in the
        // middle of the next commits.
        List<string> booked = [];
        for (var life = 0; life < 5; life++)
        {
            using var process = Start(100_000);
            var left = 1 + (life * 17);
            while (left > 0 && await process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
            {
                if (ReferenceOf(line) is { } reference)
                {
                    booked.Add(reference);
                    left--;
                }
            }

            Assert.Equal(0, left);
            process.Kill();
            var rest = await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
            booked.AddRange(rest.Split('\n')[..^1].Select(ReferenceOf).OfType<string>());
            await process.WaitForExitAsync().WaitAsync(Patience);
        }

        using var last = Start(1);
        var output = await last.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await last.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, last.ExitCode);
        booked.AddRange(output.Split('\n').Select(ReferenceOf).OfType<string>());

        var ledgers = Ledgers().Select(References).OrderBy(each => each.Count).ToList();
        Assert.Equal(3, ledgers.Count);
        Assert.All(ledgers, ledger => Assert.Equal(ledger.Distinct(), ledger));

        // The process ended when a quorum had applied the last one; the third may lack the end.
        Assert.All(ledgers, ledger => Assert.Equal(ledgers[^1].Take(ledger.Count), ledger));
        Assert.Empty(booked.Except(ledgers[^1]));
        Assert.Contains($"ann has {Ledgers().Max(SumOf)}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_notice_is_at_the_bank_once_whenever_the_process_is_killed()
    {
        // The bank has just kept a notice, and takes a while to say so.
        const int ConfirmAfter = 100;
        int[] lives = [1, 2, 14, 1, 3];
        foreach (var noticed in lives)
        {
            using var process = Start(60, ConfirmAfter);
            var left = noticed;
            while (left > 0 && await process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
            {
                left -= line.StartsWith("the bank has ", StringComparison.Ordinal) ? 1 : 0;
            }

            Assert.Equal(0, left);
            process.Kill();
            await process.WaitForExitAsync().WaitAsync(Patience);
        }

        using var last = Start(3);
        _ = await last.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await last.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, last.ExitCode);

        var ledger = Ledgers().MaxBy(path => References(path).Count)!;
        var large = Texts(ledger, $"SELECT reference FROM entries WHERE amount >= {Ledger.NoticeFrom} ORDER BY number");
        var bank = Path.Combine(_folder, "bank.db");
        Assert.Equal(large, Texts(bank, "SELECT reference FROM received ORDER BY number"));
        Assert.NotEmpty(Texts(bank, "SELECT reference FROM repeats"));
    }

    [Fact]
    public async Task An_older_copy_of_a_ledger_is_brought_up_to_date_and_another_nodes_is_refused()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync(
            data => new Ledger(data), replicas: 3, new() { Data = _folder });
        await using (var client = Ledger.Connect(cluster.CreateClient()))
        {
            _ = await client.ExecuteAsync(new("ann", 5, "first"));
            var old = Path.Combine(_folder, "old.db");
            await cluster.StopNodeAsync(2);
            File.Copy(Path.Combine(cluster.DataOf(2), Ledger.FileName), old);
            await cluster.StartNodeAsync(2);
            _ = await client.ExecuteAsync(new("ann", 5, "second"));
            await cluster.StopNodeAsync(2);
            File.Copy(old, Path.Combine(cluster.DataOf(2), Ledger.FileName), overwrite: true);
            await cluster.StartNodeAsync(2);
            _ = await client.ExecuteAsync(new("ann", 5, "third"));
            await Eventually(() => cluster.Nodes.All(node =>
                node!.Status is { } status && status.Applied == cluster.Leader?.Status?.Applied));
        }

        await cluster.StopNodeAsync(1);
        await cluster.StopNodeAsync(2);
        Assert.Equal(
            ["first", "second", "third"], References(Path.Combine(cluster.DataOf(2), Ledger.FileName)));
        File.Copy(
            Path.Combine(cluster.DataOf(2), Ledger.FileName),
            Path.Combine(cluster.DataOf(1), Ledger.FileName),
            overwrite: true);
        await cluster.StartNodeAsync(1);
        var refused = await Assert.ThrowsAsync<InvalidDataException>(
            () => cluster.Nodes[1]!.Ready.WaitAsync(Patience));
        Assert.Contains("it belongs to cluster", refused.Message, StringComparison.Ordinal);
    }

    private static async Task Eventually(Func<bool> condition)
    {
        var since = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < Patience, "the replicas did not become equal");
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }

    private static string? ReferenceOf(string line) =>
        line.StartsWith("booked ", StringComparison.Ordinal) ? line["booked ".Length..line.IndexOf(':')] : null;

    private static List<string> References(string path) =>
        Texts(path, "SELECT reference FROM entries ORDER BY number");

    private static long SumOf(string path) =>
        long.Parse(Assert.Single(Texts(path, "SELECT SUM(amount) FROM entries")), CultureInfo.InvariantCulture);

    private static List<string> Texts(string path, string sql)
    {
        SqliteConnectionStringBuilder source = new() { DataSource = path, Pooling = false };
        using SqliteConnection database = new(source.ToString());
        database.Open();
        using var command = database.CreateCommand();
#pragma warning disable CA2100 // all statements are this test's own
        command.CommandText = sql;
#pragma warning restore CA2100
        using var rows = command.ExecuteReader();
        List<string> texts = [];
        while (rows.Read())
        {
            texts.Add(rows.GetString(0));
        }

        return texts;
    }

    private IEnumerable<string> Ledgers() =>
        Directory.EnumerateFiles(_folder, Ledger.FileName, SearchOption.AllDirectories);

    private Process Start(int count, int confirmAfter = 0)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(typeof(Ledger).Assembly.Location);
        start.ArgumentList.Add(_folder);
        start.ArgumentList.Add($"{count}");
        start.ArgumentList.Add($"{confirmAfter}");
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }
}
