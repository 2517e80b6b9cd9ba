using System.ComponentModel.DataAnnotations;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Transport.Tcp;

/// <summary>A TCP transport's settings.</summary>
public sealed record TcpTransportOptions
{
    /// <summary>Where to listen, as <see cref="HostAddress"/> has it; port 0 lets the system choose. Default
    /// <c>127.0.0.1:0</c>.</summary>
    public string Listen { get; init; } = "127.0.0.1:0";

    /// <summary>How long a frame may be. The same at all members. Default 64 MiB.</summary>
    public int FrameBytesMax { get; init; } = FrameHeader.DefaultFrameBytesMax;

    /// <summary>How many bytes may wait for one member; what goes beyond is dropped. Default 64 MiB.</summary>
    public int PeerBytesMax { get; init; } = 64 << 20;

    /// <summary>How many bytes may wait for one client; what goes beyond ends its connection. Default 16 MiB.</summary>
    public int ClientBytesMax { get; init; } = 16 << 20;

    /// <summary>How many clients may be connected. Default 1,000.</summary>
    public int ClientsMax { get; init; } = 1000;

    /// <summary>How many connections may be open that have not said who they are; a newer one pushes out the oldest.
    /// Default 64.</summary>
    public int StrangersMax { get; init; } = 64;

    /// <summary>How long a connection attempt may take. Default 2 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the greeting may take. Default 2 s.</summary>
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a connection may take nothing of what is to be written, or pause within a frame, or leave
    /// packets unacknowledged. Default 5 s.</summary>
    public TimeSpan StallMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause after the first failed attempt; it doubles, with jitter. Default 50 ms.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between attempts. Default 1 s.</summary>
    public TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a connection lives before the pauses begin anew: one that is refused at once is no success.
    /// Default 1 s.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a stop waits for receivers that do not let go. Default 2 s.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Refuses settings that can't work.</summary>
    /// <exception cref="ValidationException">Names the first of them.</exception>
    public void Validate()
    {
        Check(HostAddress.TryParse(Listen, out _), $"{nameof(Listen)} \"{Listen}\" is no address like 0.0.0.0:7001");
        Check(FrameBytesMax is >= 4096 and <= 1 << 30, $"{nameof(FrameBytesMax)} must be 4 KiB to 1 GiB");
        Check(PeerBytesMax is >= 4096 and <= 1 << 30, $"{nameof(PeerBytesMax)} must be 4 KiB to 1 GiB");
        Check(ClientBytesMax is >= 4096 and <= 1 << 30, $"{nameof(ClientBytesMax)} must be 4 KiB to 1 GiB");
        Check(ClientsMax >= 0, $"{nameof(ClientsMax)} must not be negative");
        Check(StrangersMax > 0, $"{nameof(StrangersMax)} must be positive");
        Check(ConnectTimeout > TimeSpan.Zero, $"{nameof(ConnectTimeout)} must be positive");
        Check(HelloTimeout > TimeSpan.Zero, $"{nameof(HelloTimeout)} must be positive");
        Check(StallMax >= TimeSpan.FromMilliseconds(100), $"{nameof(StallMax)} must be 100 ms or more");
        Check(ReconnectDelay > TimeSpan.Zero, $"{nameof(ReconnectDelay)} must be positive");
        Check(
            ReconnectDelayMax >= ReconnectDelay,
            $"{nameof(ReconnectDelayMax)} must not be below {nameof(ReconnectDelay)}");
        Check(ReconnectDelayMax <= TimeSpan.FromDays(1), $"{nameof(ReconnectDelayMax)} must not be above a day");
        Check(StableAfter >= TimeSpan.Zero, $"{nameof(StableAfter)} must not be negative");
        Check(StopTimeout >= TimeSpan.Zero, $"{nameof(StopTimeout)} must not be negative");
    }

    private static void Check(bool holds, string text)
    {
        if (!holds)
        {
            throw new ValidationException(text);
        }
    }
}
