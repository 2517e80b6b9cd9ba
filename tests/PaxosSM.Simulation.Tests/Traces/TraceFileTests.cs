using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Simulation.Tests.Traces;

/// <summary>A life's file: all that was told, at once, or an end that somebody hears of.</summary>
public sealed class TraceFileTests : IDisposable
{
    private static readonly TraceOrigin Origin = new(Epoch.First, new(4), 2);
    private readonly string _folder = Directory.CreateTempSubdirectory("paxossm-file-").FullName;
    private readonly List<Exception> _stops = [];

    [Fact]
    public void A_line_is_in_the_file_when_the_call_returns()
    {
        using TraceFile trace = new(_folder, Origin, TimeProvider.System, _stops.Add);

        trace.On(GroupId.Default, new Trimmed(new(7)));
        trace.On(GroupId.Default, new Trimmed(new(8)));

        using StreamReader reader = new(
            new FileStream(trace.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var lines = reader.ReadToEnd().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Contains("{\"seq\":1,", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(
            "\"group\":1,\"epoch\":1,\"node\":4,\"life\":2,\"event\":\"trimmed\",\"through\":8}",
            lines[1],
            StringComparison.Ordinal);
        Assert.Equal("n4.2.jsonl", Path.GetFileName(trace.Path));
        Assert.Empty(_stops);
    }

    [Fact]
    public void Another_lifes_file_is_left_alone_and_the_trace_ends_loudly()
    {
        var path = Path.Combine(_folder, TraceFile.NameOf(Origin));
        File.WriteAllText(path, "an older life");

        using TraceFile trace = new(_folder, Origin, TimeProvider.System, _stops.Add);
        trace.On(GroupId.Default, new Trimmed(new(7)));

        Assert.IsAssignableFrom<IOException>(Assert.Single(_stops));
        Assert.Equal("an older life", File.ReadAllText(path));
    }

    [Fact]
    public void After_the_end_nothing_is_written_and_nothing_thrown()
    {
        TraceFile trace = new(_folder, Origin, TimeProvider.System, _stops.Add);
        trace.Dispose();

        trace.On(GroupId.Default, new Trimmed(new(7)));

        Assert.Empty(File.ReadAllText(trace.Path));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
