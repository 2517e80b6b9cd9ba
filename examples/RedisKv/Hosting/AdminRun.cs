using PaxosSM.Client;
using PaxosSM.Hosting;
using PaxosSM.RedisKv.CommandLine;
using PaxosSM.Runtime;
using PaxosSM.Storage;

namespace PaxosSM.RedisKv.Hosting;

/// <summary>Has a command of an administrator carried out, and prints how it goes.</summary>
internal static class AdminRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs it.</summary>
    /// <returns>0 when it is done, 1 when it was refused.</returns>
    public static async Task<int> RunAsync(AdminArguments arguments)
    {
        TcpChannelOptions options = new()
        {
            Cluster = ClusterName.Digest(arguments.Cluster), Endpoints = arguments.Addresses,
        };
        if (arguments.BackupTo is { } file)
        {
            return await BackupAsync(new(options), file).ConfigureAwait(false);
        }

        AdminConnection connection = new(options);
        using CancellationTokenSource timeout = new(Patience);
        try
        {
            var result = await connection.RunAsync(
                GroupId.Default, arguments.Command, new Printing(), timeout.Token).ConfigureAwait(false);
            var done = result.State == AdminState.Done;
            await (done ? Console.Out : Console.Error).WriteLineAsync(result.Text).ConfigureAwait(false);
            return done ? 0 : 1;
        }
        catch (PaxosException unreachable)
        {
            await Console.Error.WriteLineAsync(unreachable.Message).ConfigureAwait(false);
            return 1;
        }
    }

    // As long as it takes: whoever stands still is given up by the connection.
    private static async Task<int> BackupAsync(BackupConnection connection, string file)
    {
        try
        {
            var info = await BackupFile.SaveAsync(
                file,
                (destination, token) => connection.RunAsync(GroupId.Default, destination, null, token))
                .ConfigureAwait(false);
            await Console.Out.WriteLineAsync(info.ToString()).ConfigureAwait(false);
            return 0;
        }
        catch (Exception failed) when (failed is PaxosException or IOException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync(failed.Message).ConfigureAwait(false);
            return 1;
        }
    }

    private sealed class Printing : IProgress<string>
    {
        public void Report(string value) => Console.Error.WriteLine($"waiting: {value}");
    }
}
