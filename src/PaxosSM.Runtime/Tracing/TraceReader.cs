using System.Globalization;
using System.Text.Json;

namespace PaxosSM.Runtime.Tracing;

/// <summary>Reads a trace's fields, each by its name, in order.</summary>
internal ref struct TraceReader(ReadOnlySpan<byte> line)
{
    private Utf8JsonReader _json = new(line);

    public void Begin() => Take(JsonTokenType.StartObject, "a line");

    public void End()
    {
        _ = _json.Read();
        if (_json.TokenType != JsonTokenType.EndObject)
        {
            throw new TraceFormatException($"nothing was expected any more, and there is {Here()}");
        }

        if (_json.Read())
        {
            throw new TraceFormatException("there is more on the line than one event");
        }
    }

    public long Number(string name, long max)
    {
        Name(name);
        _ = _json.Read();
        return Integer(name, max);
    }

    public GroupId Group(string name)
    {
        Name(name);
        Take(JsonTokenType.Number, name);
        return _json.TryGetUInt64(out var group)
            ? new(group)
            : throw new TraceFormatException($"\"{name}\" holds no whole number of 64 bits");
    }

    public string Text(string name)
    {
        Name(name);
        Take(JsonTokenType.String, name);
        return _json.GetString()!;
    }

    public Slot Slot(string name) => new(Number(name, long.MaxValue));

    public NodeId Node(string name) => new((ushort)Number(name, ushort.MaxValue));

    public uint Checksum(string name) => (uint)Number(name, uint.MaxValue);

    public ulong Chain(string name) =>
        ulong.TryParse(Text(name), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var chain)
            ? chain
            : throw new TraceFormatException($"\"{name}\" is no number of 16 hexadecimal digits");

    public Ballot Ballot(string name)
    {
        Name(name);
        Take(JsonTokenType.StartArray, name);
        return BallotHere(name);
    }

    public View? View(string name)
    {
        Name(name);
        _ = _json.Read();
        if (_json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        Expect(JsonTokenType.StartArray, name);
        Take(JsonTokenType.StartArray, name);
        var ballot = BallotHere(name);
        Slot start = new(Next(name, long.MaxValue));
        Take(JsonTokenType.StartArray, name);
        List<LaneOwner> owners = [];
        while (TakesPart(name))
        {
            NodeId node = new((ushort)Next(name, ushort.MaxValue));
            owners.Add(new(node, (uint)Next(name, uint.MaxValue)));
            Take(JsonTokenType.EndArray, name);
        }

        Take(JsonTokenType.EndArray, name);
        return owners.Count > 0
            ? new(ballot, start, owners)
            : throw new TraceFormatException($"\"{name}\" deals to nobody");
    }

    public IReadOnlyList<uint> Checksums(string name)
    {
        List<uint> checksums = [];
        OpenList(name);
        while (TakesNumber(name))
        {
            checksums.Add((uint)Integer(name, uint.MaxValue));
        }

        return checksums;
    }

    public IReadOnlyList<NodeId> Nodes(string name)
    {
        List<NodeId> nodes = [];
        OpenList(name);
        while (TakesNumber(name))
        {
            nodes.Add(new((ushort)Integer(name, ushort.MaxValue)));
        }

        return nodes;
    }

    public SlotRange Range(string name)
    {
        OpenList(name);
        return RangeHere(name);
    }

    public IReadOnlyList<SlotRange> Ranges(string name)
    {
        List<SlotRange> ranges = [];
        OpenList(name);
        while (TakesPart(name))
        {
            ranges.Add(RangeHere(name));
        }

        return ranges;
    }

    public IReadOnlyList<VoteMark> Votes(string name)
    {
        List<VoteMark> votes = [];
        OpenList(name);
        while (TakesPart(name))
        {
            Slot slot = new(Next(name, long.MaxValue));
            Take(JsonTokenType.StartArray, name);
            var ballot = BallotHere(name);
            votes.Add(new(slot, ballot, (uint)Next(name, uint.MaxValue)));
            Take(JsonTokenType.EndArray, name);
        }

        return votes;
    }

    private void OpenList(string name)
    {
        Name(name);
        Take(JsonTokenType.StartArray, name);
    }

    private SlotRange RangeHere(string name)
    {
        Slot first = new(Next(name, long.MaxValue));
        SlotRange range = new(first, new(Next(name, long.MaxValue)));
        Take(JsonTokenType.EndArray, name);
        return range;
    }

    private Ballot BallotHere(string name)
    {
        var round = Next(name, long.MaxValue);
        NodeId proposer = new((ushort)Next(name, ushort.MaxValue));
        Ballot ballot = new(round, proposer, (uint)Next(name, uint.MaxValue));
        Take(JsonTokenType.EndArray, name);
        return ballot;
    }

    private bool TakesPart(string name)
    {
        _ = _json.Read();
        if (_json.TokenType == JsonTokenType.EndArray)
        {
            return false;
        }

        Expect(JsonTokenType.StartArray, name);
        return true;
    }

    private bool TakesNumber(string name)
    {
        _ = _json.Read();
        if (_json.TokenType == JsonTokenType.EndArray)
        {
            return false;
        }

        Expect(JsonTokenType.Number, name);
        return true;
    }

    private long Next(string name, long max)
    {
        _ = _json.Read();
        return Integer(name, max);
    }

    private readonly long Integer(string name, long max)
    {
        Expect(JsonTokenType.Number, name);
        return _json.TryGetInt64(out var number) && number >= 0 && number <= max
            ? number
            : throw new TraceFormatException($"\"{name}\" holds no whole number from 0 through {max}");
    }

    private void Name(string name)
    {
        _ = _json.Read();
        if (_json.TokenType != JsonTokenType.PropertyName || !_json.ValueTextEquals(name))
        {
            throw new TraceFormatException($"\"{name}\" was expected, and there is {Here()}");
        }
    }

    private void Take(JsonTokenType type, string name)
    {
        _ = _json.Read();
        Expect(type, name);
    }

    private readonly void Expect(JsonTokenType type, string name)
    {
        if (_json.TokenType != type)
        {
            throw new TraceFormatException($"\"{name}\" should hold a {type}, and there is {Here()}");
        }
    }

    private readonly string Here() => _json.TokenType == JsonTokenType.PropertyName
        ? $"\"{_json.GetString()}\""
        : $"a {_json.TokenType}";
}
