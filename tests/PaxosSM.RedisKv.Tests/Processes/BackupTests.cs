namespace PaxosSM.RedisKv.Tests.Processes;

/// <summary>A cluster of processes is backed up by the administrator's command, lost, and restored elsewhere
/// (R33).</summary>
[Collection("processes")]
public sealed class BackupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rediskv-backup-").FullName;

    private string Backup => Path.Combine(_folder, "backup");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Keys_come_back_on_new_machines_and_a_restart_needs_the_backup_no_more()
    {
        using (var lost = new RedisCluster(["a", "b", "c"]))
        {
            lost.StartAll();
            using var client = lost.Connect("a");
            for (var number = 0; number < 200; number++)
            {
                Assert.Equal((long)number + 1, client.Call("INCR", "count"));
            }

            var (code, text) = lost.Admin("backup", "--to", Backup);
            Assert.True(code == 0, text);
            Assert.Contains("of 'test'", text, StringComparison.Ordinal);
            Assert.Equal(201L, client.Call("INCR", "count"));
        }

        using var restored = new RedisCluster(["x", "y"], options: new { restore = Backup });
        restored.StartAll();
        using (var client = restored.Connect("y"))
        {
            Assert.Equal(201L, client.Call("INCR", "count"));
        }

        File.Delete(Backup);
        restored.Kill("x");
        restored.Kill("y");
        restored.StartAll();
        using (var client = restored.Connect("x"))
        {
            Assert.Equal("201", client.Call("GET", "count"));
        }
    }
}
