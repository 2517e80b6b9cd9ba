using System.Diagnostics;

namespace PaxosSM.RedisKv.Tests.Processes;

/// <summary>Writes one command after another through whichever replica answers, and keeps the longest time without an
/// answer.</summary>
internal sealed class ServiceProbe
{
    private readonly RedisCluster _cluster;
    private readonly Lock _lock = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _last;
    private TimeSpan _longest;
    private long _written;

    public ServiceProbe(RedisCluster cluster) => _cluster = cluster;

    public long Written => Interlocked.Read(ref _written);

    /// <summary>The longest time without an answer since the last call, an unfinished one included.</summary>
    public TimeSpan TakeLongest()
    {
        lock (_lock)
        {
            var now = _watch.Elapsed;
            var longest = now - _last > _longest ? now - _last : _longest;
            _longest = TimeSpan.Zero;
            _last = now;
            return longest;
        }
    }

    public void Run(CancellationToken stop)
    {
        var names = _cluster.Serving.ToArray();
        for (var turn = 0; !stop.IsCancellationRequested; turn++)
        {
            try
            {
                // A replica that is down refuses at once; one that hangs costs the time that a real client would lose,
                // too.
                using var client = _cluster.Connect(names[turn % names.Length], TimeSpan.FromSeconds(1));
                while (!stop.IsCancellationRequested && client.Call("SET", "probe", "x") is "OK")
                {
                    Note();
                    stop.WaitHandle.WaitOne(5);
                }
            }
            catch (IOException)
            {
                stop.WaitHandle.WaitOne(5);
            }
        }
    }

    private void Note()
    {
        Interlocked.Increment(ref _written);
        lock (_lock)
        {
            var now = _watch.Elapsed;
            _longest = now - _last > _longest ? now - _last : _longest;
            _last = now;
        }
    }
}
