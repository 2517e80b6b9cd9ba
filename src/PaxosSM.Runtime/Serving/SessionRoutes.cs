using System.Buffers.Binary;
using System.Collections.Concurrent;

namespace PaxosSM.Runtime.Serving;

/// <summary>Which connection takes the results of which session: the one that named the session last.</summary>
internal sealed class SessionRoutes
{
    private readonly ConcurrentDictionary<long, GatewayConnection> _bySession = new();
    private readonly ConcurrentDictionary<long, GatewayConnection> _byOpening = new();
    private readonly int _perConnectionMax;

    public SessionRoutes(int perConnectionMax) => _perConnectionMax = perConnectionMax;

    /// <summary>
    /// An opening's number where results are told: the first 8 bytes of its nonce; 0 where there is none.
    /// </summary>
    public static long OpeningOf(ReadOnlySpan<byte> request) =>
        request.Length < sizeof(long) ? 0 : BinaryPrimitives.ReadInt64LittleEndian(request);

    /// <summary>Notes where the results of an entry go.</summary>
    /// <returns>False when the connection uses too many sessions.</returns>
    public bool Note(in CommandEntry entry, GatewayConnection connection)
    {
        switch (entry.Kind)
        {
            case EntryKind.OpenSession:
                return Add(_byOpening, OpeningOf(entry.Payload.Span), connection);
            case EntryKind.CloseSession:
                // Nobody waits for the end of a session: its client has all its results, or wants none.
                Remove(_bySession, new(entry.Session.Value, connection));
                return true;
            default:
                return Add(_bySession, entry.Session.Value, connection);
        }
    }

    /// <summary>The connection for a result; null when the client is not here.</summary>
    public GatewayConnection? Find(SessionId session, long sequence) =>
        session == SessionId.None ? _byOpening.GetValueOrDefault(sequence) : _bySession.GetValueOrDefault(
            session.Value);

    /// <summary>An opening was answered: it is told once.</summary>
    public void ForgetOpening(long opening, GatewayConnection connection) =>
        Remove(_byOpening, new(opening, connection));

    /// <summary>Forgets a session, if its results still go to that connection.</summary>
    public void Forget(SessionId session, GatewayConnection connection) =>
        Remove(_bySession, new(session.Value, connection));

    /// <summary>Forgets a connection. Costs a walk over all routes: connections end rarely.</summary>
    public void Forget(GatewayConnection connection)
    {
        RemoveAll(_bySession, connection);
        RemoveAll(_byOpening, connection);
    }

    private static void RemoveAll(ConcurrentDictionary<long, GatewayConnection> routes, GatewayConnection connection)
    {
        foreach (var route in routes)
        {
            if (route.Value == connection)
            {
                Remove(routes, route);
            }
        }
    }

    private static void Remove(
        ConcurrentDictionary<long, GatewayConnection> routes, KeyValuePair<long, GatewayConnection> route)
    {
        if (routes.TryRemove(route))
        {
            route.Value.CountRoutes(-1);
        }
    }

    private bool Add(ConcurrentDictionary<long, GatewayConnection> routes, long key, GatewayConnection connection)
    {
        if (routes.TryGetValue(key, out var known))
        {
            if (known == connection)
            {
                return true;
            }

            Remove(routes, new(key, known));
        }

        if (connection.Routes >= _perConnectionMax)
        {
            return false;
        }

        connection.CountRoutes(1);
        routes[key] = connection;
        if (connection.IsClosed)
        {
            // It ended meanwhile, and its walk over the routes may have missed this one.
            Remove(routes, new(key, connection));
        }

        return true;
    }
}
