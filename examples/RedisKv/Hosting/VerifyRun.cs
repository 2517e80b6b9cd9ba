using PaxosSM.Storage;

namespace PaxosSM.RedisKv.Hosting;

/// <summary>Reads every byte of a backup, and prints what it is.</summary>
internal static class VerifyRun
{
    /// <summary>Runs it.</summary>
    /// <returns>0 when the backup is intact, 1 when it is not.</returns>
    public static async Task<int> RunAsync(string file)
    {
        try
        {
            var info = await BackupFile.VerifyAsync(file).ConfigureAwait(false);
            await Console.Out.WriteLineAsync(info.ToString()).ConfigureAwait(false);
            return 0;
        }
        catch (Exception failed) when (failed is IOException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync(failed.Message).ConfigureAwait(false);
            return 1;
        }
    }
}
