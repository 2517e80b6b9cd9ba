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

    [Fact]
    public void What_hands_on_reads_back()
    {
        var transfer = AdminCommand.Parse("transfer to:b timeout:7");
        Assert.Equal(("b", TimeSpan.FromSeconds(7)), (transfer.TransferTo, transfer.Timeout));
        var drain = AdminCommand.Parse("drain node:c");
        Assert.Equal(("c", true), (drain.Node, drain.Drains));
        var back = AdminCommand.Parse("undrain node:c");
        Assert.Equal(("c", false), (back.Node, back.Drains));
    }

    [Fact]
    public void What_wedges_reads_back()
    {
        var wedge = AdminCommand.Parse("wedge");
        Assert.Equal((true, null), (wedge.Wedges, wedge.Expected));
        var unwedge = AdminCommand.Parse("unwedge expected:7 timeout:3");
        Assert.Equal(
            (false, new Epoch(7), TimeSpan.FromSeconds(3)), (unwedge.Wedges, unwedge.Expected, unwedge.Timeout));
    }

    [Theory]
    [InlineData("", "status")]
    [InlineData("wedge now", "now")]
    [InlineData("transfer to:b expected:7", "expected:7")]
    [InlineData("transfer b", "to:NAME")]
    [InlineData("transfer to:", "to:NAME")]
    [InlineData("drain node:c force", "force")]
    [InlineData("change deal:9", "singleLeader")]
    [InlineData("change add:4,d,127.0.0.1:7004,proposer+none", "none")]
    [InlineData("change add:4,d,127.0.0.1:7004,7", "7")]
    [InlineData("change rule:flexible,1", "flexible,1")]
    [InlineData("change", "status")]
    public void What_is_no_command_is_told_so(string text, string told) =>
        Assert.Contains(
            told, Assert.Throws<FormatException>(() => AdminCommand.Parse(text)).Message, StringComparison.Ordinal);
}
