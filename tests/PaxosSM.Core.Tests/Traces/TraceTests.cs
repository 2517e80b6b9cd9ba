namespace PaxosSM.Core.Tests.Traces;

/// <summary>Plays every trace of this folder. Set PAXOS_REWRITE_TRACES to this folder's path to write down what is
/// played now; say why in the commit.</summary>
public sealed class TraceTests
{
    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        foreach (var name in typeof(TraceTests).Assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".txt", StringComparison.Ordinal)).Order())
        {
            names.Add(name);
        }

        return names;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_trace_has_the_effects_it_says(string name)
    {
        using var reader = new StreamReader(typeof(TraceTests).Assembly.GetManifestResourceStream(name)!);
        var script = reader.ReadToEnd();
        var played = TraceRunner.Play(script);
        if (Environment.GetEnvironmentVariable("PAXOS_REWRITE_TRACES") is { Length: > 0 } folder)
        {
            var file = string.Join('.', name.Split('.')[^2..]);
            File.WriteAllText(Path.Combine(folder, file), played);
            return;
        }

        Assert.StartsWith("# ", script, StringComparison.Ordinal);
        Assert.Equal(script, played);
    }
}
