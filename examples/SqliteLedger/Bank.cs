using System.Text;
using Microsoft.Data.Sqlite;

namespace PaxosSM.Examples;

/// <summary>A receiver of notices with a database of its own: each notice is in it once, however often it
/// comes.</summary>
/// <remarks>The notice and the mark of how far notices were taken are one transaction: that is all that a receiver has
/// to do. Repeats are counted, for the curious.</remarks>
internal sealed class Bank : IOutboxHandler, IDisposable
{
    private const string Schema = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        CREATE TABLE IF NOT EXISTS received (number INTEGER PRIMARY KEY, reference TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS repeats (number INTEGER PRIMARY KEY, reference TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS marks (
            fork TEXT NOT NULL, source TEXT NOT NULL, destination TEXT NOT NULL, token BLOB NOT NULL,
            PRIMARY KEY (fork, source, destination));
        """;

    private readonly Lock _gate = new();
    private readonly TimeSpan _confirmAfter;
    private readonly SqliteConnection _database;
    private readonly DuplicateFilter _filter;

    /// <summary>Opens the bank's database.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="confirmAfter">How long it takes to say that it has something.</param>
    public Bank(string path, TimeSpan confirmAfter)
    {
        _confirmAfter = confirmAfter;
        _database = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _database.Open();
        Run(Schema);
        _filter = new(ReadMarks());
    }

    public async ValueTask DeliverAsync(OutboxEntry entry, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Take(entry, Encoding.UTF8.GetString(entry.Payload.Span));
        }

        await Task.Delay(_confirmAfter, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _database.Dispose();

    private void Take(OutboxEntry entry, string reference)
    {
        if (!_filter.IsNew(entry))
        {
            Run("INSERT INTO repeats (reference) VALUES ($1)", reference);
            return;
        }

        var mark = DuplicateFilter.MarkOf(entry);
        var (fork, source) = ($"{mark.Last.Fork}", $"{mark.Last.Group}");
        using (var unit = _database.BeginTransaction())
        {
            Run("INSERT INTO received (reference) VALUES ($1)", reference);
            Run("INSERT OR REPLACE INTO marks VALUES ($1, $2, $3, $4)",
                fork, source, mark.Destination, mark.Last.ToBytes());
            unit.Commit();
        }

        _filter.Take(mark);
        Console.WriteLine($"the bank has {reference}");
    }

    private List<OutboxMark> ReadMarks()
    {
        List<OutboxMark> marks = [];
        using var command = _database.CreateCommand();
        command.CommandText = "SELECT destination, token FROM marks";
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            marks.Add(new(rows.GetString(0), OutboxToken.Read((byte[])rows[1])));
        }

        return marks;
    }

    private void Run(string sql, params object[] values)
    {
        using var command = _database.CreateCommand();
#pragma warning disable CA2100 // all statements are constants; values are parameters
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var index = 0; index < values.Length; index++)
        {
            _ = command.Parameters.AddWithValue($"${index + 1}", values[index]);
        }

        _ = command.ExecuteNonQuery();
    }
}
