using System.Globalization;
using System.Text;
using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Testing.Simulation;

/// <summary>Clients of a <see cref="KeyValueMachine"/>: every value is made of tokens that are written once, so that no
/// effect can be lost, doubled or moved unseen.</summary>
/// <param name="leaseReads">Whether some queries trust leases (R20b): wrong answers are to be expected from these where
/// clocks drift faster than the cluster was told.</param>
public sealed class KeyValueWorkload(bool leaseReads = true) : IWorkload
{
    private const int HeldNames = 16;
    private readonly SortedDictionary<ushort, byte[]> _lastPut = [];
    private long _tokens;

    /// <inheritdoc/>
    public IModel Model { get; } = new KeyValueModel();

    /// <inheritdoc/>
    public IStateMachine NewMachine() => new KeyValueMachine();

    /// <inheritdoc/>
    public WorkloadOperation Next(SeededRandom random, int client, ClientPlan plan)
    {
        var key = (ushort)random.Below(plan.Keys);
        return random.Below(100) < plan.QueryPercent
            ? new(KeyValueCommand.GetOf(key), true, ReadMix.Draw(random, leaseReads))
            : new(NextCommand(random, key, client, plan), false);
    }

    private byte[] NextCommand(SeededRandom random, ushort key, int client, ClientPlan plan)
    {
        switch (random.Below(100))
        {
            case < 20:
                return KeyValueCommand.PutOf(key, _lastPut[key] = NextValue(random, client, plan));
            case < 55:
                return KeyValueCommand.AppendOf(key, NextValue(random, client, plan));
            case < 70 when _lastPut.TryGetValue(key, out var expected):
                _lastPut[key] = NextValue(random, client, plan);
                return KeyValueCommand.CompareAndSetOf(key, expected, _lastPut[key]);
            case < 85:
                return KeyValueCommand.IncrementOf(key);
            case < 95:
                return KeyValueCommand.DeleteOf(key);
            default:
                var span = TimeSpan.FromMilliseconds(random.Below(4) == 0 ? 0 : 1 + random.Below(2000));
                return KeyValueCommand.HoldOf((ushort)random.Below(HeldNames), span);
        }
    }

    private byte[] NextValue(SeededRandom random, int client, ClientPlan plan)
    {
        var token = string.Create(CultureInfo.InvariantCulture, $"{client}.{++_tokens}");
        var length = Math.Max(token.Length, (int)random.Below(Math.Max(1, plan.ValueBytesMax)));
        return Encoding.Latin1.GetBytes($"{token.PadRight(length, '-')};");
    }
}
