using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Transport.Tests;

/// <summary>One of each that goes over the wire, and its bytes.</summary>
internal static class Samples
{
    public static IEnumerable<ClientFrame> ClientFrames =>
    [
        new ClientSubmit(new(5), Entries(), 2) { WantsTentative = true },
        new ClientResult(new(5), new(6), 7, PaxosError.SessionGap, 8, new(9), Durability.Volatile, Bytes(1, 2)),
        new ClientResults(new(5), Durability.Mapped, Bytes(3, 2, 1), 1) { IsTentative = true },
        new ClientQuery(new(5), 10, ReadConsistency.After(new(11)), TimeSpan.FromSeconds(12), Bytes(4)),
        new ClientQueryResult(new(5), 10, PaxosError.TooOld, new(13), new(14), TimeSpan.FromMilliseconds(15), Bytes(5)),
        new ClientStatusRequest(new(5), 16),
        new ClientStatus(new(5), 17, "10.0.0.1:7001", "no quorum: b unreachable")
        {
            Addresses = ["10.0.0.1:7001", "10.0.0.2:7002"],
            IsWedged = true,
        },
        new ClientAdmin(new(5), 18, "change remove:b"),
        new ClientAdminResult(new(5), 19, AdminState.Elsewhere, "10.0.0.2:7002"),
        new ClientBackup(new(5), 20, 21),
        new ClientBackupPiece(new(5), 22, 23, Bytes(6, 7)),
    ];

    public static NodeIdentity Identity => new(
        new(new Guid("0f0e0d0c-0b0a-0908-0706-050403020100")),
        new(0x1122334455667788),
        new(2),
        new(new Guid("00112233-4455-6677-8899-aabbccddeeff")),
        9,
        0x99aabbccddeeff00,
        new(4));

    /// <summary>Every sample as a whole frame or greeting, by name.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Encoded()
    {
        foreach (var message in SampleMessages.All)
        {
            yield return (message.GetType().Name, Encode(message));
        }

        foreach (var frame in ClientFrames)
        {
            yield return (frame.GetType().Name, Encode(frame));
        }

        yield return ("Hello", HelloCodec.Encode(new Hello(1, 2, ConnectionRole.Member, Identity)));
        yield return ("Refusal", HelloCodec.Encode(new Refusal(RefusalReason.Cluster, 1, 2, "another cluster")));
    }

    public static byte[] Encode(Message message)
    {
        FrameBuffer buffer = new(1 << 20);
        Assert.True(FrameCodec.TryWrite(buffer, new(5), new(4), message));
        return buffer.Written.ToArray();
    }

    public static byte[] Encode(ClientFrame frame)
    {
        FrameBuffer buffer = new(1 << 20);
        Assert.True(FrameCodec.TryWrite(buffer, frame));
        return buffer.Written.ToArray();
    }

    /// <summary>Reads whatever <see cref="Encoded"/> gives.</summary>
    public static object? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("PXSM"u8))
        {
            return HelloCodec.Decode(bytes);
        }

        if (!FrameCodec.TryRead(bytes, 1 << 20, out var header) || header.Length != bytes.Length)
        {
            return null;
        }

        var payload = bytes[FrameHeader.Size..^FrameHeader.ChecksumSize];
        return (byte)header.Kind >= 0x80
            ? ClientFrameCodec.Read(header, payload)
            : MessageCodec.Read(header.Kind, payload);
    }

    public static byte[] Entries(int count = 2, int length = 3)
    {
        var bytes = new byte[count * (CommandEntry.HeaderSize + length)];
        for (var i = 0; i < count; i++)
        {
            var entry = bytes.AsSpan(i * (CommandEntry.HeaderSize + length));
            CommandEntry.WriteHeader(entry, EntryKind.Command, new(6), i + 1, i, length);
            entry.Slice(CommandEntry.HeaderSize, length).Fill((byte)(i + 1));
        }

        return bytes;
    }

    private static ReadOnlyMemory<byte> Bytes(params byte[] bytes) => bytes;
}
