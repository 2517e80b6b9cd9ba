using PaxosSM.Messages;
using PaxosSM.Quorums;
using PaxosSM.Runtime.Genesis;

namespace PaxosSM.Core.Tests.Genesis;

/// <summary>R13's genesis, sentence by sentence.</summary>
public sealed class GenesisTests
{
    private static readonly int[] Everybody = [0, 1, 2];

    [Fact]
    public void The_exchange_follows_the_golden_trace()
    {
        var cluster = new GenesisHarness();
        cluster.Members = [.. cluster.Members.Take(2)];
        cluster.Start(0);
        cluster.Start(1);
        cluster.Settle(0, rounds: 3);

        Assert.Equal(
            """
            start a
            start b
            tick a 0
              send b Hello s1
            tick b 0
              send a Hello s2
            a->b Hello s1
            b->a Hello s2
            tick a 200
              save [s1 s2]
              send b Hello s1
            tick b 200
              save [s1 s2]
              send a Hello s2
            saved a
            saved b
            a->b Hello s1
            b->a Hello s2
            tick a 400
              send b Hello s1
              send b Confirm [s1 s2]
            tick b 400
              send a Hello s2
              send a Confirm [s1 s2]
            a->b Hello s1
            a->b Confirm [s1 s2]
              save [s1 s2] complete
            saved b
              send a Hello -
              send a Confirm [s1 s2]
              GenesisCompleted
            b->a Hello s2
            b->a Confirm [s1 s2]
              save [s1 s2] complete
            saved a
              send b Hello -
              send b Confirm [s1 s2]
              GenesisCompleted
            b->a Hello -
            b->a Confirm [s1 s2]
            a->b Hello -
            a->b Confirm [s1 s2]

            """,
            cluster.Trace);
    }

    [Fact]
    public void Everybody_completes_with_the_same_storages_and_fork()
    {
        var cluster = Complete();

        var outcomes = Everybody.Select(member => Assert.IsType<GenesisCompleted>(cluster[member].Outcome)).ToList();
        foreach (var outcome in outcomes)
        {
            var storages = outcome.Configuration.Members.Select(member => member.Storage);
            Assert.Equal(Everybody.Select(cluster.StorageOf), storages);
            Assert.Equal(outcomes[0].Fork, outcome.Fork);
            Assert.NotEqual(ForkId.None, outcome.Fork);
            Assert.Equal(Epoch.First, outcome.Configuration.Epoch);
        }
    }

    [Fact]
    public void Nobody_binds_itself_before_every_member_was_up_once()
    {
        var cluster = new GenesisHarness();
        cluster.Start(0);
        cluster.Start(1);
        cluster.Settle(0);

        Assert.All([0, 1], member => Assert.Null(cluster.DiskOf(member)));
        Assert.Equal("genesis: waiting to hear of c (every member must be up once)", cluster[0].Waiting);
    }

    [Fact]
    public void All_must_have_been_up_once_but_not_at_the_same_time()
    {
        var cluster = new GenesisHarness();
        cluster.Start(0);
        cluster.Start(2);
        cluster.Settle(0);
        cluster.Crash(2);
        cluster.Start(1);
        cluster.Settle(10_000);
        Assert.Null(cluster[0].Outcome);

        cluster.Start(2);
        cluster.Settle(20_000);

        Assert.All(Everybody, member => Assert.IsType<GenesisCompleted>(cluster[member].Outcome));
    }

