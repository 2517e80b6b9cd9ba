using System.Text;
using PaxosSM.Messages;
using PaxosSM.Quorums;
using PaxosSM.Runtime.Genesis;

namespace PaxosSM.Core.Tests.Genesis;

/// <summary>A cluster in genesis: three members, their disks, and a network that the test drives by hand.</summary>
internal sealed class GenesisHarness
{
    private static readonly string[] Names = ["a", "b", "c", "d", "e"];

    private readonly Dictionary<int, GenesisRecord?> _disks = [];
    private readonly Dictionary<int, StorageId> _storages = [];
    private readonly Dictionary<int, GenesisProtocol> _running = [];
    private readonly Dictionary<int, GenesisRecord> _saving = [];
    private readonly Dictionary<int, Durability> _durability = [];
    private readonly StringBuilder _trace = new();
    private int _storagesMade;

    public GenesisHarness(int members = 3) =>
        Members = [.. Enumerable.Range(0, members).Select(index => Member(index))];

    public IReadOnlyList<Member> Members { get; set; }

    /// <summary>Messages under way, oldest first.</summary>
    public List<(int From, int To, Message Message)> Network { get; } = [];

    public string Trace => _trace.ToString();

    public GenesisProtocol this[int member] => _running[member];

    /// <summary>Every list under which any member ever began to promise and vote, wiped members too.</summary>
    public HashSet<string> ListsCompleted { get; } = [];

    public IEnumerable<int> Running => _running.Keys;

    public IEnumerable<int> Saving => _saving.Keys;

    public static Member Member(int index, MemberRoles roles = MemberRoles.All) =>
        new(new((ushort)index), Names[index], $"10.0.0.{index}:7001", roles, StorageId.None);

    public StorageId StorageOf(int member) => _storages[member];

    public GenesisRecord? DiskOf(int member) => _disks.GetValueOrDefault(member);

    public void SetDurability(int member, Durability durability) => _durability[member] = durability;

    public void Start(
        int member,
        IReadOnlyList<Member>? members = null,
        Restoration? restores = null,
        QuorumRule rule = default)
    {
        if (!_storages.TryGetValue(member, out var storage))
        {
            storage = new(new Guid(++_storagesMade, 0, 0, new byte[8]));
            _storages[member] = storage;
        }

        var durability = _durability.GetValueOrDefault(member);
        var settings = new GenesisSettings(new((ushort)member), storage, members ?? Members, durability)
        {
            Rule = rule,
            Restores = restores,
        };
        _running[member] = new(settings, DiskOf(member));
        _ = _trace.Append($"start {Names[member]}\n");
        Tell(member);
    }

    public void Crash(int member)
    {
        _ = _running.Remove(member);
        _ = _saving.Remove(member);
        _ = _trace.Append($"crash {Names[member]}\n");
    }

    public void Wipe(int member)
    {
        Crash(member);
        _ = _storages.Remove(member);
        _ = _disks.Remove(member);
        _ = _trace.Append($"wipe {Names[member]}\n");
    }

    /// <summary>The folder was copied before its first start: two members come with one storage.</summary>
    public void CopyStorage(int from, int to) => _storages[to] = _storages[from];

    /// <summary>The member comes with a copy of another one's folder as it is now.</summary>
    public void CopyFolder(int from, int to)
    {
        CopyStorage(from, to);
        _disks[to] = DiskOf(from);
    }

    public void ForgetDisk(int member) => _ = _disks.Remove(member);

    public void Tick(int member, long milliseconds) =>
        Step(
            member,
            $"tick {Names[member]} {milliseconds}",
            (node, effects) => node.Tick(new(milliseconds * 1000), effects));

    public void FinishSave(int member)
    {
        _disks[member] = _saving[member];
        _ = _saving.Remove(member);
        Step(member, $"saved {Names[member]}", (node, effects) => node.OnSaved(effects));
    }

    /// <summary>Delivers the message at a place of the network's queue; lost when the receiver is down.</summary>
    public void Deliver(int index)
    {
        var (from, to, message) = Network[index];
        Network.RemoveAt(index);
        if (!_running.ContainsKey(to))
        {
            return;
        }

        Step(to, $"{Names[from]}->{Names[to]} {Describe(message)}", (node, effects) =>
        {
            if (message is GenesisHello hello)
            {
                node.On(new((ushort)from), hello, effects);
            }
            else
            {
                node.On(new((ushort)from), (GenesisConfirm)message, effects);
            }
        });
    }

    /// <summary>Ticks, delivers and saves until nothing more happens.</summary>
    public void Settle(long fromMilliseconds, int rounds = 20)
    {
        for (var round = 0; round < rounds; round++)
        {
            foreach (var member in Running.Order().ToList())
            {
                Tick(member, fromMilliseconds + (round * 200));
            }

            while (Network.Count > 0 || _saving.Count > 0)
            {
                foreach (var member in Saving.Order().ToList())
                {
                    FinishSave(member);
                }

                if (Network.Count > 0)
                {
                    Deliver(0);
                }
            }
        }
    }

    private void Step(int member, string input, Action<GenesisProtocol, GenesisEffects> step)
    {
        var effects = new GenesisEffects();
        var node = _running[member];
        var before = node.Outcome;
        step(node, effects);
        _ = _trace.Append(input).Append('\n');
        if (effects.Save is { } record)
        {
            Assert.False(_saving.ContainsKey(member), "two saves at once");
            _saving[member] = record;
            _ = _trace.Append($"  save [{List(record.Storages)}]{(record.Complete ? " complete" : string.Empty)}\n");
        }

        foreach (var (to, message) in effects.Sends)
        {
            Network.Add((member, to.Value, message));
            _ = _trace.Append($"  send {Names[to.Value]} {Describe(message)}\n");
        }

        if (before is null)
        {
            Tell(member);
        }
    }

    private void Tell(int member)
    {
        if (_running[member].Outcome is { } outcome)
        {
            _ = _trace.Append($"  {outcome.GetType().Name}\n");
            if (outcome is GenesisCompleted completed)
            {
                _ = ListsCompleted.Add(List([.. completed.Configuration.Members.Select(each => each.Storage)]));
            }
        }
    }

    private static string Describe(Message message) => message switch
    {
        GenesisHello hello => $"Hello {Short(hello.Storage)}",
        GenesisConfirm confirm => $"Confirm [{List(confirm.Storages)}]",
        _ => throw new ArgumentOutOfRangeException(nameof(message)),
    };

    private static string List(IReadOnlyList<StorageId> storages) => string.Join(' ', storages.Select(Short));

    private static string Short(StorageId storage) =>
        storage == StorageId.None ? "-" : $"s{BitConverter.ToInt32(storage.Value.ToByteArray())}";
}
