namespace PaxosSM.Runtime.Wire;

/// <summary>What both sides do before the first frame. The dialing side speaks first.</summary>
public static class Handshake
{
    /// <summary>The dialing side: says who it is and hears who answers.</summary>
    /// <exception cref="ConnectionRefusedException">The other side refused, or speaks no version in common.</exception>
    /// <exception cref="WireFormatException">The other side speaks something else.</exception>
    public static async Task<Hello> DialAsync(Stream stream, Hello self, CancellationToken cancellationToken)
    {
        await SayAsync(stream, self, cancellationToken).ConfigureAwait(false);
        var remote = await HearAsync(stream, cancellationToken).ConfigureAwait(false);
        CheckVersion(remote);
        return remote;
    }

    /// <summary>Hears a hello, and reads nothing behind it.</summary>
    /// <exception cref="ConnectionRefusedException">The other side refused.</exception>
    /// <exception cref="WireFormatException">The other side speaks something else.</exception>
    public static async Task<Hello> HearAsync(Stream stream, CancellationToken cancellationToken)
    {
        var bytes = new byte[HelloCodec.HeaderSize];
        await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        Array.Resize(ref bytes, bytes.Length + HelloCodec.RestOf(bytes));
        await stream.ReadExactlyAsync(bytes.AsMemory(HelloCodec.HeaderSize), cancellationToken).ConfigureAwait(false);
        return HelloCodec.Decode(bytes);
    }

    /// <summary>Says who this side is.</summary>
    public static Task SayAsync(Stream stream, Hello self, CancellationToken cancellationToken) =>
        stream.WriteAsync(HelloCodec.Encode(self), cancellationToken).AsTask();

    /// <summary>Says why this side does not want the connection.</summary>
    public static Task SayAsync(Stream stream, Refusal refusal, CancellationToken cancellationToken) =>
        stream.WriteAsync(HelloCodec.Encode(refusal), cancellationToken).AsTask();

    /// <summary>Refuses a side that speaks no version in common, naming both.</summary>
    /// <exception cref="ConnectionRefusedException">There is none.</exception>
    public static void CheckVersion(Hello remote)
    {
        if (remote.VersionMin > FrameHeader.VersionMax || remote.VersionMax < FrameHeader.VersionMin)
        {
            var text = $"versions {FrameHeader.VersionMin} to {FrameHeader.VersionMax} are spoken here, "
                + $"{remote.VersionMin} to {remote.VersionMax} by the other side";
            throw new ConnectionRefusedException(Refusal.Of(RefusalReason.Version, text), byPeer: false);
        }
    }
}
