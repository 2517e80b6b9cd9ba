using PaxosSM.RedisKv.Commands;

namespace PaxosSM.RedisKv.Server;

/// <summary>MULTI and its ends. The queued commands become one command of the log, so that they apply together or not
/// at all.</summary>
internal static class TransactionCommands
{
    private const CommandFlags Flags = CommandFlags.Connection | CommandFlags.Fast | CommandFlags.NotQueued;

    /// <summary>The commands.</summary>
    public static IEnumerable<CommandSpec> All { get; } =
    [
        new("multi", 1, Flags, KeyPositions.None, "Starts a transaction.") { Connection = Multi },
        new("exec", 1, Flags, KeyPositions.None, "Runs a transaction.") { Connection = Exec },
        new("discard", 1, Flags, KeyPositions.None, "Forgets a transaction.") { Connection = Discard },
        new("watch", -2, Flags, KeyPositions.All, "Refused: not supported.") { Connection = Watch },
        new("unwatch", 1, Flags, KeyPositions.None, "Does nothing: no key is watched.") { Connection = Unwatch },
    ];

    private static void Multi(in ConnectionCall call)
    {
        if (call.Client.Transaction.IsOpen)
        {
            call.Error("ERR MULTI calls can not be nested");
            return;
        }

        call.Client.Transaction.Open();
        call.Reply.Ok();
    }

    private static void Exec(in ConnectionCall call)
    {
        var transaction = call.Client.Transaction;
        if (!transaction.IsOpen)
        {
            call.Error("ERR EXEC without MULTI");
        }
        else if (transaction.IsDirty)
        {
            transaction.Clear();
            call.Error("EXECABORT Transaction discarded because of previous errors.");
        }
        else
        {
            call.Client.Ready = transaction.Close();
        }
    }

    private static void Discard(in ConnectionCall call)
    {
        if (!call.Client.Transaction.IsOpen)
        {
            call.Error("ERR DISCARD without MULTI");
            return;
        }

        call.Client.Transaction.Clear();
        call.Reply.Ok();
    }

    private static void Watch(in ConnectionCall call) => call.Error(
        call.Client.Transaction.IsOpen
            ? "ERR WATCH inside MULTI is not allowed"
            : "ERR WATCH is not supported by this server; MULTI and EXEC are");

    private static void Unwatch(in ConnectionCall call) => call.Reply.Ok();
}
