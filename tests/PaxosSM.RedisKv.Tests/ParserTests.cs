using System.Text;
using PaxosSM.RedisKv.Resp;

namespace PaxosSM.RedisKv.Tests;

public sealed class ParserTests
{
    private const string Stream =
        "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\na\r\nbc\r\n*1\r\n$0\r\n\r\nPING\r\n\r\n"
        + "*0\r\n*-1\r\nset \"a b\\x41\\n\" 'it\\'s'\r\n*1\r\n$4\r\nQUIT\r\n";

    [Fact]
    public void Any_two_portions_give_the_same_commands()
    {
        var bytes = Encoding.Latin1.GetBytes(Stream);
        var whole = Parse(bytes);
        Assert.Equal(["SET|k|a\r\nbc", "", "PING", "set|a bA\n|it's", "QUIT"], whole);
        for (var split = 0; split <= bytes.Length; split++)
        {
            Assert.Equal(whole, Parse(bytes[..split], bytes[split..]));
        }
    }

    [Fact]
    public void Single_bytes_give_the_same_commands()
    {
        var bytes = Encoding.Latin1.GetBytes(Stream);
        Assert.Equal(Parse(bytes), Parse([.. bytes.Select(one => new[] { one })]));
    }

    [Theory]
    [InlineData("*x\r\n", "invalid multibulk length")]
    [InlineData("*1048577\r\n", "invalid multibulk length")]
    [InlineData("*99999999999999999999\r\n", "invalid multibulk length")]
    [InlineData("*00000000000000000000000000000000000000", "invalid multibulk length")]
    [InlineData("*1\r\n+PING\r\n", "expected '$', got '+'")]
    [InlineData("*1\r\n$-1\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$1001\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$4294967296\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$1\r\nab\r\n", "invalid bulk length")]
    [InlineData("set \"a\r\n", "unbalanced quotes in request")]
    [InlineData("set 'a'b\r\n", "unbalanced quotes in request")]
    public void Broken_protocol_gets_Rediss_error(string input, string error) =>
        Assert.Equal([$"ERR Protocol error: {error}"], Parse(Encoding.Latin1.GetBytes(input)));

    [Fact]
    public void A_line_without_end_is_refused_at_its_bound() =>
        Assert.Equal(
            ["ERR Protocol error: too big inline request"], Parse(new byte[1001].Select(_ => (byte)'a').ToArray()));

    [Fact]
    public void Commands_over_the_total_bound_are_refused() =>
        Assert.Contains(
            "ERR Protocol error: too big command",
            Parse(Encoding.Latin1.GetBytes(
                "*9\r\n" + string.Concat(Enumerable.Repeat($"$1000\r\n{new string('a', 1000)}\r\n", 9)))));

    [Fact]
    public void An_announced_length_costs_no_memory_before_its_bytes_come()
    {
        var parser = new RespParser(new());
        var before = GC.GetAllocatedBytesForCurrentThread();
        parser.Read("*2\r\n$3\r\nSET\r\n$60000000\r\nabc"u8, out _);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(11);
        for (var round = 0; round < 5000; round++)
        {
            var bytes = new byte[random.Next(100)];
            const string Letters = "*$\r\n0123456789-aG\"'\\";
            for (var place = 0; place < bytes.Length; place++)
            {
                bytes[place] = (byte)(random.Next(4) == 0 ? random.Next(256) : Letters[random.Next(Letters.Length)]);
            }

            _ = Parse(bytes);
        }
    }

    private static List<string> Parse(params byte[][] portions)
    {
        var parser = new RespParser(
            new() { BulkBytesMax = 1000, CommandBytesMax = 5000, InlineBytesMax = 1000 });
        var commands = new List<string>();
        foreach (var portion in portions)
        {
            var rest = portion.AsSpan();
            while (!rest.IsEmpty)
            {
                var result = parser.Read(rest, out var consumed);
                rest = rest[consumed..];
                if (result == RespReadResult.Error)
                {
                    return [.. commands, parser.Error];
                }

                if (result == RespReadResult.Command)
                {
                    commands.Add(Describe(parser.Command));
                }
            }
        }

        return commands;
    }

    private static string Describe(RespCommand command) =>
        string.Join('|', Enumerable.Range(0, command.Count).Select(index => Encoding.Latin1.GetString(command[index])));
}
