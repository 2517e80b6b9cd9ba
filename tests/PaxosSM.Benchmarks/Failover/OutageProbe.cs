using System.Diagnostics;

namespace PaxosSM.Benchmarks;

/// <summary>A client's workers, each with one command outstanding, and how long they had to wait after a
/// moment.</summary>
internal sealed class OutageProbe : IAsyncDisposable
{
    private readonly IPaxosClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly bool[] _served;
    private readonly Task[] _workers;
    private TaskCompletionSource<Outage>? _told;
    private long _mark;
    private TimeSpan _first;
    private long _errors;

    /// <summary>Starts the workers.</summary>
    /// <param name="client">The client; it is disposed of with this object.</param>
    /// <param name="workers">How many.</param>
    /// <param name="size">Bytes of a command.</param>
    public OutageProbe(IPaxosClient client, int workers, int size)
    {
        _client = client;
        _served = new bool[workers];
        _workers = [.. Enumerable.Range(0, workers).Select(worker => Task.Run(() => WorkAsync(worker, size)))];
    }

    /// <summary>How many commands failed.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Waits until every worker has had an answer to a command that it sent after a moment.</summary>
    /// <param name="mark">The moment, of <see cref="Stopwatch"/>.</param>
    /// <param name="most">How long to wait at most.</param>
    /// <exception cref="TimeoutException">Not all had one by then.</exception>
    public async Task<Outage> AfterAsync(long mark, TimeSpan most)
    {
        Task<Outage> told;
        lock (_gate)
        {
            (_mark, _first) = (mark, TimeSpan.Zero);
            Array.Clear(_served);
            _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
            told = _told.Task;
        }

        return await told.WaitAsync(most);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_workers);
        await _client.DisposeAsync();
        _stop.Dispose();
    }

    private async Task WorkAsync(int worker, int size)
    {
        var command = new byte[size];
        while (!_stop.IsCancellationRequested)
        {
            var sent = Stopwatch.GetTimestamp();
            try
            {
                _ = await _client.ExecuteAsync(command, CancellationToken.None);
                On(worker, sent, Stopwatch.GetTimestamp());
            }
            catch (PaxosException)
            {
                Interlocked.Increment(ref _errors);
            }
        }
    }

    private void On(int worker, long sent, long answered)
    {
        lock (_gate)
        {
            if (_told is null || sent < _mark || _served[worker])
            {
                return;
            }

            var waited = Stopwatch.GetElapsedTime(_mark, answered);
            _first = _first == TimeSpan.Zero ? waited : _first;
            _served[worker] = true;
            if (Array.TrueForAll(_served, served => served))
            {
                _told.TrySetResult(new(_first, waited));
                _told = null;
            }
        }
    }
}

/// <summary>How long a client was not served.</summary>
/// <param name="First">Until the first answer to a command sent after the moment.</param>
/// <param name="All">Until every worker had one.</param>
internal sealed record Outage(TimeSpan First, TimeSpan All);
