using System.Buffers;
using System.Collections.Immutable;
using PaxosSM.Runtime.Groups;

namespace PaxosSM.Hosting.Tests;

/// <summary>The catalog of groups as a machine: what it holds of groups that were restored.</summary>
public sealed class GroupCatalogTests
{
    private static readonly Configuration Founders = new(
        Epoch.First, [new(new(0), "a", "127.0.0.1:1", MemberRoles.All, StorageId.None)]);

    private static readonly GroupRestoration Restores = new(
        new(1, 2, 3, new byte[8]), new(2000), new(4), new(90), new(7));

    private ImmutableSortedDictionary<string, GroupInfo> _groups =
        ImmutableSortedDictionary<string, GroupInfo>.Empty;

    [Fact]
    public async Task What_groups_go_on_from_is_in_the_command_and_in_the_snapshot()
    {
        GroupCatalog catalog = new(groups => _groups = groups);
        Apply(catalog, GroupCatalog.Create("empty", "sum", Founders));
        Apply(catalog, GroupCatalog.Create("restored", "sum", Founders, Restores));
        Apply(catalog, GroupCatalog.Create("later", "sum", Founders, Restores with { Group = new(3) }));
        var told = _groups;
        using MemoryStream snapshot = new();
        using (var writer = catalog.BeginSnapshot())
        {
            await writer.WriteAsync(snapshot, CancellationToken.None);
        }

        snapshot.Position = 0;
        _groups = _groups.Clear();
        await new GroupCatalog(groups => _groups = groups).RestoreAsync(snapshot, CancellationToken.None);

        foreach (var groups in (ImmutableSortedDictionary<string, GroupInfo>[])[told, _groups])
        {
            Assert.Null(groups["empty"].Restores);
            Assert.Equal(Epoch.First, groups["empty"].Start.Epoch);
            var restored = groups["restored"];
            Assert.Equal((new GroupId(2001), "sum", Restores), (restored.Id, restored.Kind, restored.Restores));
            Assert.Equal(new GroupId(2002), groups["later"].Id);
            Assert.Equal((new Epoch(5), new Slot(90)), (restored.Start.Epoch, restored.Start.Base));
            Assert.Equal("a", Assert.Single(restored.Start.Configuration.Members).Name);
        }

        Assert.Equal(told["restored"].Start.Digest, _groups["restored"].Start.Digest);
    }

    [Fact]
    public void No_two_groups_and_no_group_of_two_forks_begin_alike()
    {
        uint[] digests =
        [
            Restores.StartOf(new(1024), Founders).Digest,
            Restores.StartOf(new(1025), Founders).Digest,
            (Restores with { Fork = new(8) }).StartOf(new(1024), Founders).Digest,
            (Restores with { Backup = new(1, 2, 4, new byte[8]) }).StartOf(new(1024), Founders).Digest,
        ];

        Assert.Equal(4, digests.Distinct().Count());
    }

    private static void Apply(GroupCatalog catalog, byte[] command)
    {
        CommandContext context = default;
        catalog.Apply(in context, new ReadOnlySequence<byte>(command), new ArrayBufferWriter<byte>());
    }
}
