using Microsoft.Extensions.Configuration;
using PaxosSM.Messages;
using PaxosSM.Quorums;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Hosting.Tests;

/// <summary>Settings by name, from a cluster file or the application's configuration, and every mistake told.</summary>
public sealed class OptionsTests
{
    private const string Demo = """
        {
          "cluster": "demo",
          "members": [
            {"id": "a", "address": "127.0.0.1:7001"},
            {"id": "b", "address": "127.0.0.1:7002", "roles": ["learner"]}, // comments and commas are borne
          ],
          "options": {"electionTimeout": "2s", "windowSlotsMax": 4, "durability": "volatile"}
        }
        """;

    [Fact]
    public void A_cluster_file_sets_cluster_members_and_options()
    {
        PaxosOptions options = new();
        ClusterFile.Read(Demo, options);

        Assert.Equal("demo", options.Cluster);
        Assert.Equal([new("a", "127.0.0.1:7001"), new("b", "127.0.0.1:7002", MemberRoles.Learner)], options.Members);
        Assert.Equal(TimeSpan.FromSeconds(2), options.Protocol.ElectionTimeout);
        Assert.Equal(4, options.Protocol.WindowSlotsMax);
        Assert.Equal(Durability.Volatile, options.Durability);
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "must be an object")]
    [InlineData("""{"clutser": "demo"}""", "'clutser' is unknown")]
    [InlineData("""{"members": [{"name": "a"}]}""", "member 1: 'name' is unknown")]
    [InlineData("""{"members": [{"id": "a", "roles": ["voter"]}]}""", "'voter' is no role")]
    [InlineData("""{"options": {"electionTimeot": "2s"}}""", "there is no option 'electionTimeot'")]
    [InlineData("""{"options": {"electionTimeout": "2"}}""", "no duration like 50ms")]
    [InlineData("""{"options": {"windowSlotsMax": "many"}}""", "no whole number")]
    [InlineData("""{"options": {"durability": "Mapped"}}""", "not there yet")]
    [InlineData("""{"options": {"deal": "everyone"}}""", "none of singleLeader, allProposers, adaptive")]
    public void A_mistake_in_a_cluster_file_is_named(string text, string said)
    {
        var wrong = Assert.Throws<PaxosConfigurationException>(() => ClusterFile.Read(text, new()));
        Assert.Contains(said, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_applications_configuration_says_the_same_and_who_this_node_is()
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["cluster"] = "demo",
            ["self"] = "b",
            ["data"] = "/var/lib/demo",
            ["members:0:id"] = "a",
            ["members:0:address"] = "127.0.0.1:7001",
            ["members:1:id"] = "b",
            ["members:1:address"] = "127.0.0.1:7002",
            ["members:1:roles:0"] = "learner",
            ["options:batchBytesMax"] = "64KiB",
        }).Build();
        PaxosOptions options = new();
        ConfigurationReader.Read(section, options);

        Assert.Equal("b", options.Self);
        Assert.Equal([new("a", "127.0.0.1:7001"), new("b", "127.0.0.1:7002", MemberRoles.Learner)], options.Members);
        Assert.Equal(64 << 10, options.Protocol.BatchBytesMax);
        Assert.True(new PaxosOptionsValidator().Validate(null, options).Succeeded);
    }

    [Fact]
    public void Every_setting_shows_its_default_and_reads_back_what_it_shows()
    {
        PaxosOptions defaults = new();
        foreach (var setting in PaxosSettings.All.Where(setting => setting.Name != "listen"))
        {
            PaxosOptions options = new();
            var shown = setting.Show(defaults);
            PaxosSettings.Apply(options, setting.Name, shown);
            Assert.Equal(shown, setting.Show(options));
        }
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        PaxosOptions options = new() { Self = "x" };
        options.Protocol = options.Protocol with { ElectionTimeout = TimeSpan.FromMilliseconds(60) };
        options.Members.Add(new("a", "nowhere"));
        options.Members.Add(new("a", "10.0.0.1:1"));

        var told = string.Join('\n', new PaxosOptionsValidator().Validate(null, options).Failures!);

        string[] expected =
        [
            "\"nowhere\" is no address", "two members have the id 'a'", "self is 'x'", "no data folder",
            "electionTimeout must be three times",
        ];
        Assert.All(expected, text => Assert.Contains(text, told, StringComparison.Ordinal));
    }

    [Fact]
    public void The_defaults_are_valid() => Assert.Empty(WrongWith(_ => { }));

    [Theory]
    [InlineData("windowBytesMax", "64MiB")]
    [InlineData("batchBytesMax", "64MiB")]
    [InlineData("submitBytesMax", "64MiB")]
    [InlineData("frameBytesMax", "32MiB")]
    [InlineData("peerBytesMax", "32MiB")]
    public void A_window_that_nobody_could_take_over_is_refused(string name, string value)
    {
        // R5: what a new leader adopts travels in one message.
        var wrong = WrongWith(options =>
        {
            PaxosSettings.Apply(options, "windowSlotsMax", "64");
            PaxosSettings.Apply(options, name, value);
        });

        string[] expected =
        [
            "windowBytesMax (", "windowSlotsMax (", "batchBytesMax (", "submitBytesMax (", "frameBytesMax",
            "peerBytesMax",
        ];
        Assert.All(expected, text => Assert.Contains(text, wrong, StringComparison.Ordinal));
    }

    [Fact]
    public void A_warm_up_without_end_is_refused() => Assert.Contains(
        "warmUp is 02:00:00",
        WrongWith(options => PaxosSettings.Apply(options, "warmUp", "2h")),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("snapshotLogBytesMax", "512MiB")]
    [InlineData("logBytesMax", "256MiB")]
    public void A_log_that_is_full_before_a_snapshot_is_due_is_refused(string name, string value)
    {
        var wrong = WrongWith(options => PaxosSettings.Apply(options, name, value));
        Assert.Contains("snapshotLogBytesMax (", wrong, StringComparison.Ordinal);
        Assert.Contains("half of logBytesMax", wrong, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("answerBytesMax", "16MiB")]
    [InlineData("clientBytesMax", "8MiB")]
    public void An_answer_that_no_client_could_take_is_refused(string name, string value)
    {
        var wrong = WrongWith(options => PaxosSettings.Apply(options, name, value));

        string[] expected = ["answerBytesMax (", "clientBytesMax", "frameBytesMax"];
        Assert.All(expected, text => Assert.Contains(text, wrong, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, 4096, 1, DealPolicy.SingleLeader)]
    [InlineData(16, 1024, 1, DealPolicy.SingleLeader)]
    [InlineData(300, 1500, 3, DealPolicy.SingleLeader)]
    [InlineData(4, 4096, 3, DealPolicy.AllProposers)]
    [InlineData(300, 1024, 5, DealPolicy.AllProposers)]
    [InlineData(9, 4096, 7, DealPolicy.Adaptive)]
    [InlineData(2, 4096, 7, DealPolicy.Adaptive)]
    public void The_smallest_frame_that_is_allowed_holds_a_whole_window(
        int window, int batch, int proposers, DealPolicy deal)
    {
        const int Horizon = 500;
        void Set(PaxosOptions options, int frame)
        {
            options.Protocol = options.Protocol with
            {
                WindowSlotsMax = window,
                WindowBytesMax = window * batch,
                HorizonSlots = Horizon,
                BatchBytesMax = batch,
                LearnBytesMax = batch,
                Deal = deal,
            };
            for (var other = 1; other < proposers; other++)
            {
                options.Members.Add(new($"b{other}", $"10.0.0.2:{other}"));
            }

            options.Gateway = options.Gateway with
            {
                SubmitBytesMax = batch, AnswerBytesMax = 1024, ResultBytesMax = 0,
            };
            options.Transport = options.Transport with { FrameBytesMax = frame };
        }

        var (refused, frame) = (0, 1 << 24);
        while (frame - refused > 1)
        {
            var between = (refused + frame) / 2;
            (refused, frame) = WrongWith(options => Set(options, between)).Length == 0
                ? (refused, between)
                : (between, frame);
        }

        var value = new Value(ValueKind.Commands, LogTime.Zero, new byte[batch]);
        var ballot = new Ballot(1, new(0), 1);
        var owners = Enumerable.Range(0, NodeSet.MembersMax).Select(node => new LaneOwner(new((ushort)node), 1));
        View view = new(ballot, new(2), [.. owners]);
        var batches = deal == DealPolicy.SingleLeader ? window : Math.Max(window, proposers);
        Value[] values =
        [
            .. Enumerable.Repeat(value, batches),
            .. Enumerable.Repeat(Value.Pass, deal == DealPolicy.SingleLeader ? 0 : Horizon - batches),
        ];
        var votes = values.Select((each, index) => new Vote(new(index + 1), ballot, each));
        Message[] largest =
        [
            new Promise(ballot, Slot.Zero, ballot, Slot.Zero, view, [.. votes], [new(new(1), new(1))]),
            new Sync(ballot, Slot.Zero, view, values),
        ];
        Assert.All(
            largest, message => Assert.True(FrameCodec.TryWrite(new(frame), new(1), new(1), message), $"{frame}"));
    }

    [Theory]
    [InlineData("singleleader", 40, DealPolicy.SingleLeader, false)]
    [InlineData("allProposers", 15, DealPolicy.AllProposers, false)]
    [InlineData("ALLPROPOSERS", 16, DealPolicy.AllProposers, true)]
    [InlineData("adaptive", 7, DealPolicy.Adaptive, false)]
    [InlineData("adaptive", 15, DealPolicy.Adaptive, false)]
    [InlineData("Adaptive", 16, DealPolicy.Adaptive, true)]
    public void Each_owner_may_hold_a_batch_that_is_taken_over_however_many_lanes_it_has(
        string text, int proposers, DealPolicy deal, bool tooMany)
    {
        var wrong = WrongWith(options =>
        {
            for (var other = 1; other < proposers; other++)
            {
                options.Members.Add(new($"b{other}", $"10.0.0.2:{other}"));
            }

            PaxosSettings.Apply(options, "deal", text);
            Assert.Equal(deal, options.Protocol.Deal);
        });

        Assert.Equal(tooMany, wrong.Length > 0);
        Assert.Equal(tooMany, wrong.Contains($"a batch for each of {proposers} owners", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("horizonSlots", "7", "horizonSlots must be 8 to 32768")]
    [InlineData("horizonSlots", "32769", "horizonSlots must be 8 to 32768")]
    [InlineData("stallTimeout", "199ms", "stallTimeout must not be below resendInterval")]
    [InlineData("windowBytesMax", "1023KiB", "windowBytesMax must not be below batchBytesMax")]
    public void A_lane_that_could_not_run_is_refused(string name, string value, string said) =>
        Assert.Equal(said, WrongWith(options => PaxosSettings.Apply(options, name, value))[..said.Length]);

    [Fact]
    public void The_narrowest_lanes_that_are_allowed_pass() =>
        Assert.Empty(WrongWith(options =>
        {
            PaxosSettings.Apply(options, "horizonSlots", "8");
            PaxosSettings.Apply(options, "stallTimeout", "200ms");
            PaxosSettings.Apply(options, "windowBytesMax", "1MiB");
        }));

    private static string WrongWith(Action<PaxosOptions> change)
    {
        PaxosOptions options = new() { Self = "a", Data = "data" };
        options.Members.Add(new("a", "10.0.0.1:7001"));
        change(options);
        return string.Join('\n', new PaxosOptionsValidator().Validate(null, options).Failures ?? []);
    }
}
