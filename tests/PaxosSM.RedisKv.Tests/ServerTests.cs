using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using PaxosSM.RedisKv.Server;

namespace PaxosSM.RedisKv.Tests;

public sealed class ServerTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly SlowBackend _backend = new();
    private RespServer _server = null!;
    private IPEndPoint _endPoint = null!;

    public Task InitializeAsync()
    {
        var options = new RespServerOptions { ConnectionsMax = 20, BatchCommandsMax = 16 };
        _server = new(_backend, options, TimeProvider.System, NullLogger.Instance);
        _endPoint = _server.Start(new(IPAddress.Loopback, 0));
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    [Theory]
    [InlineData("PING\r\nPING x\r\nECHO y\r\n", "+PONG $1 x $1 y")]
    [InlineData("SET k 1\r\nGET k\r\nINCR k\r\nGET k\r\nMGET k nothing\r\n", "+OK $1 1 :2 $1 2 *2 $1 2 $-1")]
    [InlineData("MULTI\r\nSET k 1\r\nPING\r\nGET k\r\nEXEC\r\n", "+OK +QUEUED +QUEUED +QUEUED *3 +OK +PONG $1 1")]
    [InlineData("MULTI\r\nEXEC\r\n", "+OK *0")]
    [InlineData(
        "MULTI\r\nMULTI\r\nDISCARD\r\nDISCARD\r\n",
        "+OK -ERR MULTI calls can not be nested +OK -ERR DISCARD without MULTI")]
    [InlineData("EXEC\r\n", "-ERR EXEC without MULTI")]
    [InlineData("WATCH k\r\nUNWATCH\r\n", "-ERR WATCH is not supported by this server; MULTI and EXEC are +OK")]
    [InlineData("SELECT 0\r\nSELECT 1\r\n", "+OK -ERR DB index is out of range")]
    [InlineData(
        "HELLO 3\r\nHELLO x\r\n",
        "-NOPROTO unsupported protocol version -ERR Protocol version is not an integer or out of range")]
    [InlineData("CLIENT SETNAME me\r\nCLIENT GETNAME\r\nRESET\r\nCLIENT GETNAME\r\n", "+OK $2 me +RESET $0")]
    [InlineData("CONFIG GET save appendonly\r\n", "*4 $10 appendonly $3 yes $4 save $0")]
    [InlineData("foo a b\r\n", "-ERR unknown command 'foo', with args beginning with: 'a' 'b'")]
    [InlineData("QUIT\r\nPING\r\n", "+OK")]
    [InlineData("PING\r\n*1\r\n+\r\nPING\r\n", "+PONG -ERR Protocol error: expected '$', got '+'")]
    public async Task A_client_is_answered_as_by_Redis(string input, string replies) =>
        Assert.Equal(replies, await TalkAsync(input));

    [Fact]
    public async Task A_refused_command_spoils_its_transaction() =>
        Assert.Equal(
            "+OK +QUEUED -ERR wrong number of arguments for 'get' command "
            + "-EXECABORT Transaction discarded because of previous errors. $-1",
            await TalkAsync("MULTI\r\nSET k 1\r\nGET\r\nEXEC\r\nGET k\r\n"));

    [Fact]
    public async Task Pipelined_commands_take_effect_and_are_answered_in_their_order()
    {
        var random = new Random(3);
        var input = new StringBuilder();
        var expected = new StringBuilder();
        var count = 0;
        for (var step = 0; step < 3000; step++)
        {
            switch (random.Next(4))
            {
                case 0:
                    input.Append("GET n\r\n");
                    var digits = count.ToString(CultureInfo.InvariantCulture);
                    expected.Append(CultureInfo.InvariantCulture, $"${digits.Length} {digits} ");
                    break;
                case 1:
                    input.Append(CultureInfo.InvariantCulture, $"ECHO {step}\r\n");
                    expected.Append(CultureInfo.InvariantCulture, $"${$"{step}".Length} {step} ");
                    break;
                default:
                    input.Append("INCR n\r\n");
                    expected.Append(CultureInfo.InvariantCulture, $":{++count} ");
                    break;
            }
        }

        Assert.Equal($"+OK {expected}".TrimEnd(), await TalkAsync($"SET n 0\r\n{input}"));
    }

    [Fact]
    public async Task An_error_of_the_cluster_is_told_for_each_command_and_the_connection_stays()
    {
        _backend.Failure = new PaxosException(PaxosError.Timeout, "no quorum: b, c");
        const string Error = "-TIMEOUT no quorum: b, c (outcome unknown: a write may have been applied, or may yet be)";
        Assert.Equal($"{Error} {Error} +PONG", await TalkAsync("SET a 1\r\nSET b 1\r\nPING\r\n"));
        _backend.Failure = new PaxosException(PaxosError.Busy, "full");
        Assert.Equal("-BUSY full", await TalkAsync("GET a\r\n"));
        _backend.Failure = new PaxosException(PaxosError.Wedged, "wedged");
        Assert.Equal("-READONLY wedged", await TalkAsync("SET a 1\r\n"));
        _backend.Failure = new InvalidOperationException("bug");
        Assert.StartsWith("-ERR internal error", await TalkAsync("GET a\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hostile_bytes_close_their_connection_and_no_other()
    {
        var random = new Random(5);
        for (var round = 0; round < 50; round++)
        {
            var bytes = new byte[random.Next(1, 3000)];
            random.NextBytes(bytes);
            bytes[0] = (byte)'*';
            _ = await TalkAsync(Encoding.Latin1.GetString(bytes));
        }

        Assert.Equal("+PONG", await TalkAsync("PING\r\n"));
    }

    [Fact]
    public async Task One_connection_too_many_is_told_so()
    {
        var clients = new List<TcpClient>();
        for (var count = 0; count < 20; count++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(_endPoint);
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());
            await client.GetStream().ReadExactlyAsync(new byte[7]);
            clients.Add(client);
        }

        Assert.Equal("-ERR max number of clients reached", await TalkAsync(string.Empty));
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Redis_cli_and_redis_benchmark_work()
    {
        if (!File.Exists("/usr/bin/redis-cli"))
        {
            return;
        }

        var port = _endPoint.Port.ToString(CultureInfo.InvariantCulture);
        Assert.Equal("OK", await RunAsync("redis-cli", "-p", port, "set", "k", "a b"));
        Assert.Equal("a b", await RunAsync("redis-cli", "-p", port, "get", "k"));
        Assert.Contains("db0:keys=1", await RunAsync("redis-cli", "-p", port, "info"), StringComparison.Ordinal);
        var measured = await RunAsync(
            "redis-benchmark", "-q", "-c", "10", "-p", port, "-t", "set,get,incr,lpush,sadd,hset", "-n", "2000",
            "-P", "16");
        Assert.Contains("requests per second", measured, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output.Trim();
    }

    /// <summary>Sends everything, ends the input, reads to the end.</summary>
    private async Task<string> TalkAsync(string input)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_endPoint);
        var stream = client.GetStream();
        using var output = new MemoryStream();
        var reading = stream.CopyToAsync(output);
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(input));
            client.Client.Shutdown(SocketShutdown.Send);
            await reading;
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The server closed first, as it may after an error.
        }

        return Encoding.Latin1.GetString(output.ToArray()).Replace("\r\n", " ").TrimEnd();
    }
}
