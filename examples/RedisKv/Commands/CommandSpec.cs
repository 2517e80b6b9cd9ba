using System.Text;
using PaxosSM.RedisKv.Machine;
using PaxosSM.RedisKv.Server;

namespace PaxosSM.RedisKv.Commands;

/// <summary>One command: its name, its form and who runs it.</summary>
/// <param name="Name">The name in lower case.</param>
/// <param name="Arity">How many arguments, the name included; negative is "at least".</param>
/// <param name="Flags">What it does.</param>
/// <param name="Keys">Where its keys are.</param>
/// <param name="Summary">What it does, in a line for COMMAND DOCS.</param>
internal sealed record CommandSpec(string Name, int Arity, CommandFlags Flags, KeyPositions Keys, string Summary)
{
    /// <summary>The name's bytes.</summary>
    public byte[] NameBytes { get; } = Encoding.ASCII.GetBytes(Name);

    /// <summary>How the state machine runs it; null when it never gets there.</summary>
    public MachineHandler? Machine { get; init; }

    /// <summary>How the connection runs it; null when the state machine does.</summary>
    public ConnectionHandler? Connection { get; init; }

    /// <summary>True when it must go through the log.</summary>
    public bool IsWrite => (Flags & CommandFlags.Write) != 0;

    /// <summary>True when it can be a query.</summary>
    public bool IsRead => (Flags & CommandFlags.Read) != 0;

    /// <summary>True when so many arguments, the name included, are right.</summary>
    public bool Accepts(int count) => Arity >= 0 ? count == Arity : count >= -Arity;
}
