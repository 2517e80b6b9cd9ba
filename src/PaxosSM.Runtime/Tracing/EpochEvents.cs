namespace PaxosSM.Runtime.Tracing;

/// <summary>What is told of epochs, as fields of a trace.</summary>
internal static class EpochEvents
{
    public static bool Write(TraceWriter writer, ProtocolEvent happened)
    {
        switch (happened)
        {
            case EpochBegan began:
                writer.Kind("epochBegan");
                writer.Slot("base", began.Start.Base);
                writer.Number("digest", began.Start.Digest);
                writer.Text(
                    "configuration", Convert.ToBase64String(ConfigurationCodec.Encode(began.Start.Configuration).Span));
                writer.Number("roles", (long)began.Roles);
                return true;
            case HandedOver handed:
                writer.Kind("handedOver");
                writer.Number("to", handed.Epoch.Number);
                return true;
            default:
                return false;
        }
    }

    public static ProtocolEvent? Read(string kind, ref TraceReader reader) => kind switch
    {
        "epochBegan" => new EpochBegan(
            new(reader.Slot("base"), reader.Checksum("digest"), Configuration(reader.Text("configuration"))),
            (MemberRoles)reader.Number("roles", (long)MemberRoles.All)),
        "handedOver" => new HandedOver(new((uint)reader.Number("to", uint.MaxValue))),
        _ => null,
    };

    private static Configuration Configuration(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            && ConfigurationCodec.Decode(bytes.AsSpan(0, length)) is { } configuration
            ? configuration
            : throw new TraceFormatException("\"configuration\" holds none");
    }
}
