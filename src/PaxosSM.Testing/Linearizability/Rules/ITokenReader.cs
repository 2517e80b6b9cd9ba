namespace PaxosSM.Testing.Linearizability.Rules;

/// <summary>For models of machines whose values are made of tokens, each written by one operation only.</summary>
public interface ITokenReader
{
    /// <summary>The tokens that an operation writes, if it takes effect.</summary>
    IEnumerable<string> TokensWritten(ReadOnlyMemory<byte> input, bool isQuery);

    /// <summary>The tokens that an answer shows, as often as it shows them.</summary>
    IEnumerable<string> TokensShown(ReadOnlyMemory<byte> output);
}
