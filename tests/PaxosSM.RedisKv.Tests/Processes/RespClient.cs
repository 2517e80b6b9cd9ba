using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PaxosSM.RedisKv.Tests.Processes;

/// <summary>A plain Redis client, as small as the protocol allows; any failure of the connection is an
/// <see cref="IOException"/>.</summary>
internal sealed class RespClient : IDisposable
{
    private readonly TcpClient _socket = new() { NoDelay = true };
    private readonly NetworkStream _stream;
    private readonly BufferedStream _input;

    public RespClient(int port, TimeSpan timeout)
    {
        try
        {
            if (!_socket.ConnectAsync(IPAddress.Loopback, port).Wait(timeout))
            {
                throw new IOException($"no connection to {port} in {timeout}");
            }
        }
        catch (AggregateException failed)
        {
            throw new IOException($"no connection to {port}", failed);
        }

        _stream = _socket.GetStream();
        _stream.ReadTimeout = _stream.WriteTimeout = (int)timeout.TotalMilliseconds;
        _input = new(_stream, 1 << 16);
    }

    /// <summary>Sends a command and returns its reply: a string, a long, null, an array of these, or an
    /// <see cref="RespError"/>.</summary>
    public object? Call(params string[] command)
    {
        Send(command);
        return Receive();
    }

    public void Send(params string[] command)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{command.Length}\r\n");
        foreach (var word in command)
        {
            text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }

        _stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    public object? Receive()
    {
        var line = ReadLine();
        var rest = line[1..];
        switch (line[0])
        {
            case '+':
                return rest;
            case '-':
                return new RespError(rest);
            case ':':
                return long.Parse(rest, CultureInfo.InvariantCulture);
            case '$':
                return ReadBulk(int.Parse(rest, CultureInfo.InvariantCulture));
            case '*':
                var count = int.Parse(rest, CultureInfo.InvariantCulture);
                var items = new object?[Math.Max(0, count)];
                for (var index = 0; index < items.Length; index++)
                {
                    items[index] = Receive();
                }

                return count < 0 ? null : items;
            default:
                throw new IOException($"not RESP: {line}");
        }
    }

    public void Dispose() => _socket.Dispose();

    private string? ReadBulk(int length)
    {
        if (length < 0)
        {
            return null;
        }

        var bytes = new byte[length + 2];
        _input.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private string ReadLine()
    {
        var line = new StringBuilder();
        int next;
        while ((next = _input.ReadByte()) != '\n')
        {
            if (next < 0)
            {
                throw new IOException("the connection ended");
            }

            line.Append((char)next);
        }

        return line.Length > 1 ? line.ToString(0, line.Length - 1) : throw new IOException("an empty line");
    }
}

/// <summary>A Redis error reply.</summary>
internal sealed record RespError(string Text);
