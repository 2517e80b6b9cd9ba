using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PaxosSM.RedisKv.Tests.Processes;

/// <summary>Three (or more) replicas of RedisKv as processes of their own, on loopback ports that were free, with a
/// folder each.</summary>
internal sealed class RedisCluster : IDisposable
{
    private const int SignalStop = 19;
    private const int SignalContinue = 18;
    private readonly Dictionary<string, RedisProcess> _running = [];
    private readonly string _configuration;
    private readonly IReadOnlyDictionary<string, string>? _roles;

    public RedisCluster(
        IReadOnlyList<string> names,
        IReadOnlyDictionary<string, string>? roles = null,
        object? options = null,
        IReadOnlyList<string>? joining = null)
    {
        Names = names;
        Founders = [.. names.Except(joining ?? [])];
        _roles = roles;
        Folder = Directory.CreateTempSubdirectory("rediskv-").FullName;
        var ports = FreePorts(names.Count * 2);
        RespPorts = names.Zip(ports.Take(names.Count)).ToDictionary(pair => pair.First, pair => pair.Second);
        _configuration = Path.Combine(Folder, "cluster.json");
        var members = names.Zip(ports.Skip(names.Count)).Select(
            pair => roles is not null && roles.TryGetValue(pair.First, out var role)
            ? (object)new { id = pair.First, address = $"127.0.0.1:{pair.Second}", roles = role.Split(',') }
            : new
            {
                id = pair.First,
                address = $"127.0.0.1:{pair.Second}",
                joins = joining is not null && joining.Contains(pair.First),
            });
        File.WriteAllText(
            _configuration, JsonSerializer.Serialize(new { cluster = "test", members, options = options ?? new { } }));
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>The members of the first epoch.</summary>
    public IReadOnlyList<string> Founders { get; }

    /// <summary>The learners: they hold keys.</summary>
    public IEnumerable<string> Serving => Names.Where(name => RolesOf(name).HasFlag(MemberRoles.Learner));

    public string Folder { get; }

    public IReadOnlyDictionary<string, int> RespPorts { get; }

    public IReadOnlyDictionary<string, RedisProcess> Running => _running;

    /// <summary>The members and options of a cluster file, on other ports, with more options.</summary>
    public static RedisCluster Of(string file, IReadOnlyDictionary<string, object> options)
    {
        var root = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)))!;
        var roles = root["members"]!.AsArray().ToDictionary(
            member => (string)member!["id"]!, member => string.Join(',', member!["roles"]!.AsArray()));
        var all = root["options"]!.AsObject().ToDictionary(option => option.Key, option => (object)option.Value!);
        foreach (var (name, value) in options)
        {
            all[name] = value;
        }

        return new([.. roles.Keys], roles, all);
    }

    public MemberRoles RolesOf(string name) => _roles is not null && _roles.TryGetValue(name, out var roles)
        ? Enum.Parse<MemberRoles>(roles, ignoreCase: true)
        : MemberRoles.All;

    public string DataOf(string name) => Path.Combine(Folder, "data-" + name);

    public RedisProcess Start(string name)
    {
        var process = new RedisProcess(
            name,
            Path.Combine(Folder, $"log-{name}.txt"),
            ["--config", _configuration, "--self", name, "--listen", $"127.0.0.1:{RespPorts[name]}", "--data", DataOf(
                name)]);
        _running[name] = process;
        return process;
    }

    public void StartAll()
    {
        foreach (var name in Founders)
        {
            Start(name);
        }

        foreach (var name in Serving.Intersect(Founders))
        {
            WaitUntilServing(name, TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>Runs an administrator's command, as its user would.</summary>
    public (int ExitCode, string Output) Admin(params string[] words) =>
        Run(["admin", "--config", _configuration, .. words]);

    /// <summary>Runs a step of an operator who takes the cluster on without its quorum, at a replica.</summary>
    public (int ExitCode, string Output) Force(string name, params string[] words) =>
        Run(["force", .. words, "--config", _configuration, "--self", name, "--data", DataOf(name)]);

    /// <summary>Runs the program to its end.</summary>
    public static (int ExitCode, string Output) Run(IReadOnlyList<string> words)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "RedisKv.dll"), .. words])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        using var killer = new Timer(_ => process.Kill(), null, TimeSpan.FromSeconds(60), Timeout.InfiniteTimeSpan);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    public void Kill(string name)
    {
        _running.Remove(name, out var process);
        process!.Kill();
    }

    public void Pause(string name) => Signal(_running[name].Id, SignalStop);

    public void Resume(string name) => Signal(_running[name].Id, SignalContinue);

    public RespClient Connect(string name, TimeSpan? timeout = null) =>
        new(RespPorts[name], timeout ?? TimeSpan.FromSeconds(10));

    /// <summary>Waits until a write through that replica is answered; says what the last answer was when it is
    /// not.</summary>
    public TimeSpan WaitUntilServing(string name, TimeSpan bound)
    {
        var watch = Stopwatch.StartNew();
        var last = "nothing";
        while (watch.Elapsed < bound)
        {
            try
            {
                using var client = Connect(name, bound - watch.Elapsed + TimeSpan.FromMilliseconds(100));
                var reply = client.Call("SET", "probe:" + name, "1");
                if (reply is "OK")
                {
                    return watch.Elapsed;
                }

                last = reply?.ToString() ?? "nil";
            }
            catch (IOException failed)
            {
                last = failed.Message;
                Thread.Sleep(20);
            }
        }

        throw new TimeoutException($"{name} does not serve after {bound}: {last}\n{LogOf(name)}");
    }

    /// <summary>The replica that leads, as INFO on any running one tells.</summary>
    public string? Leader()
    {
        foreach (var name in _running.Keys)
        {
            if (Info(name).TryGetValue("paxos_leader", out var leader) && _running.ContainsKey(leader))
            {
                return leader;
            }
        }

        return null;
    }

    public IReadOnlyDictionary<string, string> Info(string name)
    {
        try
        {
            using var client = Connect(name, TimeSpan.FromSeconds(5));
            return (client.Call("INFO", "paxos") as string ?? string.Empty).Split("\r\n")
                .Select(line => line.Split(':', 2))
                .Where(pair => pair.Length == 2)
                .ToDictionary(pair => pair[0], pair => pair[1]);
        }
        catch (IOException)
        {
            return new Dictionary<string, string>();
        }
    }

    public string LogOf(string name)
    {
        var path = Path.Combine(Folder, $"log-{name}.txt");
        using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        return text.Length > 6000 ? text[^6000..] : text;
    }

    public void Dispose()
    {
        foreach (var process in _running.Values)
        {
            process.Kill();
        }

        _running.Clear();
        Directory.Delete(Folder, true);
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
        {
            listener.Start();
        }

        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
        {
            listener.Stop();
        }

        return ports;
    }

    private static void Signal(int process, int signal)
    {
        if (SendSignal(process, signal) != 0)
        {
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {process} failed"));
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SendSignal(int process, int signal);
}

/// <summary>One replica's process; its output goes to a file.</summary>
internal sealed class RedisProcess
{
    private readonly Process _process;

    public RedisProcess(string name, string log, IReadOnlyList<string> arguments)
    {
        Name = name;
        var output = new StreamWriter(new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.Read)) {
            AutoFlush = true };
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "RedisKv.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        DataReceivedEventHandler write = (_, line) =>
        {
            lock (output)
            {
                output.WriteLine(line.Data);
            }
        };
        _process.OutputDataReceived += write;
        _process.ErrorDataReceived += write;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit(10_000);
    }

    /// <summary>Waits until the process is gone and its last words are in the log; the waiting form of the runtime
    /// returns when it is gone, with lines still on their way.</summary>
    public bool WaitForExit(TimeSpan bound) => _process.WaitForExitAsync().Wait(bound);
}
