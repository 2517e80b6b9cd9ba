using PaxosSM.Storage;

namespace PaxosSM.Benchmarks;

/// <summary>A file of zeros, written through from the start again and again: what a log's write and flush cost at
/// least.</summary>
internal sealed class RooflineLog : IDisposable
{
    private const long Capacity = 256L << 20;
    private const int Sector = 512;
    private readonly IStorageFile _file;
    private readonly bool _durable;
    private long _position;

    public RooflineLog(string directory, bool durable)
    {
        _durable = durable;
        _file = DiskFileLayer.Instance.Create(Path.Combine(directory, "roofline.log"));
        var zeros = new byte[1 << 20];
        for (var position = 0L; position < Capacity; position += zeros.Length)
        {
            _file.Write(position, zeros);
        }

        _file.Flush();
    }

    public void Write(ReadOnlySpan<byte> batch)
    {
        var size = (batch.Length + Sector - 1) & ~(long)(Sector - 1);
        _position = _position + size > Capacity ? 0 : _position;
        _file.Write(_position, batch);
        _position += size;
        if (_durable)
        {
            _file.Flush();
        }
    }

    public void Dispose() => _file.Dispose();
}
