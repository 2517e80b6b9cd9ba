using System.Buffers.Binary;

namespace PaxosSM.Storage;

/// <summary>A small record kept twice, in two files (R24). Saved whole or not at all.</summary>
internal sealed class TwinFile
{
    private const uint Magic = 0x46545850; // "PXTF"
    private const ushort Version = 1;
    private const int HeaderSize = 24;
    private const int ChecksumOffset = 20;
    private const int PayloadBytesMax = 1024 * 1024;

    private readonly IFileLayer _files;
    private readonly string _directory;
    private readonly string _name;
    private long _sequence;

    private TwinFile(IFileLayer files, string directory, string name)
    {
        _files = files;
        _directory = directory;
        _name = name;
    }

    /// <summary>What is stored; null for nothing.</summary>
    public byte[]? Payload { get; private set; }

    /// <summary>Whether both copies are there, and damaged, so that what they held is lost.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Whether there is an intact copy, and the other one is damaged, missing or older.</summary>
    public bool NeedsRepair { get; private set; }

    private string[] Paths => [Path.Combine(_directory, _name + ".a"), Path.Combine(_directory, _name + ".b")];

    public static TwinFile Open(IFileLayer files, string directory, string name)
    {
        var twin = new TwinFile(files, directory, name);
        twin.Load();
        return twin;
    }

    /// <summary>Replaces what is stored: one copy, made durable, then the other.</summary>
    public void Save(ReadOnlySpan<byte> payload)
    {
        var bytes = new byte[HeaderSize + payload.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), Version);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), _sequence + 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), payload.Length);
        payload.CopyTo(bytes.AsSpan(HeaderSize));
        var checksum = Crc32C.Of(bytes.AsSpan(0, ChecksumOffset), payload);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumOffset), checksum);
        foreach (var path in Paths)
        {
            using (var file = _files.Create(path + ".tmp"))
            {
                file.Write(0, bytes);
                file.Flush();
            }

            _files.Rename(path + ".tmp", path);
            _files.FlushDirectory(_directory);
        }

        _sequence++;
        Payload = payload.ToArray();
        NeedsRepair = false;
    }

    private void Load()
    {
        var damaged = 0;
        var intact = 0;
        foreach (var path in Paths)
        {
            byte[]? bytes;
            try
            {
                bytes = Read(path);
            }
            catch (FileNotFoundException)
            {
                NeedsRepair = true;
                continue;
            }

            if (bytes is null)
            {
                NeedsRepair = true;
                damaged++;
                continue;
            }

            intact++;
            var sequence = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8));
            NeedsRepair |= intact > 1 && sequence != _sequence;
            if (sequence > _sequence)
            {
                _sequence = sequence;
                Payload = bytes[HeaderSize..];
            }
        }

        IsLost = intact == 0 && damaged > 0;
        NeedsRepair &= intact > 0;
    }

    private byte[]? Read(string path)
    {
        using var file = _files.OpenRead(path);
        if (file.Length is < HeaderSize or > HeaderSize + PayloadBytesMax)
        {
            return null;
        }

        var bytes = new byte[file.Length];
        try
        {
            if (file.Read(0, bytes) != bytes.Length)
            {
                return null;
            }
        }
        catch (IOException)
        {
            return null;
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Magic
            && BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(4)) == Version
            && BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(16)) == bytes.Length - HeaderSize
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(ChecksumOffset))
                == Crc32C.Of(bytes.AsSpan(0, ChecksumOffset), bytes.AsSpan(HeaderSize))
            ? bytes : null;
    }
}
