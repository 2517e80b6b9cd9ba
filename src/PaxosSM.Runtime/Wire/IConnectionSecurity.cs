namespace PaxosSM.Runtime.Wire;

/// <summary>Secures a connection before anything is said on it.</summary>
/// <remarks>The stream returned is used instead of the one given, and disposed with the connection. What fails is
/// thrown, and ends the connection.</remarks>
public interface IConnectionSecurity
{
    /// <summary>Secures a connection that came in.</summary>
    ValueTask<Stream> SecureInboundAsync(Stream stream, CancellationToken cancellationToken);

    /// <summary>Secures a connection that was made.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="host">Who is expected at the other end, as the configuration writes it.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    ValueTask<Stream> SecureOutboundAsync(Stream stream, string host, CancellationToken cancellationToken);
}

/// <summary>No security: for networks that are trusted.</summary>
public sealed class PlainConnections : IConnectionSecurity
{
    /// <inheritdoc/>
    public ValueTask<Stream> SecureInboundAsync(Stream stream, CancellationToken cancellationToken) => new(stream);

    /// <inheritdoc/>
    public ValueTask<Stream> SecureOutboundAsync(Stream stream, string host, CancellationToken cancellationToken) =>
        new(stream);
}
