namespace PaxosSM.Testing.TestKits;

/// <summary>A command or query: as the machine gets it, and as people read it.</summary>
/// <param name="Bytes">What the machine gets.</param>
/// <param name="Text">What people read.</param>
/// <param name="Value">What the bytes were made of.</param>
internal sealed record Payload(byte[] Bytes, string Text, object Value);
