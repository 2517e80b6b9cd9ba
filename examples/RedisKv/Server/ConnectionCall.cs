using System.Buffers;
using System.Text;
using PaxosSM.RedisKv.Resp;

namespace PaxosSM.RedisKv.Server;

/// <summary>A command that the connection answers.</summary>
internal readonly ref struct ConnectionCall(ClientSession client, RespCommand command, IBufferWriter<byte> output)
{
    /// <summary>Who sent it.</summary>
    public ClientSession Client { get; } = client;

    /// <summary>Where the reply goes.</summary>
    public RespWriter Reply { get; } = new(output);

    /// <summary>How many arguments there are, the command's name included.</summary>
    public int Count => command.Count;

    /// <summary>An argument; 0 is the command's name.</summary>
    public ReadOnlySpan<byte> this[int index] => command[index];

    /// <summary>True when an argument is there and is this word, in any case.</summary>
    public bool Is(int index, ReadOnlySpan<byte> word) => index < Count && Ascii.EqualsIgnoreCase(command[index], word);

    /// <summary>An argument as text.</summary>
    public string Text(int index) => Encoding.UTF8.GetString(command[index]);

    /// <summary>Writes bytes.</summary>
    public void Bulk(string text) => Reply.Bulk(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes an error.</summary>
    public void Error(string text) => Reply.Error(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes the error for a subcommand that is not known or has the wrong number of arguments.</summary>
    public void UnknownSubcommand(string command) =>
        Error($"ERR unknown subcommand or wrong number of arguments for '{Text(1)}'. Try {command} HELP.");
}
