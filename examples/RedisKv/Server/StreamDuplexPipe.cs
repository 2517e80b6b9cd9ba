using System.IO.Pipelines;

namespace PaxosSM.RedisKv.Server;

/// <summary>A stream's two directions as pipes that read and write it directly, without a copying task
/// between.</summary>
internal sealed class StreamDuplexPipe(Stream stream) : IDuplexPipe
{
    private const int BufferBytes = 16 * 1024;

    /// <inheritdoc/>
    public PipeReader Input { get; } = PipeReader.Create(stream, new(bufferSize: BufferBytes, leaveOpen: true));

    /// <inheritdoc/>
    public PipeWriter Output { get; } = PipeWriter.Create(stream, new(minimumBufferSize: BufferBytes, leaveOpen: true));
}
