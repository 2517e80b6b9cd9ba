using System.Text;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime.Serving;

/// <summary>Leads a client's frames to the gateway of the group that they name: a node of many groups has one port.
/// Safe for use by many threads.</summary>
public sealed class ClientRouter
{
    private readonly Func<GroupId, Gateway?> _find;

    /// <summary>A router.</summary>
    /// <param name="find">Finds a group's gateway; null for a group that is not here.</param>
    public ClientRouter(Func<GroupId, Gateway?> find) => _find = find;

    /// <summary>A client connected, over the network or within the process.</summary>
    /// <returns>What takes its frames; disposed when the connection ends.</returns>
    public IClientConnection Connect(IClientReplies replies) => new Routed(this, replies);

    private static GroupId GroupOf(ClientFrame frame) => frame switch
    {
        ClientSubmit submit => submit.Group,
        ClientQuery query => query.Group,
        ClientStatusRequest request => request.Group,
        ClientAdmin admin => admin.Group,
        ClientBackup backup => backup.Group,
        _ => GroupId.Default,
    };

    private sealed class Routed(ClientRouter router, IClientReplies replies) : IClientConnection
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<GroupId, IClientConnection> _connections = [];
        private bool _closed;

        public ValueTask OnFrameAsync(ClientFrame frame)
        {
            var group = GroupOf(frame);
            if (Find(group) is { } connection)
            {
                return connection.OnFrameAsync(frame);
            }

            Refuse(group, frame);
            return ValueTask.CompletedTask;
        }

        public void Dispose()
        {
            IClientConnection[] all;
            lock (_gate)
            {
                _closed = true;
                all = [.. _connections.Values];
                _connections.Clear();
            }

            foreach (var connection in all)
            {
                connection.Dispose();
            }
        }

        private IClientConnection? Find(GroupId group)
        {
            lock (_gate)
            {
                if (_closed)
                {
                    return null;
                }

                if (_connections.GetValueOrDefault(group) is { } known)
                {
                    return known;
                }

                return router._find(group) is { } gateway
                    ? _connections[group] = gateway.Connect(replies)
                    : null;
            }
        }

        // A group that is made just now is here soon: its client waits, and sends again.
        private void Refuse(GroupId group, ClientFrame frame)
        {
            var why = $"this node has no {group}: it was removed, or is not made here yet";
            switch (frame)
            {
                case ClientQuery query:
                    replies.Send(new ClientQueryResult(
                        group, query.Id, PaxosError.Stopped, default, default, default, Encoding.UTF8.GetBytes(why)));
                    break;
                case ClientAdmin admin:
                    replies.Send(new ClientAdminResult(group, admin.Id, AdminState.Refused, why));
                    break;
                case ClientBackup backup:
                    replies.Send(new ClientAdminResult(group, backup.Id, AdminState.Refused, why));
                    break;
                default:
                    replies.Send(new ClientStatus(group, (frame as ClientStatusRequest)?.Id ?? 0, string.Empty, why));
                    break;
            }
        }
    }
}
