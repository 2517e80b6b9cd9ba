using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Ports;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Hosting;

/// <summary>Shows what the transport received to whom it concerns: genesis, the pump, the gateway.</summary>
internal sealed class NodeReceiver : ITransportReceiver
{
    private volatile NodePump? _pump;

    /// <summary>Set before the transport starts.</summary>
    public GenesisDriver? Genesis { get; set; }

    /// <summary>Set before the transport starts.</summary>
    public ClientRouter? Clients { get; set; }

    /// <summary>Null until genesis has ended here: what comes earlier is dropped, and will be sent again.</summary>
    public NodePump? Pump
    {
        get => _pump;
        set => _pump = value;
    }

    public ValueTask OnMessageAsync(NodeId from, GroupId group, Epoch epoch, Message message)
    {
        if (Genesis is { } genesis && genesis.On(from, message))
        {
            return default;
        }

        return _pump?.OnMessageAsync(from, group, epoch, message) ?? default;
    }

    public IClientConnection OnClient(IClientReplies replies) => Clients!.Connect(replies); // set before the start
}
