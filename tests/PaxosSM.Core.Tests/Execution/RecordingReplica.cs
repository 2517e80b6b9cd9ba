using PaxosSM.Runtime;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>Remembers what was posted to the core.</summary>
internal sealed class RecordingReplica : IReplica
{
    public List<Input> Posted { get; } = [];

    public GroupId Group => GroupId.Default;

    public ReplicaStatus Status => throw new NotSupportedException();

    public void Post(Input input) => Posted.Add(input);

    public PaxosError Submit(ReadOnlyMemory<byte> entries, int count) => throw new NotSupportedException();

    public IEnumerable<T> Of<T>()
        where T : Input => Posted.OfType<T>();
}
