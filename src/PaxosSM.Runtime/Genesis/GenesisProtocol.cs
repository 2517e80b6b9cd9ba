using PaxosSM.Messages;

namespace PaxosSM.Runtime.Genesis;

/// <summary>Genesis (R13): the configured members bind each other's storages into the first epoch, once and for
/// ever.</summary>
/// <remarks>
/// <para>Gathering: say hello until every member's storage is known. Binding: the list becomes durable. Bound: confirm
/// it, until every member has confirmed the same one. Completing: that it is complete becomes durable, so that a
/// restart needs nobody.
/// Ended: answer those who still ask.</para>
/// <para>Without I/O: messages, ticks and finished saves in, <see cref="GenesisEffects"/> out. Not safe for use by many
/// threads.
/// A hello without a storage comes from a member that has completed: it asks for nothing, and its confirmation speaks
/// for all.</para>
/// </remarks>
public sealed class GenesisProtocol
{
    private readonly GenesisSettings _settings;
    private readonly Restoration? _restores;
    private readonly ulong _digest;
    private readonly Peer[] _peers;
    private Phase _phase;
    private Instant _now;
    private Instant _nextRound;

    /// <summary>Goes on from what the folder holds.</summary>
    /// <param name="settings">Who takes part.</param>
    /// <param name="record">The record last saved in this folder; null for none.</param>
    public GenesisProtocol(GenesisSettings settings, GenesisRecord? record)
    {
        _settings = settings;
        _restores = record is null ? settings.Restores : record.Restores;
        _digest = MembersDigest.Of(settings.Members, settings.Rule, _restores);
        _peers = [.. settings.Members.Select(_ => new Peer())];
        Of(settings.Self).Meet(settings.Storage, _digest);
        _phase = record is null ? new Gathering() : Resume(record);
    }

    /// <summary>How genesis ended here; null while it goes on.</summary>
    public GenesisOutcome? Outcome => (_phase as Ended)?.Outcome;

    /// <summary>What genesis waits for, in words; empty once it ended.</summary>
    public string Waiting => _phase switch
    {
        Gathering => Describe("waiting to hear of", peer => !IsHeard(peer)),
        Binding or Completing => "genesis: waiting for the disk",
        Bound bound => Describe("waiting for the confirmation of", peer => !bound.Confirmed.Contains(peer)),
        _ => string.Empty,
    };

    /// <summary>Time went by: repeats what is unanswered.</summary>
    public void Tick(Instant now, GenesisEffects effects)
    {
        _now = now;
        if (_phase is Gathering && AllAreHeard())
        {
            Bind([.. _peers.Select(peer => peer.Storage)], effects);
        }

        if (_phase is Bound bound)
        {
            CompleteIfConfirmed(bound, effects);
        }

        if (_phase is Ended || now < _nextRound)
        {
            return;
        }

        _nextRound = now + _settings.ResendInterval;
        foreach (var member in _settings.Members)
        {
            if (member.Id != _settings.Self)
            {
                SayHello(member.Id, effects);
            }
        }
    }

    /// <summary>A member told its storage.</summary>
    public void On(NodeId from, GenesisHello hello, GenesisEffects effects)
    {
        if (from == _settings.Self || from.Value >= _peers.Length)
        {
            return;
        }

        Of(from).Meet(hello.Storage, hello.MembersDigest);
        if (hello.Storage != StorageId.None && _phase is Ended { Record: { } record })
        {
            Answer(from, record, effects);
        }
    }

    /// <summary>A member confirmed a list: it is bound to it for ever.</summary>
    public void On(NodeId from, GenesisConfirm confirm, GenesisEffects effects)
    {
        if (from == _settings.Self || from.Value >= _peers.Length || !Counts(from, confirm.Storages))
        {
            return;
        }

        switch (_phase)
        {
            case Gathering when confirm.Storages[_settings.Self.Value] != _settings.Storage:
                // R13: no other list can ever complete, and this storage is not in it. What others are bound to is all
                // that there is to know.
                Complete(NewRecord(confirm.Storages, complete: true), effects);
                break;
            case Gathering when Of(from).Completed:
                _phase = PutBack(NewRecord(confirm.Storages, complete: true));
                break;
            case Gathering:
                Bind(confirm.Storages, effects);
                On(from, confirm, effects);
                break;
            case Confirming confirming:
                Count(from, confirm.Storages, confirming, effects);
                break;
            default:
                break; // completing, or ended: nothing to learn
        }
    }

