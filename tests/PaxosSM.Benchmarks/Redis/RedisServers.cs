using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PaxosSM.Benchmarks;

/// <summary>The processes of a served system, which end with it, and the port that clients are to ask.</summary>
internal sealed class RedisServers : IDisposable
{
    private static readonly TimeSpan ReadyMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(2);
    private readonly List<Process> _processes = [];
    private readonly ConcurrentQueue<string> _told = new();

    private RedisServers(string title) => Title = title;

    /// <summary>Its name for people.</summary>
    public string Title { get; }

    /// <summary>Where the leader listens, or the master.</summary>
    public int Port { get; private set; }

    /// <summary>The processor time of all its processes.</summary>
    public TimeSpan Processor => _processes.Aggregate(TimeSpan.Zero, (sum, process) =>
    {
        process.Refresh();
        return sum + process.TotalProcessorTime;
    });

    /// <summary>Stock Redis that flushes before each answer, with one replica that does, too.</summary>
    public static Task<RedisServers> StartRedisAsync(string folder, CancellationToken cancel) => StartAsync(
        "Redis, one replica",
        async servers =>
        {
            var port = LoopbackPorts.Free(2);
            servers.StartOne("redis-server", RedisArguments(port, Path.Combine(folder, "master")));
            servers.StartOne(
                "redis-server",
                [.. RedisArguments(port + 1, Path.Combine(folder, "replica")), "--replicaof", $"127.0.0.1 {port}"]);
            await servers.WaitAsync([port + 1], "replication", "master_link_status:up", cancel);
            servers.Port = port;
        });

    /// <summary>RedisKv, three processes, each of which flushes before it votes.</summary>
    /// <param name="reads">How it reads, in the words of its command line.</param>
    /// <param name="folder">An empty folder.</param>
    /// <param name="cancel">Ends the start.</param>
    public static Task<RedisServers> StartRedisKvAsync(
        string reads, string folder, CancellationToken cancel) => StartAsync(
        $"RedisKv, three replicas, {reads} reads",
        async servers =>
        {
            string[] names = ["a", "b", "c"];
            var port = LoopbackPorts.Free(6);
            var members = names.Select(
                (name, index) => $$"""{"id": "{{name}}", "address": "127.0.0.1:{{port + index}}"}""");
            var file = Path.Combine(folder, "cluster.json");
            await File.WriteAllTextAsync(
                file, $$"""{"cluster": "benchmark", "members": [{{string.Join(", ", members)}}]}""", cancel);
            var program = Path.Combine(AppContext.BaseDirectory, "../../RedisKv/release/RedisKv.dll");
            for (var index = 0; index < names.Length; index++)
            {
                servers.StartOne(
                    "dotnet",
                    [
                        program, "--config", file, "--self", names[index], "--data", Path.Combine(folder, names[index]),
                        "--listen", $"127.0.0.1:{port + names.Length + index}", "--log", "Error",
                        "--reads", reads,
                    ]);
            }

            int[] ports = [.. names.Select((_, index) => port + names.Length + index)];
            var told = await servers.WaitAsync(ports, "paxos", "paxos_leader:", cancel);
            servers.Port = ports[Array.IndexOf(names, told)];
        });

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.WaitForExit();
            process.Dispose();
        }
    }

    private static async Task<RedisServers> StartAsync(string title, Func<RedisServers, Task> start)
    {
        RedisServers servers = new(title);
        try
        {
            await start(servers);
            return servers;
        }
        catch
        {
            servers.Dispose();
            throw;
        }
    }

    private static string[] RedisArguments(int port, string folder) =>
    [
        "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1",
        "--dir", Directory.CreateDirectory(folder).FullName, "--appendonly", "yes", "--appendfsync", "always",
    ];

    private void StartOne(string program, IEnumerable<string> arguments)
    {
        Process process = new()
        {
            StartInfo = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.OutputDataReceived += (_, read) => _told.Enqueue(read.Data ?? string.Empty);
        process.ErrorDataReceived += (_, read) => _told.Enqueue(read.Data ?? string.Empty);
        process.Start();
        _processes.Add(process);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    // What stands behind the sought words once all of them say the same.
    private async Task<string> WaitAsync(
        int[] ports, string section, string sought, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(ReadyMax);
        while (true)
        {
            var found = await Task.WhenAll(ports.Select(port => FindAsync(port, section, sought, patience.Token)));
            if (found[0] is { } first && Array.TrueForAll(found, one => one == first))
            {
                return first;
            }

            if (patience.IsCancellationRequested || _processes.Exists(process => process.HasExited))
            {
                throw new InvalidOperationException($"{Title} does not start: {string.Join('\n', _told)}");
            }

            await Task.Delay(Pause, cancel);
        }
    }

    private static async Task<string?> FindAsync(
        int port, string section, string sought, CancellationToken cancel)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(AnswerMax);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, patience.Token);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"INFO {section}\r\nQUIT\r\n"), patience.Token);
            await using NetworkStream stream = new(socket);
            using StreamReader reader = new(stream, Encoding.UTF8);
            var line = (await reader.ReadToEndAsync(patience.Token)).Split("\r\n")
                .FirstOrDefault(line => line.StartsWith(sought, StringComparison.Ordinal));
            return line is null || (sought[^1] == ':' && line.Length == sought.Length) ? null : line[sought.Length..];
        }
        catch (Exception failed) when (failed is SocketException or IOException or OperationCanceledException)
        {
            return null;
        }
    }
}
