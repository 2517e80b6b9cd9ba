using System.Buffers;
using System.Text;
using PaxosSM.RedisKv.Commands;
using PaxosSM.RedisKv.Machine;
using PaxosSM.RedisKv.Server;

namespace PaxosSM.RedisKv.Tests;

/// <summary>A machine with a log of our own making: slots, times and timers.</summary>
internal sealed class MachineUnderTest
{
    private long _slot;

    public RedisMachine Machine { get; } = new();

    public LocalTimers Timers { get; } = new();

    public long Now { get; set; } = 1_000_000_000;

    public static byte[] Encode(params string[] arguments) => EncodeAll(CommandPayload.Batch, arguments);

    public static byte[] EncodeAll(byte kind, params string[][] commands)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var arguments in commands)
        {
            CommandPayload.WriteNumber(output, (uint)arguments.Length);
            foreach (var argument in arguments)
            {
                CommandPayload.WriteArgument(output, Encoding.Latin1.GetBytes(argument));
            }
        }

        return CommandPayload.Wrap(kind, commands.Length, output.WrittenSpan);
    }

    /// <summary>Applies a line; the reply's line breaks are shown as spaces.</summary>
    public string Do(string line) => Apply(Encode(line.Split(' ')));

    public string Ask(string line) => Query(Encode(line.Split(' ')));

    public string Apply(byte[] payload) => Shown(ApplyRaw(payload));

    public byte[] ApplyRaw(byte[] payload)
    {
        FireTimers();
        var result = new ArrayBufferWriter<byte>();
        Machine.Apply(ContextAt(++_slot), new ReadOnlySequence<byte>(payload), result);
        return result.WrittenSpan.ToArray();
    }

    public string Query(byte[] payload)
    {
        var result = new ArrayBufferWriter<byte>();
        Machine.Query(new(new(_slot), new(Now)), new ReadOnlySequence<byte>(payload), result);
        return Shown(result.WrittenSpan.ToArray());
    }

    public void FireTimers()
    {
        while (Timers.TryTakeDue(new(Now), out var id))
        {
            Machine.OnTimer(ContextAt(_slot), id);
        }
    }

    public byte[] Snapshot()
    {
        using var writer = Machine.BeginSnapshot();
        return Write(writer);
    }

    public static byte[] Write(ISnapshotWriter writer)
    {
        using var stream = new MemoryStream();
        writer.WriteAsync(stream, default).AsTask().GetAwaiter().GetResult();
        return stream.ToArray();
    }

    /// <summary>Restores what a host restores: the machine's bytes, the timers, the place in the log.</summary>
    public static MachineUnderTest Restore(byte[] snapshot, MachineUnderTest original)
    {
        var copy = new MachineUnderTest { Now = original.Now, _slot = original._slot };
        copy.Machine.RestoreAsync(new MemoryStream(snapshot), default).AsTask().GetAwaiter().GetResult();
        original.Timers.CopyTo(copy.Timers);
        return copy;
    }

    private CommandContext ContextAt(long slot) =>
        new(GroupId.Default, new(slot), 0, new(Now), new(1), slot, Timers);

    private static string Shown(byte[] reply) => Encoding.Latin1.GetString(reply).Replace("\r\n", " ").TrimEnd();
}
