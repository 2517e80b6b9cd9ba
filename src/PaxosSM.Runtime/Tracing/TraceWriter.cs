using System.Globalization;
using System.Text.Json;

namespace PaxosSM.Runtime.Tracing;

/// <summary>Writes a trace's fields as <see cref="TraceReader"/> reads them.</summary>
internal readonly ref struct TraceWriter(Utf8JsonWriter json)
{
    private const int ChainDigits = 16;

    public void Kind(string kind) => json.WriteString("event", kind);

    public void Number(string name, long number) => json.WriteNumber(name, number);

    public void Group(string name, GroupId group) => json.WriteNumber(name, group.Value);

    public void Text(string name, string text) => json.WriteString(name, text);

    public void Slot(string name, Slot slot) => json.WriteNumber(name, slot.Index);

    public void Ballot(string name, Ballot ballot)
    {
        json.WritePropertyName(name);
        Ballot(ballot);
    }

    // A number of 64 bits is more than many readers of JSON can hold.
    public void Chain(string name, ulong chain)
    {
        Span<char> digits = stackalloc char[ChainDigits];
        _ = chain.TryFormat(digits, out _, "x16", CultureInfo.InvariantCulture);
        json.WriteString(name, digits);
    }

    public void View(string name, View? view)
    {
        json.WritePropertyName(name);
        if (view is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartArray();
        Ballot(view.Ballot);
        json.WriteNumberValue(view.Start.Index);
        json.WriteStartArray();
        foreach (var owner in view.Owners)
        {
            Numbers(owner.Node.Value, owner.Incarnation);
        }

        json.WriteEndArray();
        json.WriteEndArray();
    }

    public void Checksums(string name, IReadOnlyList<uint> checksums)
    {
        json.WriteStartArray(name);
        foreach (var checksum in checksums)
        {
            json.WriteNumberValue(checksum);
        }

        json.WriteEndArray();
    }

    public void Nodes(string name, IReadOnlyList<NodeId> nodes)
    {
        json.WriteStartArray(name);
        foreach (var node in nodes)
        {
            json.WriteNumberValue(node.Value);
        }

        json.WriteEndArray();
    }

    public void Range(string name, SlotRange range)
    {
        json.WritePropertyName(name);
        Numbers(range.First.Index, range.Last.Index);
    }

    public void Ranges(string name, IReadOnlyList<SlotRange> ranges)
    {
        json.WriteStartArray(name);
        foreach (var range in ranges)
        {
            Numbers(range.First.Index, range.Last.Index);
        }

        json.WriteEndArray();
    }

    public void Votes(string name, IReadOnlyList<VoteMark> votes)
    {
        json.WriteStartArray(name);
        foreach (var vote in votes)
        {
            json.WriteStartArray();
            json.WriteNumberValue(vote.Slot.Index);
            Ballot(vote.Ballot);
            json.WriteNumberValue(vote.Checksum);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private void Ballot(Ballot ballot)
    {
        json.WriteStartArray();
        json.WriteNumberValue(ballot.Round);
        json.WriteNumberValue(ballot.Proposer.Value);
        json.WriteNumberValue(ballot.Incarnation);
        json.WriteEndArray();
    }

    private void Numbers(long first, long second)
    {
        json.WriteStartArray();
        json.WriteNumberValue(first);
        json.WriteNumberValue(second);
        json.WriteEndArray();
    }
}
