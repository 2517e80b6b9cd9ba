using System.Buffers;
using Microsoft.Data.Sqlite;

namespace PaxosSM.Examples;

/// <summary>Books an amount to an account; the reference is the caller's.</summary>
internal sealed record Book(string Account, long Amount, string Reference);

/// <summary>Asks for an account's balance.</summary>
internal sealed record Balance(string Account);

/// <summary>One row of the ledger.</summary>
internal sealed record Entry(long Number, string Account, long Amount, string Reference);

/// <summary>A ledger in a SQLite database, replicated: each booking is in each replica's database once.</summary>
/// <remarks>One transaction holds the bookings, what is applied, and the sessions. It is open from one commit to the
/// next; what a crash cuts off is booked again from the log.</remarks>
internal sealed class Ledger : StateMachine<Book, long, Balance, long>, IStoredStateMachine, IDisposable
{
    private const string Schema = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        CREATE TABLE IF NOT EXISTS entries (
            number INTEGER PRIMARY KEY, account TEXT NOT NULL, amount INTEGER NOT NULL, reference TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS by_account ON entries (account);
        CREATE TABLE IF NOT EXISTS paxos (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        """;

    private readonly SqliteConnection _database;
    private SqliteTransaction _unit;

    /// <summary>Opens the ledger in a node's data folder.</summary>
    public Ledger(string folder)
    {
        var source = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, FileName), Pooling = false };
        _database = new(source.ToString());
        _database.Open();
        _ = Run(Schema);
        _unit = _database.BeginTransaction();
    }

    /// <summary>The database's name in the data folder.</summary>
    public const string FileName = "ledger.db";

    public bool CanRestore => true;

    public IReadOnlyList<StoreRecord> ReadRecords()
    {
        List<StoreRecord> records = [];
        using var command = Command("SELECT key, value FROM paxos");
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            records.Add(new((byte[])rows[0], (byte[])rows[1]));
        }

        return records;
    }

    public void Commit(in StoreUnit unit)
    {
        if (unit.ReplacesAll)
        {
            _ = Run("DELETE FROM paxos");
        }

        foreach (var record in unit.Records)
        {
            _ = record.IsDeleted
                ? Run("DELETE FROM paxos WHERE key = $1", record.Key.ToArray())
                : Run("INSERT OR REPLACE INTO paxos VALUES ($1, $2)", record.Key.ToArray(), record.Value.ToArray());
        }

        _unit.Commit();
        _unit.Dispose();
        _unit = _database.BeginTransaction();
    }

    public void Dispose()
    {
        _unit.Dispose();
        _database.Dispose();
    }

    protected override long Apply(in CommandContext context, Book command)
    {
        _ = Run(
            "INSERT INTO entries (account, amount, reference) VALUES ($1, $2, $3)",
            command.Account,
            command.Amount,
            command.Reference);
        return BalanceOf(command.Account);
    }

    protected override long Query(in QueryContext context, Balance query) => BalanceOf(query.Account);

    protected override void Save(IBufferWriter<byte> snapshot)
    {
        List<Entry> entries = [];
        using var command = Command("SELECT number, account, amount, reference FROM entries ORDER BY number");
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            entries.Add(new(rows.GetInt64(0), rows.GetString(1), rows.GetInt64(2), rows.GetString(3)));
        }

        Serializer.Write(snapshot, entries);
    }

    protected override void Load(ReadOnlySequence<byte> snapshot)
    {
        _ = Run("DELETE FROM entries");
        foreach (var entry in Read<List<Entry>>(snapshot))
        {
            _ = Run(
                "INSERT INTO entries VALUES ($1, $2, $3, $4)",
                entry.Number,
                entry.Account,
                entry.Amount,
                entry.Reference);
        }
    }

    private long BalanceOf(string account)
    {
        using var command = Command("SELECT COALESCE(SUM(amount), 0) FROM entries WHERE account = $1", account);
        return (long)command.ExecuteScalar()!; // a sum has a row, always
    }

    private int Run(string sql, params object[] values)
    {
        using var command = Command(sql, values);
        return command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params object[] values)
    {
        var command = _database.CreateCommand();
#pragma warning disable CA2100 // all statements are constants; values are parameters
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var index = 0; index < values.Length; index++)
        {
            _ = command.Parameters.AddWithValue($"${index + 1}", values[index]);
        }

        return command;
    }
}
