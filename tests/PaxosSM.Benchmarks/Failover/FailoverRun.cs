using System.Diagnostics;
using System.Globalization;
using PaxosSM.Client;
using PaxosSM.Hosting;

namespace PaxosSM.Benchmarks;

/// <summary>Three durable members in processes of their own and a client in this one: the leader is killed, the client
/// goes on by another, the dead one comes back; again and again.</summary>
internal sealed class FailoverRun : IDisposable
{
    private const int Members = 3;
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    // Deaths at any moment between two signs of life.
    private static readonly TimeSpan CalmMin = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan CalmSpread = TimeSpan.FromMilliseconds(400);
    private readonly FailoverSettings _settings;
    private readonly string _folder;
    private readonly PeerOptions[] _options;
    private readonly MemberProcess[] _members;
    private readonly List<Outage> _outages = [];

    public FailoverRun(FailoverSettings settings)
    {
        _settings = settings;
        _folder = Directory.CreateDirectory(Path.Combine(settings.Data, Path.GetRandomFileName())).FullName;
        var port = LoopbackPorts.Free(Members);
        _options =
        [
            .. Enumerable.Range(0, Members).Select(id => new PeerOptions(
                id, Members, port, FolderOf(id), true, settings.Workers, settings.Size, TimeSpan.Zero, TimeSpan.Zero)
            {
                Tuned = settings.Tuned,
                Trace = settings.Trace,
            }),
        ];
        _members = Array.ConvertAll(_options, options => new MemberProcess(options));
    }

    /// <returns>The process' exit code: 0 when no command failed.</returns>
    /// <exception cref="TimeoutException">Nobody led, or a member did not catch up, for too long; the message has what
    /// the members wrote.</exception>
    public async Task<int> RunAsync(TextWriter output, CancellationToken cancel)
    {
        foreach (var member in _members)
        {
            member.Start();
        }

        var client = Connect();
        OutageWatch watch = new(() => client.State, _members);
        await using OutageProbe probe = new(client, _settings.Workers, _settings.Size);
        for (var time = 1; time <= _settings.Times; time++)
        {
            var leader = await LeaderAsync(cancel);
            await Task.Delay(CalmMin + (CalmSpread * Random.Shared.NextDouble()), cancel);
            var at = DateTimeOffset.UtcNow;
            var served = probe.AfterAsync(leader.Kill(), Most);
            var seen = await watch.UntilAsync(served);
            var outage = await served;
            _outages.Add(outage);
            var began = Stopwatch.GetTimestamp();
            leader.Start();
            await CatchUpAsync(leader, cancel);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{time,3} {at:HH:mm:ss.fff} member {Array.IndexOf(_members, leader)} killed: next answer after "
                + $"{outage.First.TotalMilliseconds,6:0} ms, all workers served after "
                + $"{outage.All.TotalMilliseconds,6:0} ms; it had caught up "
                + $"{Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s after its start"));
            if (outage.First > Long)
            {
                await output.WriteLineAsync(string.Join('\n', seen));
            }
        }

        await TellAsync("until the next answer", outage => outage.First, output);
        await TellAsync("until all workers were served", outage => outage.All, output);
        await output.WriteLineAsync($"commands that failed: {probe.Errors}");
        return probe.Errors == 0 ? 0 : 1;
    }

    public void Dispose()
    {
        foreach (var member in _members)
        {
            member.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private string FolderOf(int id) =>
        Directory.CreateDirectory(Path.Combine(_folder, id.ToString(CultureInfo.InvariantCulture))).FullName;

    // As a user's program far from the members has it.
    private PaxosClient Connect()
    {
        var members = PaxosPeer.SettingsOf(_options[0]);
        TcpChannelOptions channel = new()
        {
            Cluster = ClusterName.Digest(members.Cluster),
            Endpoints = [.. members.Members.Select(member => member.Address)],
        };
        return new(new TcpChannel(channel), members.Client);
    }

    private async Task<MemberProcess> LeaderAsync(CancellationToken cancel)
    {
        await UntilAsync(() => _members.Count(member => member.State is { Leads: true }) == 1, "one leader", cancel);
        return _members.First(member => member.State is { Leads: true });
    }

    // It holds what another one held when it was back.
    private async Task CatchUpAsync(MemberProcess back, CancellationToken cancel)
    {
        var goal = _members.Max(member => member.State?.Applied ?? 0);
        await UntilAsync(() => back.State?.Applied >= goal, "the member that came back to catch up", cancel);
    }

    private async Task UntilAsync(Func<bool> holds, string what, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(began) > Most)
            {
                var errors = string.Join('\n', _members.Select(member => member.Errors));
                throw new TimeoutException($"waited {Most.TotalSeconds:0} s for {what}; members wrote: {errors}");
            }

            await Task.Delay(Look, cancel);
        }
    }

    private Task TellAsync(string what, Func<Outage, TimeSpan> of, TextWriter output)
    {
        var sorted = _outages.Select(outage => of(outage).TotalMilliseconds).Order().ToList();
        return output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}, {sorted.Count} deaths: median {At(0.5):0} ms, p90 {At(0.9):0} ms, worst {At(1):0} ms"));

        double At(double share) => sorted[(int)Math.Ceiling(share * sorted.Count) - 1];
    }
}
