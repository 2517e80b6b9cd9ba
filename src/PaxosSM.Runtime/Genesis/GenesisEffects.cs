using PaxosSM.Messages;

namespace PaxosSM.Runtime.Genesis;

/// <summary>What a step of <see cref="GenesisProtocol"/> asks of the outside world; the driver clears it once it is
/// done.</summary>
/// <remarks>A message that vouches for a record is asked for only after <see cref="GenesisProtocol.OnSaved"/> told that
/// it is durable.</remarks>
public sealed class GenesisEffects
{
    private readonly List<Envelope> _sends = [];

    /// <summary>Messages to send; each may be lost.</summary>
    public IReadOnlyList<Envelope> Sends => _sends;

    /// <summary>A record to make durable, in place of the one before; null for none. Then call <see
    /// cref="GenesisProtocol.OnSaved"/>.</summary>
    public GenesisRecord? Save { get; private set; }

    /// <summary>Forgets all effects.</summary>
    public void Clear()
    {
        _sends.Clear();
        Save = null;
    }

    internal void Send(NodeId to, Message message) => _sends.Add(new(to, message));

    internal void SaveRecord(GenesisRecord record) => Save = record;
}
