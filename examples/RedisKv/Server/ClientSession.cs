namespace PaxosSM.RedisKv.Server;

/// <summary>What the server remembers of a client.</summary>
internal sealed class ClientSession(long id, string remoteAddress, ServerState server)
{
    /// <summary>The client's number, never used again in this process.</summary>
    public long Id { get; } = id;

    /// <summary>Where it comes from.</summary>
    public string RemoteAddress { get; } = remoteAddress;

    /// <summary>The server.</summary>
    public ServerState Server { get; } = server;

    /// <summary>The name that it gave itself; replaced, never changed, because other clients list it.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>The commands between MULTI and EXEC.</summary>
    public TransactionQueue Transaction { get; } = new(server.Options.Limits);

    /// <summary>A transaction that EXEC has closed and that must be sent now.</summary>
    public TransactionPayload? Ready { get; set; }

    /// <summary>True when the connection must be closed after the replies.</summary>
    public bool Closing { get; set; }
}
