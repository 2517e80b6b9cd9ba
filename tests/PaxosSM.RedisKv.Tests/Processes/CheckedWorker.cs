using System.Globalization;

namespace PaxosSM.RedisKv.Tests.Processes;

/// <summary>
/// A client that pushes numbers to a list of its own, several at a time, on one connection after another, and knows
/// afterwards what may stand
/// there: each answered number once; of each connection's numbers a prefix in order, none twice.
/// </summary>
internal sealed class CheckedWorker
{
    private const int Depth = 8;
    private const int NumbersOfConnectionMax = 2000;
    private readonly RedisCluster _cluster;
    private readonly string _home;
    private readonly string _key;
    private readonly Random _random;
    private readonly List<Sending> _connections = [];
    private readonly List<string> _surprises = [];
    private long _next = 1;

    public CheckedWorker(RedisCluster cluster, int number)
    {
        _cluster = cluster;
        _key = string.Create(CultureInfo.InvariantCulture, $"list:{number}");
        _random = new(number);
        var serving = cluster.Serving.ToArray();
        _home = serving[number % serving.Length];
    }

    public long Answered => _connections.Sum(connection => connection.Answered);

    /// <summary>How many were answered at that replica.</summary>
    public long AnsweredAt(string name) =>
        _connections.Where(connection => connection.At == name).Sum(connection => connection.Answered);

    // At home as long as it is there: so each replica has clients of its own.
    public void Run(CancellationToken stop)
    {
        var serving = _cluster.Serving.ToArray();
        var at = _home;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var client = _cluster.Connect(at, TimeSpan.FromSeconds(15));
                Push(client, at, stop);
                at = _home;
            }
            catch (IOException)
            {
                at = serving[_random.Next(serving.Length)];
                stop.WaitHandle.WaitOne(10);
            }
        }
    }

    /// <summary>What is wrong with the list, or with the answers; empty when nothing is.</summary>
    public IReadOnlyList<string> Check(RespClient client)
    {
        var found = new List<string>(_surprises);
        var list = ((object?[])client.Call("LRANGE", _key, "0", "-1")!).Select(
            item => long.Parse((string)item!, CultureInfo.InvariantCulture)).ToArray();
        var answeredUpTo = -1;
        foreach (var connection in _connections)
        {
            answeredUpTo = Check(connection, list, answeredUpTo, found);
        }

        var there = list.Length - list.Distinct().Count();
        if (there > 0)
        {
            found.Add($"{_key}: {there} numbers are there twice");
        }

        return found;
    }

    // What was sent on a connection that broke may arrive late, even after what the next connection sends; what was
    // answered may not.
    private int Check(Sending connection, long[] list, int answeredBefore, List<string> found)
    {
        var last = answeredBefore;
        long there = 0;
        for (var at = 0; at < list.Length; at++)
        {
            var number = list[at] - connection.First;
            if (number < 0 || number >= connection.Sent)
            {
                continue;
            }

            if (number != there && !connection.Refused)
            {
                found.Add($"{_key}: {list[at]} stands where {connection.First + there} should");
            }

            if (at < answeredBefore)
            {
                found.Add($"{_key}: {list[at]} stands before what was answered earlier");
            }

            there++;
            last = there == connection.Answered ? at : last;
        }

        if (there < connection.Answered)
        {
            found.Add(
                $"{_key}: {connection.Answered} numbers from {connection.First} on were answered, {there} are there");
        }

        return last;
    }

    // One connection's numbers follow each other without a gap, so that what is there of them must be a prefix (X, Y,
    // Z never as Y, Z).
    private void Push(RespClient client, string at, CancellationToken stop)
    {
        var first = _next;
        long sent = 0;
        long answered = 0;
        var refused = false;
        try
        {
            while (GoesOn() || answered < sent)
            {
                while (sent - answered < Depth && GoesOn())
                {
                    sent++;
                    client.Send("RPUSH", _key, (first + sent - 1).ToString(CultureInfo.InvariantCulture));
                }

                if (client.Receive() is RespError error)
                {
                    // Its outcome is open, and so is that of all behind it: leave the connection.
                    refused = true;
                    if (!error.Text.Contains("unknown", StringComparison.OrdinalIgnoreCase)
                        && !error.Text.StartsWith("BUSY", StringComparison.Ordinal)
                        && !error.Text.StartsWith("TIMEOUT", StringComparison.Ordinal)
                        && !error.Text.StartsWith("NOTLEADER", StringComparison.Ordinal)
                            && !error.Text.StartsWith("CLUSTERDOWN", StringComparison.Ordinal))
                    {
                        _surprises.Add(error.Text);
                    }

                    return;
                }

                answered++;
            }
        }
        finally
        {
            _connections.Add(new(at, first, sent, answered, refused));
            _next = first + sent;
        }

        bool GoesOn() => sent < NumbersOfConnectionMax && !stop.IsCancellationRequested;
    }

    private sealed record Sending(string At, long First, long Sent, long Answered, bool Refused);
}
