using System.Buffers;

namespace PaxosSM.RedisKv.Machine;

/// <summary>What the commands of one payload share.</summary>
/// <param name="Keys">The keyspace.</param>
/// <param name="Now">The log's time in microseconds.</param>
/// <param name="Seed">A number of this place in the log.</param>
/// <param name="MayWrite">False for queries.</param>
/// <param name="Output">Where the replies go.</param>
internal readonly record struct CallScope(
    Keyspace Keys, long Now, ulong Seed, bool MayWrite, IBufferWriter<byte> Output);