    [Fact]
    public void A_confirmation_leaves_only_after_the_list_is_durable()
    {
        var cluster = new GenesisHarness();
        Array.ForEach(Everybody, member => cluster.Start(member));
        foreach (var time in Enumerable.Range(0, 10))
        {
            Array.ForEach(Everybody, member => cluster.Tick(member, time * 200));
            while (cluster.Network.Count > 0)
            {
                cluster.Deliver(0);
            }
        }

        Assert.Equal(3, cluster.Saving.Count());
        Assert.DoesNotContain("Confirm", cluster.Trace, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_restarted_after_completion_needs_nobody()
    {
        var cluster = Complete();
        cluster.Crash(0);
        cluster.Start(0);

        Assert.IsType<GenesisCompleted>(cluster[0].Outcome);
    }

    [Fact]
    public void A_straggler_completes_by_the_word_of_one_that_completed()
    {
        var cluster = Complete();
        cluster.Crash(0);
        cluster.Crash(1);
        var record = cluster.DiskOf(2)!;
        var straggler = new GenesisProtocol(
            new(new(0), cluster.StorageOf(0), cluster.Members, Durability.Synced), record with { Complete = false });
        var effects = new GenesisEffects();

        straggler.On(new(2), new GenesisHello(StorageId.None, record.MembersDigest), effects);
        straggler.On(new(2), new GenesisConfirm(record.Storages), effects);
        straggler.OnSaved(effects);

        Assert.IsType<GenesisCompleted>(straggler.Outcome);
    }

    [Fact]
    public void A_member_with_an_emptied_folder_names_its_old_storage_and_only_learns()
    {
        var cluster = Complete();
        var old = cluster.StorageOf(1);
        cluster.Wipe(1);
        cluster.Start(1);
        cluster.Settle(10_000);

        var verdict = Assert.IsType<StorageReplaced>(cluster[1].Outcome);
        Assert.Equal(old, verdict.OldStorage);
        Assert.Contains(old.ToString(), verdict.Why, StringComparison.Ordinal);
        Assert.Equal(old, verdict.Configuration.Find(new(1))!.Storage);
        var sinceWiped = cluster.Trace[cluster.Trace.IndexOf("wipe b", StringComparison.Ordinal)..];
        Assert.DoesNotContain("b->a Confirm", sinceWiped, StringComparison.Ordinal);
    }

    [Fact]
    public void The_verdict_on_an_emptied_folder_outlives_a_restart_without_the_others()
    {
        var cluster = Complete();
        cluster.Wipe(1);
        cluster.Start(1);
        cluster.Settle(10_000);
        Array.ForEach(Everybody, cluster.Crash);
        cluster.Start(1);

        Assert.IsType<StorageReplaced>(cluster[1].Outcome);
    }

    [Fact]
    public void A_folder_put_back_to_before_genesis_does_not_vote()
    {
        var cluster = Complete();
        cluster.Crash(1);
        cluster.ForgetDisk(1);
        cluster.Start(1);
        cluster.Settle(10_000);

        var verdict = Assert.IsType<StorageReplaced>(cluster[1].Outcome);
        Assert.Equal(cluster.StorageOf(1), verdict.OldStorage);
        Assert.Null(cluster.DiskOf(1));
    }

    [Fact]
    public void A_storage_lost_before_genesis_completed_is_told()
    {
        var cluster = new GenesisHarness();
        Array.ForEach(Everybody, member => cluster.Start(member));
        cluster.Settle(0, rounds: 2);
        Assert.NotNull(cluster.DiskOf(0));
        cluster.Wipe(2);
        cluster.Start(2);
        cluster.Settle(10_000);

        Assert.All([0, 1], member => Assert.Null(cluster[member].Outcome));
        Assert.Contains("c lost storage", cluster[0].Waiting, StringComparison.Ordinal);
        Assert.IsType<StorageReplaced>(cluster[2].Outcome);
    }

    [Fact]
    public void Two_members_of_one_storage_are_no_two_acceptors()
    {
        var cluster = new GenesisHarness();
        cluster.Start(0);
        cluster.CopyStorage(0, 1);
        cluster.Start(1);
        cluster.Start(2);
        cluster.Settle(0);

        Assert.All(Everybody, member => Assert.Null(cluster[member].Outcome));
        Assert.All(Everybody, member => Assert.Null(cluster.DiskOf(member)));
    }

    /// <summary>An orphan's single vote must not become two by a copied log (R13): first a disk that was replaced.
    /// </summary>
    [Fact]
    public void A_disk_that_is_a_copy_of_another_acceptors_has_no_vote()
    {
        var cluster = Complete();
        var old = cluster.StorageOf(1);
        cluster.Crash(1);
        cluster.CopyFolder(0, 1);
        cluster.Start(1);

        Assert.Equal(old, Assert.IsType<StorageReplaced>(cluster[1].Outcome).OldStorage);
    }

    /// <summary>The same with a cluster that was to grow by a clone of a member (R13).</summary>
    [Fact]
    public void A_cluster_does_not_grow_by_a_clone_of_a_member()
    {
        var cluster = Complete();
        cluster.CopyFolder(0, 3);
        cluster.Start(3, [.. cluster.Members, GenesisHarness.Member(3)]);

        Assert.IsType<GenesisRefused>(cluster[3].Outcome);
    }

    [Fact]
    public void The_first_epoch_has_the_rule_that_all_are_given_and_keeps_it()
    {
        var rule = QuorumRule.Flexible(3, 1);
        var cluster = new GenesisHarness();
        Array.ForEach(Everybody, member => cluster.Start(member, rule: rule));
        cluster.Settle(0);
        Assert.All(Everybody, member =>
            Assert.Equal(rule, Assert.IsType<GenesisCompleted>(cluster[member].Outcome).Configuration.Rule));

        cluster.Crash(1);
        cluster.Start(1, rule: QuorumRule.Majority);
        var refused = Assert.IsType<GenesisRefused>(cluster[1].Outcome);
        Assert.Contains("quorum rule", refused.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_with_different_rules_never_begin_and_say_who_differs()
    {
        var cluster = new GenesisHarness();
        Array.ForEach(
            Everybody,
            member => cluster.Start(member, rule: QuorumRule.Flexible(member == 2 ? 3 : 2, 2)));
        cluster.Settle(0);

        Assert.All(Everybody, member => Assert.Null(cluster[member].Outcome));
        Assert.Contains(
            "c reads another list of members or quorum rule", cluster[0].Waiting, StringComparison.Ordinal);
    }

    [Fact]
    public void A_different_configuration_file_is_told_naming_the_peer_and_waited_out()
    {
        var cluster = new GenesisHarness();
        cluster.Start(0);
        cluster.Start(1);
        cluster.Start(2, [cluster.Members[0], GenesisHarness.Member(1, MemberRoles.Learner), cluster.Members[2]]);
        cluster.Settle(0);

        Assert.All(Everybody, member => Assert.Null(cluster[member].Outcome));
        Assert.Contains("c reads another list of members", cluster[0].Waiting, StringComparison.Ordinal);
        Assert.Contains("a reads another list of members", cluster[2].Waiting, StringComparison.Ordinal);

        cluster.Crash(2);
        cluster.Start(2);
        cluster.Settle(10_000);
        Assert.All(Everybody, member => Assert.IsType<GenesisCompleted>(cluster[member].Outcome));
    }

    [Fact]
    public void A_member_bound_to_one_list_refuses_another_file()
    {
        var cluster = Complete();
        cluster.Crash(1);
        cluster.Start(1, [.. cluster.Members, GenesisHarness.Member(3)]);

        var refused = Assert.IsType<GenesisRefused>(cluster[1].Outcome);
        Assert.Contains("bound to at genesis", refused.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restarted_volatile_voter_only_learns()
    {
        var cluster = new GenesisHarness();
        cluster.SetDurability(1, Durability.Volatile);
        Array.ForEach(Everybody, member => cluster.Start(member));
        cluster.Settle(0);
        Assert.IsType<GenesisCompleted>(cluster[1].Outcome);

        cluster.Crash(1);
        cluster.Start(1);

        var verdict = Assert.IsType<StorageReplaced>(cluster[1].Outcome);
        Assert.Contains("Volatile", verdict.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_do_not_count_in_the_digest_but_names_roles_and_order_do()
    {
        var members = new GenesisHarness().Members;
        var moved = members.Select(member => member with { Address = "elsewhere:1" }).ToList();
        var renamed = members.Select(member => member with { Name = member.Name + "x" }).ToList();
        var demoted = members.Select(member => member with { Roles = MemberRoles.Learner }).ToList();

        Assert.Equal(13903915859921511248UL, MembersDigest.Of(members));
        Assert.Equal(MembersDigest.Of(members), MembersDigest.Of(moved));
        Assert.NotEqual(MembersDigest.Of(members), MembersDigest.Of(renamed));
        Assert.NotEqual(MembersDigest.Of(members), MembersDigest.Of(demoted));
        Assert.NotEqual(MembersDigest.Of(members), MembersDigest.Of([.. members.Reverse()]));
    }

    [Fact]
    public void A_record_reads_back_and_damage_does_not()
    {
        StorageId[] storages = [new(new Guid(1, 2, 3, new byte[8])), new(new Guid(4, 5, 6, new byte[8]))];
        var record = new GenesisRecord(7, storages, Complete: true);
        var bytes = record.Encode();

        Assert.True(GenesisRecord.TryDecode(bytes, out var back));
        Assert.Equal(record.MembersDigest, back.MembersDigest);
        Assert.True(back.Complete);
        Assert.True(back.SameList(record.Storages));
        Assert.False(GenesisRecord.TryDecode(bytes.AsSpan(1), out _));
        Assert.False(GenesisRecord.TryDecode([], out _));
        Assert.False(GenesisRecord.TryDecode([9, .. bytes[1..]], out _));
    }

    [Fact]
    public void A_record_of_a_restore_reads_back_and_tells_the_same_fork_installed_or_not()
    {
        StorageId[] storages = [new(new Guid(1, 2, 3, new byte[8])), new(new Guid(4, 5, 6, new byte[8]))];
        var record = new GenesisRecord(7, storages, Complete: true) { Restores = Backup };
        Assert.True(GenesisRecord.TryDecode(record.Encode(), out var back));
        Assert.Equal((Backup, false), (back.Restores, back.IsInstalled));
        var bytes = (record with { IsInstalled = true }).Encode();
        Assert.True(GenesisRecord.TryDecode(bytes, out back));
        Assert.Equal((Backup, true, record.Fork), (back.Restores, back.IsInstalled, back.Fork));
        Assert.False(GenesisRecord.TryDecode(bytes.AsSpan(0, bytes.Length - 1), out _));
        bytes[^1] = 2;
        Assert.False(GenesisRecord.TryDecode(bytes, out _));
    }

    [Fact]
    public void Members_that_restore_one_backup_go_on_from_it_as_one_fork()
    {
        var cluster = new GenesisHarness();
        Array.ForEach(Everybody, member => cluster.Start(member, restores: Backup));
        cluster.Settle(0);
        var outcomes = Everybody.Select(member => Assert.IsType<GenesisCompleted>(cluster[member].Outcome)).ToList();
        Assert.Single(outcomes.Select(outcome => outcome.Fork).Distinct());
        Assert.NotEqual(Assert.IsType<GenesisCompleted>(Complete()[0].Outcome).Fork, outcomes[0].Fork);
        Assert.All(outcomes, outcome =>
        {
            Assert.Equal((Backup.Slot, Backup.Epoch.Next), (outcome.Start!.Base, outcome.Start.Epoch));
            Assert.Equal(outcomes[0].Start!.Digest, outcome.Start.Digest);
            Assert.Equal(outcome.Configuration.Members, outcome.Start.Configuration.Members);
        });

        // A restart needs neither the backup nor the others; another backup is refused.
        cluster.Crash(1);
        cluster.Start(1);
        var again = Assert.IsType<GenesisCompleted>(cluster[1].Outcome);
        Assert.Equal((outcomes[1].Start!.Base, outcomes[1].Start!.Digest), (again.Start!.Base, again.Start.Digest));
        cluster.Crash(1);
        cluster.Start(1, restores: Backup with { Backup = new(9, 9, 9, new byte[8]) });
        Assert.IsType<GenesisRefused>(cluster[1].Outcome);
    }

    [Fact]
    public void Members_with_different_backups_or_none_never_begin_and_say_who_differs()
    {
        foreach (var other in (Restoration?[])[null, Backup with { Backup = new(9, 9, 9, new byte[8]) }])
        {
            var cluster = new GenesisHarness();
            Array.ForEach(Everybody, member => cluster.Start(member, restores: member == 2 ? other : Backup));
            cluster.Settle(0);
            Assert.All(Everybody, member => Assert.Null(cluster[member].Outcome));
            Assert.Contains("c reads another list of members or quorum rule, or restores", cluster[0].Waiting,
                StringComparison.Ordinal);
        }
    }

    private static Restoration Backup { get; } = new(new(1, 2, 3, new byte[8]), new(4), new(1000));

    private static GenesisHarness Complete()
    {
        var cluster = new GenesisHarness();
        Array.ForEach(Everybody, member => cluster.Start(member));
        cluster.Settle(0);
        return cluster;
    }
}