    /// <summary>The record last asked for is durable.</summary>
    public void OnSaved(GenesisEffects effects)
    {
        switch (_phase)
        {
            case Binding binding:
                var bound = new Bound(binding.Record, binding.Confirmed);
                _ = bound.Confirmed.Add(Of(_settings.Self));
                _phase = bound;
                _nextRound = _now; // the confirmation leaves with the next tick
                CompleteIfConfirmed(bound, effects);
                break;
            case Completing completing:
                _phase = End(completing.Record);
                foreach (var member in _settings.Members.Where(_ => IsListed(completing.Record)))
                {
                    Answer(member.Id, completing.Record, effects);
                }

                break;
            default:
                throw new InvariantViolationException("genesis: no save was asked for");
        }
    }

    private Phase Resume(GenesisRecord record)
    {
        if (_settings.Restores is { } wished && wished != record.Restores)
        {
            return new Ended(
                new GenesisRefused(
                    $"backup {wished.Backup:N} is to be restored, but this folder belongs to a cluster that "
                    + $"{(record.Restores is { } other ? $"restored backup {other.Backup:N}" : "began without one")}; "
                    + "every member restores into an empty folder"),
                Record: null);
        }

        if (record.MembersDigest != _digest || record.Storages.Count != _peers.Length)
        {
            return new Ended(
                new GenesisRefused(
                    "the configured members' names, roles or order, or their quorum rule, differ from what this folder "
                    + "was bound to at genesis; put them back as they were (they change by epochs, not by the file)"),
                Record: null);
        }

        return record.Complete ? Restart(record) : new Bound(record, [Of(_settings.Self)]);
    }

    private Ended Restart(GenesisRecord record)
    {
        if (_settings.Durability == Durability.Volatile && IsListed(record))
        {
            // R26: it may have promised and voted in its last life, and those votes are gone.
            return new(
                new StorageReplaced(
                    Configure(record),
                    record.Fork,
                    _settings.Storage,
                    $"{Name(_settings.Self)} restarted with durability Volatile: the votes of storage "
                    + $"{_settings.Storage} are lost, so it refuses to vote and only learns; "
                    + "it can vote again under a new identity in a later epoch"),
                record);
        }

        return End(record);
    }

    private Ended End(GenesisRecord record) => IsListed(record)
        ? new(new GenesisCompleted(Configure(record), record.Fork) { Record = record }, record)
        : new(Replaced(record), record);

    private StorageReplaced Replaced(GenesisRecord record)
    {
        var old = record.Storages[_settings.Self.Value];
        return new(
            Configure(record),
            record.Fork,
            old,
            $"{Name(_settings.Self)} is bound to storage {old}, but this folder is storage {_settings.Storage}: "
            + "the old storage was lost or replaced, so it refuses to vote and only learns; "
            + "bring the old folder back, or let the member join under a new identity in a later epoch");
    }

    // Someone completed, so this very storage confirmed once, and may have voted since; but its folder does not know.
    // Nothing is saved, or the next start would take the list for its own.
    private Ended PutBack(GenesisRecord record) => new(
        new StorageReplaced(
            Configure(record),
            record.Fork,
            _settings.Storage,
            $"{Name(_settings.Self)}'s folder (storage {_settings.Storage}) was put back to what it was before "
            + "genesis: what it promised and voted since is lost, so it refuses to vote and only learns"),
        Record: null);

    private void Bind(IReadOnlyList<StorageId> storages, GenesisEffects effects)
    {
        var record = NewRecord(storages, complete: false);
        _phase = new Binding(record, []);
        effects.SaveRecord(record);
    }

    private GenesisRecord NewRecord(IReadOnlyList<StorageId> storages, bool complete) =>
        new(_digest, [.. storages], complete) { Restores = _restores };

    private void Complete(GenesisRecord record, GenesisEffects effects)
    {
        _phase = new Completing(record);
        effects.SaveRecord(record);
    }

    private void Count(NodeId from, IReadOnlyList<StorageId> storages, Confirming confirming, GenesisEffects effects)
    {
        if (!confirming.Record.SameList(storages))
        {
            Of(from).Problem = "is bound to another list of storages: genesis cannot complete; "
                + "empty the data folders of all members and start again (nothing was ever promised or voted)";
            return;
        }

        Of(from).Problem = string.Empty;
        confirming.Confirmed.UnionWith(Of(from).Completed ? Others() : [Of(from)]);
        if (confirming is Bound bound)
        {
            CompleteIfConfirmed(bound, effects);
        }
    }

