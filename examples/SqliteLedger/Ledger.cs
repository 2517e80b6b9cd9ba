using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;

namespace PaxosSM.Examples;

/// <summary>Books an amount to an account; the reference is the caller's.</summary>
internal sealed record Book(string Account, long Amount, string Reference);

/// <summary>What became of a booking: the account's balance, or why there is none.</summary>
internal sealed record Booked(long Balance, string Refusal);

/// <summary>Asks for an account's balance.</summary>
internal sealed record Balance(string Account);

/// <summary>One row of the ledger.</summary>
internal sealed record Entry(long Number, string Account, long Amount, string Reference);

/// <summary>A large booking that the bank is to hear of.</summary>
internal sealed record Notice(byte[] Token, string Reference);

/// <summary>A whole ledger.</summary>
internal sealed record Books(List<Entry> Entries, List<Notice> Notices);

/// <summary>A ledger in a SQLite database, replicated: each booking is in each replica's database once.</summary>
/// <remarks>One transaction holds the bookings, the notices of large ones, what is applied, and the sessions. It is
/// open from one commit to the next; what a crash cuts off is booked again from the log. The table of notices is an
/// outbox: the node that leads takes them to the bank.</remarks>
internal sealed class Ledger
    : StateMachine<Book, Booked, Balance, long>, IStoredStateMachine, IOutboxStateMachine, IDisposable
{
    private const int NoticesMax = 100_000;
    private const string Schema = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        CREATE TABLE IF NOT EXISTS entries (
            number INTEGER PRIMARY KEY, account TEXT NOT NULL, amount INTEGER NOT NULL, reference TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS by_account ON entries (account);
        CREATE TABLE IF NOT EXISTS notices (token BLOB PRIMARY KEY, reference TEXT NOT NULL) WITHOUT ROWID;
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

    /// <summary>Who gets notices.</summary>
    public const string Bank = "bank";

    /// <summary>The least amount that the bank hears of.</summary>
    public const long NoticeFrom = 1000;

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

    public IReadOnlyList<string> OutboxDestinations(int destinationsMax, string after) =>
        CountNotices(1) > 0 ? [Bank] : [];

    public IReadOnlyList<OutboxEntry> ReadOutbox(string destination, int entriesMax, long bytesMax)
    {
        List<OutboxEntry> read = [];
        foreach (var notice in Notices(destination == Bank ? entriesMax : 0))
        {
            var payload = Encoding.UTF8.GetBytes(notice.Reference);
            bytesMax -= payload.Length;
            if (bytesMax < 0 && read.Count > 0)
            {
                break;
            }

            read.Add(new(OutboxToken.Read(notice.Token), Bank, payload));
        }

        return read;
    }

    // Tokens order as their bytes do.
    public void Acknowledge(in CommandContext context, string destination, in OutboxToken through)
    {
        if (destination == Bank)
        {
            _ = Run("DELETE FROM notices WHERE token <= $1", through.ToBytes());
        }
    }

    protected override Booked Apply(in CommandContext context, Book command)
    {
        var isLarge = command.Amount >= NoticeFrom;
        if (isLarge && CountNotices(NoticesMax) == NoticesMax)
        {
            return new(BalanceOf(command.Account), "the bank does not take its notices; try again later");
        }

        if (isLarge)
        {
            var token = OutboxToken.Of(in context, number: 0).ToBytes();
            _ = Run("INSERT INTO notices VALUES ($1, $2)", token, command.Reference);
        }

        _ = Run(
            "INSERT INTO entries (account, amount, reference) VALUES ($1, $2, $3)",
            command.Account,
            command.Amount,
            command.Reference);
        return new(BalanceOf(command.Account), string.Empty);
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

        Serializer.Write(snapshot, new Books(entries, Notices(NoticesMax)));
    }

    protected override void Load(ReadOnlySequence<byte> snapshot)
    {
        _ = Run("DELETE FROM entries");
        _ = Run("DELETE FROM notices");
        var (entries, notices) = Read<Books>(snapshot);
        foreach (var notice in notices)
        {
            _ = Run("INSERT INTO notices VALUES ($1, $2)", notice.Token, notice.Reference);
        }

        foreach (var entry in entries)
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

    private long CountNotices(int most)
    {
        using var command = Command("SELECT COUNT(*) FROM (SELECT 1 FROM notices LIMIT $1)", most);
        return (long)command.ExecuteScalar()!; // a count has a row, always
    }

    private List<Notice> Notices(int most)
    {
        List<Notice> notices = [];
        using var command = Command("SELECT token, reference FROM notices ORDER BY token LIMIT $1", most);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            notices.Add(new((byte[])rows[0], rows.GetString(1)));
        }

        return notices;
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
