namespace PaxosSM.Hosting.Tests;

/// <summary>An administration's command in words.</summary>
public sealed class AdminCommandTests
{
    [Theory]
    [InlineData(MemberRoles.All)]
    [InlineData(MemberRoles.Learner)]
    [InlineData(MemberRoles.Proposer | MemberRoles.Acceptor)]
    public void What_adds_a_node_reads_back(MemberRoles roles)
    {
        var command = AdminCommand.Parse("change " + AdminCommand.Add(4, "d", "127.0.0.1:7004", roles));

        Assert.Equal([new(new(4), "d", "127.0.0.1:7004", roles, StorageId.None)], command.Change!.Add);
    }

    [Theory]
    [InlineData("change deal:9", "singleLeader")]
    [InlineData("change add:4,d,127.0.0.1:7004,proposer+none", "none")]
    [InlineData("change add:4,d,127.0.0.1:7004,7", "7")]
    [InlineData("change rule:flexible,1", "flexible,1")]
    [InlineData("change", "status")]
    public void What_is_no_command_is_told_so(string text, string told) =>
        Assert.Contains(
            told, Assert.Throws<FormatException>(() => AdminCommand.Parse(text)).Message, StringComparison.Ordinal);
}
