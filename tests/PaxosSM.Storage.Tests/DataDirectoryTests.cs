using PaxosSM.Runtime;
using PaxosSM.Storage.Simulated;

namespace PaxosSM.Storage.Tests;

/// <summary>R13: an identity is a folder's, counted, kept twice, and never two processes'.</summary>
public sealed class DataDirectoryTests
{
    private const string Folder = "/data";
    private static readonly ClusterId Cluster = new(new("00112233-4455-6677-8899-aabbccddeeff"));
    private readonly InMemoryFileLayer _disk = new();

    [Fact]
    public void A_storage_is_made_once_and_each_life_has_its_own_incarnation_and_boot()
    {
        using var first = Open(_disk);
        var identity = first.Identity;
        Assert.Equal(1u, identity.Incarnation);
        first.SaveFork(new(77));
        first.SaveEpoch(new(3));
        _disk.Crash(powerCut: true);
        using var second = Open(_disk);
        Assert.Equal(identity.Storage, second.Identity.Storage);
        Assert.Equal(2u, second.Identity.Incarnation);
        Assert.NotEqual(identity.Boot, second.Identity.Boot);
        Assert.Equal((new ForkId(77), new Epoch(3)), (second.Identity.Fork, second.Identity.Epoch));
        using var wiped = Open(new());
        Assert.NotEqual(identity.Storage, wiped.Identity.Storage);
    }

    [Fact]
    public void No_incarnation_is_used_twice_whenever_the_process_dies()
    {
        var used = new HashSet<uint>();
        for (var calls = 0; calls < 20; calls++)
        {
            var disk = new InMemoryFileLayer();
            used.Clear();
            for (var life = 0; life < 6; life++)
            {
                disk.CallsUntilCrash = life % 2 == 0 ? calls : null;
                try
                {
                    Assert.True(used.Add(Open(disk).Identity.Incarnation));
                }
                catch (SimulatedCrashException)
                {
                }

                disk.Crash(powerCut: true, place => (place & 1) == 0, calls % 3);
            }

            Assert.NotEmpty(used);
        }
    }

    [Theory]
    [InlineData("identity.a")]
    [InlineData("identity.b")]
    [InlineData("genesis.a")]
    [InlineData("genesis.b")]
    public void One_damaged_copy_is_repaired_and_two_are_refused(string name)
    {
        StorageId storage;
        using (var directory = Open(_disk))
        {
            directory.SaveGenesis([1, 2, 3]);
            storage = directory.Identity.Storage;
        }

        for (var at = 0; at < _disk.ReadAll($"{Folder}/{name}").Length; at++)
        {
            _disk.Flip($"{Folder}/{name}", at);
            using var repaired = Open(_disk);
            Assert.Equal(storage, repaired.Identity.Storage);
            Assert.Equal([1, 2, 3], repaired.Genesis!.Value.ToArray());
        }

        _disk.Flip($"{Folder}/{name[..^1]}a", 10);
        _disk.Flip($"{Folder}/{name[..^1]}b", 12);
        var exception = Assert.Throws<DataDirectoryException>(() => Open(_disk));
        Assert.Contains("R13", exception.Message, StringComparison.Ordinal);
        Assert.Contains(Folder, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_crash_while_genesis_is_saved_leaves_the_old_record_or_the_new_one()
    {
        for (var calls = 0; calls < 10; calls++)
        {
            var disk = new InMemoryFileLayer();
            using (var directory = Open(disk))
            {
                directory.SaveGenesis([1]);
                disk.CallsUntilCrash = calls;
                try
                {
                    directory.SaveGenesis([2]);
                }
                catch (SimulatedCrashException)
                {
                }
            }

            disk.Crash(powerCut: true, place => (place & 1) == 0, calls % 2);
            using var again = Open(disk);
            Assert.Contains(again.Genesis!.Value.Span[0], new byte[] { 1, 2 });
        }
    }

    [Fact]
    public void Another_cluster_or_node_is_refused_by_name()
    {
        Open(_disk).Dispose();
        var cluster = Assert.Throws<DataDirectoryException>(
            () => DataDirectory.Open(Folder, new(Guid.NewGuid()), "other", new(0), "a", _disk));
        Assert.Contains("'demo'", cluster.Message, StringComparison.Ordinal);
        Assert.Contains("'other'", cluster.Message, StringComparison.Ordinal);
        var node = Assert.Throws<DataDirectoryException>(
            () => DataDirectory.Open(Folder, Cluster, "demo", new(1), "b", _disk));
        Assert.Contains("'a'", node.Message, StringComparison.Ordinal);
        Assert.Contains("'b'", node.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_whose_folder_is_gone_is_missed()
    {
        using (var directory = Open(_disk))
        {
            _ = directory.OpenLog(Small);
        }

        foreach (var path in _disk.Paths.Where(path => path.Contains("/log/", StringComparison.Ordinal)))
        {
            _disk.Delete(path);
        }

        using var again = Open(_disk);
        Assert.Throws<LogDamagedException>(() => again.OpenLog(Small));
    }

    [Fact]
    public void A_log_without_identity_is_no_new_folder()
    {
        using (var directory = Open(_disk))
        {
            _ = directory.OpenLog(Small);
        }

        _disk.Delete(Folder + "/identity.a");
        _disk.Delete(Folder + "/identity.b");
        Assert.Throws<DataDirectoryException>(() => Open(_disk));
    }

    [Fact]
    public void A_folder_in_use_is_refused_and_the_message_names_it_and_its_holder()
    {
        var folder = Directory.CreateTempSubdirectory("paxos-folder");
        using (Open(null, folder.FullName))
        {
            var exception = Assert.Throws<DataDirectoryException>(() => Open(null, folder.FullName));
            Assert.Contains(folder.FullName, exception.Message, StringComparison.Ordinal);
            Assert.Contains($"process {Environment.ProcessId}", exception.Message, StringComparison.Ordinal);
        }

        using (var again = Open(null, folder.FullName))
        {
            Assert.Equal(2u, again.Identity.Incarnation);
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_path_that_cannot_be_a_folder_is_refused_by_name()
    {
        var exception = Assert.Throws<DataDirectoryException>(() => Open(null, "/proc/nowhere"));
        Assert.Contains("/proc/nowhere", exception.Message, StringComparison.Ordinal);
    }

    private static LogOptions Small => new() { SegmentBytes = 16 * 1024, FirstSegmentBytes = 16 * 1024 };

    private static DataDirectory Open(InMemoryFileLayer? disk, string path = Folder) =>
        DataDirectory.Open(path, Cluster, "demo", new(0), "a", disk);
}
