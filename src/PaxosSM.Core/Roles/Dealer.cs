using PaxosSM.Messages;

namespace PaxosSM.Roles;

/// <summary>The leader's judgement who should own lanes (R8): who is there, whom the frontier waits for, where the load
/// comes in. A wrong one costs speed only.</summary>
internal sealed class Dealer(ReplicaContext context)
{
    private const int PenaltyTimeouts = 4;
    private const int StrikesMax = 5;
    private readonly SortedDictionary<NodeId, LaneCandidate> _candidates = [];
    private readonly StallTimer _stall = new(context.Options.StallTimeout);
    private Instant _dealtAt;
    private Instant _beatAt = new(long.MinValue / 2);

    /// <summary>A proposer can own lanes.</summary>
    public void On(NodeId from, OwnerBeat beat, Instant now)
    {
        if (!_candidates.TryGetValue(from, out var candidate))
        {
            _candidates[from] = candidate = new();
        }

        candidate.On(beat, now, context.Options.ElectionTimeout);
    }

    /// <summary>Tells the others, now and then, that this proposer can own lanes; only who is well says so.</summary>
    /// <param name="load">The bytes that its clients gave it.</param>
    /// <param name="owns">The ballot whose deal it follows; none for none.</param>
    /// <param name="now">The moment.</param>
    /// <param name="effects">Takes the messages.</param>
    public void ShowReady(long load, Ballot owns, Instant now, Effects effects)
    {
        var shared = context.Deal != DealPolicy.SingleLeader && context.Has(MemberRoles.Proposer);
        var able = context.Healthy && !context.Drained;
        if (!shared || !able || now - _beatAt < context.Options.HeartbeatInterval)
        {
            return;
        }

        _beatAt = now;
        foreach (var proposer in context.Configuration.Proposers)
        {
            effects.Send(proposer, new OwnerBeat(context.Incarnation, load, owns));
        }
    }

    /// <summary>The group rested, and everybody was silent: that tells nothing of anybody.</summary>
    public void OnRoused(Instant now)
    {
        _stall.Restart();
        foreach (var candidate in _candidates.Values)
        {
            candidate.Excuse(now);
        }
    }

    /// <summary>The owners of a new view, the leader first.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="alone">Nothing will be proposed: the leader needs nobody beside it (R11).</param>
    public IReadOnlyList<LaneOwner> Deal(Instant now, bool alone)
    {
        _dealtAt = now;
        _stall.Restart();
        return alone ? [new(context.Self, context.Incarnation)] : Wanted(now);
    }

    /// <summary>Time went by.</summary>
    /// <returns>Why to deal again, by a new ballot; null for no reason.</returns>
    public string? OnTick(Ownership owned, Instant now)
    {
        if (context.Deal == DealPolicy.SingleLeader)
        {
            return null;
        }

        foreach (var owner in owned.View.Owners)
        {
            if (owner.Node != context.Self && !(IsThere(owner, now) && Follows(owner.Node, owned.View.Ballot, now)))
            {
                return $"{context.Configuration.NameOf(owner.Node)} owns a lane and does not show it";
            }
        }

        return Stall(owned, now) ?? Change(owned.View, now);
    }

    private bool IsThere(LaneOwner owner, Instant now) =>
        context.Hears(owner.Node) && _candidates.TryGetValue(owner.Node, out var candidate)
        && candidate.Incarnation == owner.Incarnation && now - candidate.HeardAt < context.Options.ElectionTimeout;

    // An owner may lose its lanes and live on: when its own candidacy failed, or what it was told got lost.
    private bool Follows(NodeId owner, Ballot ballot, Instant now) =>
        _candidates[owner].Owns == ballot || now - _dealtAt < context.Options.ElectionTimeout * 2;

    private bool IsWilling(NodeId node, Instant now) =>
        _candidates.TryGetValue(node, out var candidate) && IsThere(new(node, candidate.Incarnation), now)
        && now >= candidate.ExcludedUntil;

    private string? Stall(Ownership owned, Instant now)
    {
        if (_stall.Look(owned, now) is not { } owner || owner == context.Self)
        {
            return null;
        }

        var candidate = _candidates[owner];
        var timeouts = PenaltyTimeouts << Math.Min(candidate.Strikes, StrikesMax);
        candidate.Strike(now, context.Options.ElectionTimeout * timeouts);
        var name = context.Configuration.NameOf(owner);
        return $"what follows {owned.ChosenThrough} has waited for {name} for {context.Options.StallTimeout}";
    }

    // A change is no hurry: each one costs a take-over.
    private string? Change(View view, Instant now)
    {
        var pause = context.Options.ElectionTimeout * (context.Deal == DealPolicy.Adaptive ? 8 : 2);
        if (now - _dealtAt < pause)
        {
            return null;
        }

        var wanted = Wanted(now);
        if (wanted.SequenceEqual(view.Owners))
        {
            return null;
        }

        var comes = wanted.Where(owner => !view.Owners.Contains(owner)).ToArray();
        return Array.TrueForAll(comes, owner => IsSteady(owner.Node, now))
            ? $"the lanes go to {string.Join(' ', wanted)}"
            : null;
    }

    private bool IsSteady(NodeId node, Instant now) =>
        node == context.Self || now - _candidates[node].ThereSince >= context.Options.ElectionTimeout;

    private IReadOnlyList<LaneOwner> Wanted(Instant now)
    {
        List<LaneOwner> owners = [new(context.Self, context.Incarnation)];
        if (context.Deal == DealPolicy.SingleLeader)
        {
            return owners;
        }

        foreach (var node in context.Configuration.Proposers)
        {
            if (node != context.Self && IsWilling(node, now))
            {
                owners.Add(new(node, _candidates[node].Incarnation));
            }
        }

        return context.Deal == DealPolicy.AllProposers ? owners : LaneWeights.Weigh(
            owners, owner => _candidates.TryGetValue(owner.Node, out var candidate) ? candidate.Rate : 0);
    }
}
