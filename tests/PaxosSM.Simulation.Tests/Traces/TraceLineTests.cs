using System.Buffers;
using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Simulation.Tests.Traces;

/// <summary>A line says all that an event says, for every kind of event there is.</summary>
public sealed class TraceLineTests
{
    [Fact]
    public void No_kind_of_event_is_forgotten() => Assert.Equal(
        typeof(ProtocolEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ProtocolEvent)))
            .OrderBy(type => type.Name),
        EventGenerators.Kinds.Keys.OrderBy(type => type.Name));

    [Property(MaxTest = 20)]
    public Property Every_event_comes_back_from_its_line_with_all_that_it_says() => Prop.ForAll(
        Arb.From(EventGenerators.TracedOfAllKinds),
        events => events.TrueForAll(traced =>
        {
            var back = TraceLine.Read(LineOf(traced));
            return back with { Happened = traced.Happened } == traced && AreSame(traced.Happened, back.Happened);
        }));

    [Theory]
    [InlineData("", "no JSON")]
    [InlineData("[]", "\"a line\" should hold a StartObject, and there is a StartArray")]
    [InlineData("{\"at\":1}", "\"seq\" was expected, and there is \"at\"")]
    [InlineData("{\"seq\":-1}", "\"seq\" holds no whole number from 0 through 9223372036854775807")]
    [InlineData("{\"seq\":1.5}", "\"seq\" holds no whole number")]
    [InlineData("{\"seq\":\"1\"}", "\"seq\" should hold a Number, and there is a String")]
    [InlineData("{HEAD\"event\":\"stopped\"}", "\"stopped\" is no kind of event that is known here")]
    [InlineData("{HEAD\"event\":\"promiseMade\"}", "\"ballot\" was expected, and there is a EndObject")]
    [InlineData("{HEAD\"event\":\"promiseMade\",\"ballot\":[1,2]}", "\"ballot\" should hold a Number")]
    [InlineData("{HEAD\"event\":\"trimmed\",\"through\":1,\"more\":1}", "nothing was expected any more")]
    [InlineData("{HEAD\"event\":\"trimmed\",\"through\":1} {}", "no JSON")]
    [InlineData("{HEAD\"event\":\"stateSaved\",\"slot\":1,\"chain\":\"xyz\"}", "\"chain\" is no number of 16")]
    public void What_is_no_event_is_refused_with_the_reason(string line, string why)
    {
        var whole = line.Replace(
            "HEAD", "\"seq\":1,\"at\":2,\"group\":1,\"epoch\":1,\"node\":0,\"life\":1,", StringComparison.Ordinal);
        var broken = Assert.Throws<TraceFormatException>(() => _ = TraceLine.Read(Encoding.UTF8.GetBytes(whole)));
        Assert.Contains(why, broken.Message, StringComparison.Ordinal);
    }

    private static byte[] LineOf(TraceEvent traced)
    {
        ArrayBufferWriter<byte> line = new();
        using Utf8JsonWriter json = new(line);
        TraceLine.Write(line, json, in traced);
        return line.WrittenSpan[..^1].ToArray();
    }

    private static bool AreSame(object? one, object? other) => (one, other) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        (string, _) or (ValueType, _) => one.Equals(other),
        (IEnumerable left, IEnumerable right) => AreSameLists([.. left.Cast<object>()], [.. right.Cast<object>()]),
        _ => one.GetType() == other.GetType() && one.GetType().GetProperties(
                BindingFlags.Public | BindingFlags.Instance)
            .All(property => AreSame(property.GetValue(one), property.GetValue(other))),
    };

    private static bool AreSameLists(object[] left, object[] right) =>
        left.Length == right.Length && left.Zip(right).All(pair => AreSame(pair.First, pair.Second));
}
