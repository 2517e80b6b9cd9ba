using PaxosSM.Hosting;
using PaxosSM.RedisKv.CommandLine;

namespace PaxosSM.RedisKv.Tests;

public sealed class CommandLineTests
{
    private const string Demo = """
        {
          "cluster": "demo",
          "members": [
            {"id": "a", "address": "127.0.0.1:7001"},
            {"id": "b", "address": "[::1]:7002", "roles": ["learner"]}
          ],
          "options": {"electionTimeout": "700ms"}
        }
        """;

    [Fact]
    public void No_arguments_are_three_replicas_on_three_ports()
    {
        var arguments = ArgumentParser.Parse([]);
        Assert.Equal(RunMode.Embedded, arguments.Mode);
        Assert.Equal([7379, 7380, 7381], arguments.Listen.Select(endPoint => endPoint.Port));
        Assert.Null(arguments.DataDirectory);
        Assert.Equal(
            [0, 0, 0], ArgumentParser.Parse(["--listen", "localhost:0"]).Listen.Select(endPoint => endPoint.Port));
    }

    [Fact]
    public void A_member_gets_its_place_in_the_file()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, Demo);
        var arguments = ArgumentParser.Parse(
            ["--config", path, "--self=b", "--data", "/tmp/b", "--listen", "127.0.0.1:7999"]);
        File.Delete(path);
        Assert.Equal(RunMode.Member, arguments.Mode);
        Assert.Equal("b", arguments.Node!.Self);
        Assert.Equal(new MemberOptions("b", "[::1]:7002", MemberRoles.Learner), arguments.Node.Members[1]);
        Assert.Equal(TimeSpan.FromMilliseconds(700), arguments.Node.Protocol.ElectionTimeout);
        Assert.Equal(7999, Assert.Single(arguments.Listen).Port);
    }

    [Theory]
    [InlineData("--help", "Help")]
    [InlineData("-h", "Help")]
    [InlineData("--standalone", "Standalone")]
    public void Modes_are_told_apart(string argument, string mode) =>
        Assert.Equal(mode, ArgumentParser.Parse([argument]).Mode.ToString());

    [Theory]
    [InlineData("", ReadKind.Linearizable)]
    [InlineData("--reads=linearizable", ReadKind.Linearizable)]
    [InlineData("--reads=lease", ReadKind.Lease)]
    [InlineData("--reads=local", ReadKind.Local)]
    public void What_reads_promise_is_a_choice(string line, ReadKind kind) => Assert.Equal(
        kind, ArgumentParser.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Reads.Kind);

    [Theory]
    [InlineData("--nonsense", "not understood")]
    [InlineData("--data", "needs a value")]
    [InlineData("--self a", "needs --config")]
    [InlineData("--config x", "needs --self")]
    [InlineData("--config x --self a", "needs --data")]
    [InlineData("--config /nowhere --self a --data d", "/nowhere")]
    [InlineData("--listen 127.0.0.1", "ADDRESS:PORT")]
    [InlineData("--listen 1:1 --listen 1:2", "3 times")]
    [InlineData("--log loud", "must be one of")]
    [InlineData("--max-connections 0", "a number from 1")]
    [InlineData("--reads dirty", "linearizable, lease or local")]
    [InlineData("--standalone --reads lease", "does not go with")]
    [InlineData("--standalone --data d", "does not go with")]
    public void A_wrong_command_line_is_explained(string line, string explanation)
    {
        var exception = Assert.Throws<CommandLineException>(() => ArgumentParser.Parse(line.Split(' ')));
        Assert.Contains(explanation, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "not JSON")]
    [InlineData("[]", "must be an object")]
    [InlineData("""{"cluster": "c", "members": [], "x": 1}""", "'x' is unknown")]
    [InlineData("""{"cluster": "c", "members": [{"id": "a", "address": "h:1", "roles": ["x"]}]}""", "'x'")]
    [InlineData("""{"cluster": "c", "members": [], "options": {"nonsense": 1}}""", "nonsense")]
    public void A_wrong_file_is_explained(string text, string explanation)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, text);
        var exception = Assert.Throws<CommandLineException>(
            () => ArgumentParser.Parse(["--config", path, "--self", "a", "--data", "d"]));
        File.Delete(path);
        Assert.Contains(explanation, exception.Message, StringComparison.Ordinal);
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
    }
}
