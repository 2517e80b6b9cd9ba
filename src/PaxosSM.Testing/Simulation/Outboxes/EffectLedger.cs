using System.Buffers.Binary;

namespace PaxosSM.Testing.Simulation;

/// <summary>A group's effects: what its replicas committed, and what the receivers took, with the production filter
/// (R27).</summary>
internal sealed class EffectLedger(World world, RunLog log)
{
    private const string Property = "R27 each effect once";
    private readonly Dictionary<Place, Effect> _committed = [];
    private readonly SortedDictionary<OutboxToken, Effect> _waiting = [];
    private readonly HashSet<OutboxToken> _taken = [];
    private readonly Dictionary<(ForkId Fork, string Destination), OutboxMark> _kept = [];
    private DuplicateFilter _filter = new([]);
    private ForkId? _fork;
    private Fork? _left;

    /// <summary>How many effects were committed, and not taken yet.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>The oldest that was committed, and not taken yet; null when there is none.</summary>
    public Effect? Oldest => _waiting.Count > 0 ? _waiting.Values.First() : null;

    /// <summary>The oldest for each destination that one waits for.</summary>
    public IEnumerable<Effect> Heads => _waiting.Values.DistinctBy(effect => effect.Destination);

    /// <summary>A replica applied, for good, what has this effect.</summary>
    public void OnCommitted(string who, in Effect effect)
    {
        CheckFork(who, effect.Token);
        Place place = new(effect.Token.Slot, effect.Token.Index, effect.Token.Number);
        if (_committed.TryAdd(place, effect))
        {
            log.Count("effects committed");
            Await(in effect);
        }
        else if (_committed[place] != effect && !IsInDoubt(effect.Token))
        {
            world.Break(Property, $"{who} has {effect}, another had {_committed[place]}");
        }
    }

    /// <summary>A delivery arrives at its receiver, for the first time or again.</summary>
    public void Take(string from, OutboxEntry entry)
    {
        var token = entry.Token;
        var isKnown = _committed.TryGetValue(new(token.Slot, token.Index, token.Number), out var effect)
            && effect.Token == token;
        if (!isKnown || effect.Destination != entry.Destination
            || effect.Cause != BinaryPrimitives.ReadUInt32LittleEndian(entry.Payload.Span))
        {
            world.Break(Property, $"{from} delivers {token} to {entry.Destination}: no replica has committed that");
            return;
        }

        var isNew = _filter.IsNew(entry);
        if (isNew)
        {
            var mark = DuplicateFilter.MarkOf(entry);
            _filter.Take(in mark);
            _kept[(token.Fork, entry.Destination)] = mark;
        }

        log.Mix((ulong)token.Slot.Index, isNew ? 41UL : 40UL);
        log.Count(isNew ? "effects taken" : "effects that came again");
        _ = _waiting.Remove(token);
        if (_taken.Add(token) != isNew && !IsInDoubt(token))
        {
            var what = isNew ? "taken twice" : "taken for a repeat, and was never taken";
            world.Break(Property, $"{token} from {from} is {what}");
        }
    }

    /// <summary>The receivers start anew, with the marks that they had kept.</summary>
    public void RestartReceivers()
    {
        log.Count("receivers restarted");
        _filter = new(_kept.Values);
    }

    /// <summary>The effects in a fork that survivors go on in (R33): what was committed behind a slot is lost, and what
    /// was taken stays taken.</summary>
    /// <param name="kept">The last slot that is in both forks.</param>
    /// <param name="next">The epoch that begins the new one.</param>
    public EffectLedger NewFork(Slot kept, Configuration next)
    {
        EffectLedger fork = new(world, log) { _fork = _fork, _left = new(kept, next.Epoch, next.Fork) };
        fork._taken.UnionWith(_taken);
        foreach (var (place, effect) in _committed.Where(each => each.Key.Slot <= kept))
        {
            fork._committed[place] = effect;
            fork.Await(in effect);
        }

        foreach (var (key, mark) in _kept)
        {
            fork._kept[key] = mark;
        }

        fork.RestartReceivers();
        return fork;
    }

    private void Await(in Effect effect)
    {
        if (!IsInDoubt(effect.Token) && !_taken.Contains(effect.Token))
        {
            _waiting.Add(effect.Token, effect);
        }
    }

    private void CheckFork(string who, in OutboxToken token)
    {
        _fork ??= _left is null ? token.Fork : null;
        var expected = _left is { } left && token.Epoch >= left.Epoch ? left.Next : _fork;
        if (expected is { } fork && (token.Fork != fork || fork == ForkId.None))
        {
            world.Break("R33 tokens name their fork", $"{who} has {token}, in {fork}");
        }
    }

    // Survivors may adopt votes in slots where another value had been applied, and its effects taken: the token is the
    // same.
    private bool IsInDoubt(in OutboxToken token) =>
        _left is { } left && token.Epoch < left.Epoch && token.Slot > left.Kept;

    private readonly record struct Place(Slot Slot, int Index, int Number);

    private sealed record Fork(Slot Kept, Epoch Epoch, ForkId Next);
}