    private void CompleteIfConfirmed(Bound bound, GenesisEffects effects)
    {
        if (bound.Confirmed.Count == _peers.Length)
        {
            Complete(bound.Record with { Complete = true }, effects);
        }
    }

    // A confirmation counts from a member that reads the same file, and whose storage is the one it confirms.
    private bool Counts(NodeId from, IReadOnlyList<StorageId> storages)
    {
        var peer = Of(from);
        return peer.Digest == _digest && storages.Count == _peers.Length && !storages.Contains(StorageId.None)
            && (peer.Completed || peer.Storage == storages[from.Value]);
    }

    private void SayHello(NodeId to, GenesisEffects effects)
    {
        effects.Send(to, new GenesisHello(_settings.Storage, _digest));
        if (_phase is Bound bound)
        {
            effects.Send(to, new GenesisConfirm(bound.Record.Storages));
        }
    }

    // One that only learned the list was never asked to confirm it, and must not: R13 wants each member's own word.
    private void Answer(NodeId to, GenesisRecord record, GenesisEffects effects)
    {
        var peer = Of(to);
        if (to == _settings.Self || !IsListed(record) || _now < peer.NextAnswer)
        {
            return;
        }

        peer.NextAnswer = _now + _settings.ResendInterval;
        effects.Send(to, new GenesisHello(StorageId.None, _digest));
        effects.Send(to, new GenesisConfirm(record.Storages));
    }

    private bool IsHeard(Peer peer) => peer.Digest == _digest && peer.Storage != StorageId.None;

    // A copied folder would give two members one storage: then the list is no list of distinct acceptors.
    private bool AllAreHeard() =>
        _peers.All(IsHeard) && _peers.DistinctBy(peer => peer.Storage).Count() == _peers.Length;

    private IEnumerable<Peer> Others() => _peers.Where(peer => peer != Of(_settings.Self));

    private bool IsListed(GenesisRecord record) => record.Storages[_settings.Self.Value] == _settings.Storage;

    private Configuration Configure(GenesisRecord record) => new(
        Epoch.First,
        [.. _settings.Members.Zip(record.Storages, (member, id) => member with { Storage = id })],
        _settings.Rule);

    private Peer Of(NodeId member) => _peers[member.Value];

    private string Name(NodeId member) => _settings.Members[member.Value].Name;

    private string Describe(string what, Func<Peer, bool> missing)
    {
        var names = _settings.Members.Where(member => missing(Of(member.Id))).Select(member => member.Name);
        var problems = _settings.Members.Select(member => ProblemOf(member.Id)).Where(problem => problem.Length > 0);
        var summary = $"genesis: {what} {string.Join(", ", names)} (every member must be up once)";
        return string.Join("; ", problems.Prepend(summary));
    }

    private string ProblemOf(NodeId member)
    {
        var peer = Of(member);
        if (peer.Digest is { } digest && digest != _digest)
        {
            return $"{Name(member)} reads another list of members or quorum rule, or restores another backup or none "
                + $"({digest:x16}, here {_digest:x16}): names, roles, order, quorum rule, and what is restored, must "
                + "be the same at every member";
        }

        if (_phase is Bound bound && IsHeard(peer) && peer.Storage != bound.Record.Storages[member.Value])
        {
            return $"{Name(member)} lost storage {bound.Record.Storages[member.Value]} and now has {peer.Storage}: "
                + "unless it had confirmed, genesis cannot complete; empty all members' data folders and start again";
        }

        return peer.Problem.Length > 0 ? $"{Name(member)} {peer.Problem}" : string.Empty;
    }

    private sealed class Peer
    {
        public StorageId Storage { get; private set; }

        public ulong? Digest { get; private set; }

        public bool Completed { get; private set; }

        public string Problem { get; set; } = string.Empty;

        public Instant NextAnswer { get; set; }

        public void Meet(StorageId storage, ulong digest)
        {
            Digest = digest;
            Completed = storage == StorageId.None;
            Storage = storage;
        }
    }

    private abstract record Phase;

    private sealed record Gathering : Phase;

    private abstract record Confirming(GenesisRecord Record, HashSet<Peer> Confirmed) : Phase;

    private sealed record Binding(GenesisRecord Record, HashSet<Peer> Confirmed) : Confirming(Record, Confirmed);

    private sealed record Bound(GenesisRecord Record, HashSet<Peer> Confirmed) : Confirming(Record, Confirmed);

    private sealed record Completing(GenesisRecord Record) : Phase;

    private sealed record Ended(GenesisOutcome Outcome, GenesisRecord? Record) : Phase;
}
