using System.Security.Cryptography;
using System.Text;
using PaxosSM.Runtime;

namespace PaxosSM.Hosting;

/// <summary>A cluster's number from its name.</summary>
public static class ClusterName
{
    /// <summary>The number: the first half of the name's SHA-256.</summary>
    public static ClusterId Digest(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _ = SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return new(new Guid(hash[..16]));
    }
}
