using PaxosSM.Messages;

namespace PaxosSM.Roles;

/// <summary>Fetches chosen values, or a snapshot, from other learners, and serves them to others. It never carries a
/// vote (R12).</summary>
/// <remarks>
/// A node with votes of its own asks only when it stays behind; one without follows another learner all the time: one
/// request outstanding, answered when there is something, so that the flow controls itself.
/// </remarks>
internal sealed class CatchUp
{
    private readonly ReplicaContext _context;
    private readonly Learner _learner;
    private readonly bool _follows;
    private readonly SortedDictionary<NodeId, LearnRequest> _followers = [];
    private NodeId[] _sources;
    private NodeId _asked = NodeId.None;
    private Slot _askedFrom;
    private Instant _askedAt;
    private Instant _behindSince = Instant.Never;
    private Slot _behindAt;
    private int _turn;

    public CatchUp(ReplicaContext context, Learner learner)
    {
        _context = context;
        _learner = learner;
        _follows = (context.Own & MemberRoles.Acceptor) == 0;
        _turn = Math.Max(context.Place, 0);

        // Proposers that don't learn: the one that leads may find in old votes what no learner has (R5).
        var configuration = context.Configuration;
        var others = from node in configuration.Proposers where !configuration.Learners.Contains(node) select node;
        _sources = [.. configuration.Learners, .. others];
    }

    /// <summary>The snapshot that is being fetched; null for none.</summary>
    public SnapshotSource? Fetching { get; private set; }

    /// <summary>What this node has durable snapshots of, to be named to those who ask for trimmed slots
    /// (R25).</summary>
    public Slot SnapshotThrough { get; set; }

    public void OnTick(Instant now, Effects effects)
    {
        var timeout = _context.Options.ResendInterval + _context.Options.ResendInterval;
        if (_asked != NodeId.None && now - _askedAt > timeout)
        {
            _asked = NodeId.None;
            _turn++;
        }

        NoteLag(now);
        AskIfBehind(now, effects);
    }

    /// <summary>Others that have what this node lacks: members of a later epoch.</summary>
    public void AddSources(IEnumerable<NodeId> nodes) => _sources = [.. _sources.Union(nodes)];

    public void On(NodeId from, LearnRequest request, Effects effects)
    {
        if (!Answer(from, request, effects) && request.Follow)
        {
            _followers[from] = request;
        }
    }

    public void On(NodeId from, LearnReply reply, Instant now, Effects effects)
    {
        // What a leader hands out unasked is no answer, and a copy of an earlier answer is none to this question: each
        // would bring forth a question more, and the network's copies would multiply.
        if (from == _asked && reply.Stride == 1 && reply.First == _askedFrom)
        {
            _asked = NodeId.None;
        }

        _learner.LearnChosenThrough(reply.ChosenThrough);
        if (reply.Snapshot > _learner.Frontier)
        {
            FetchSnapshot(new(from, reply.Snapshot), effects);
            return;
        }

        if (reply.Values.Count == 0)
        {
            // Somebody else, and not at once: whoever lacks what nobody has would ask without a pause.
            _turn++;
            _behindSince = now;
            return;
        }

        _learner.Learn(reply.First, reply.Values, effects, reply.Stride);
        NoteLag(now);
        if (_follows || _learner.KnownToExist > _learner.Frontier)
        {
            Ask(now, effects);
        }
    }

    /// <summary>The frontier moved: those who follow get what is new.</summary>
    public void FeedFollowers(Effects effects)
    {
        if (_followers.Count == 0)
        {
            return;
        }

        foreach (var (follower, request) in _followers.ToArray())
        {
            if (Answer(follower, request, effects))
            {
                _followers.Remove(follower);
            }
        }
    }

    public void OnSnapshotEnd()
    {
        Fetching = null;
        _asked = NodeId.None;
        _turn++;
    }

    private bool Answer(NodeId to, LearnRequest request, Effects effects)
    {
        if (request.From <= _learner.Floor)
        {
            effects.Send(to, new LearnReply(request.From, [], _learner.KnownChosen, SnapshotThrough));
            return true;
        }

        var bytesMax = Math.Min(request.BytesMax, _context.Options.LearnBytesMax);
        var values = request.From > _learner.Frontier ? [] : _learner.Read(request.From, bytesMax);
        if (values.Count == 0 && request.Follow)
        {
            return false;
        }

        effects.Send(to, new LearnReply(request.From, values, _learner.KnownChosen, Slot.Zero));
        return true;
    }

    private void NoteLag(Instant now)
    {
        if (_learner.KnownToExist <= _learner.Frontier)
        {
            _behindSince = Instant.Never;
        }
        else if (_behindSince == Instant.Never || _behindAt != _learner.Frontier)
        {
            _behindSince = now;
            _behindAt = _learner.Frontier;
        }
    }

    private void AskIfBehind(Instant now, Effects effects)
    {
        // A vote on its way usually fills the gap first.
        var patience = _context.Options.ResendInterval / 4;
        var lags = _behindSince != Instant.Never && now - _behindSince >= patience;
        if (_asked == NodeId.None && Fetching is null && (lags || _follows))
        {
            Ask(now, effects);
        }
    }

    private void Ask(Instant now, Effects effects)
    {
        if (_asked != NodeId.None || Fetching is not null || _learner.IsSated)
        {
            return;
        }

        for (var tried = 0; tried < _sources.Length; tried++)
        {
            var peer = _sources[(_turn + tried) % _sources.Length];
            if (peer != _context.Self && _context.Hears(peer))
            {
                _turn += tried;
                _asked = peer;
                _askedAt = now;
                _askedFrom = _learner.Frontier.Next;
                effects.Send(peer, new LearnRequest(_askedFrom, _context.Options.LearnBytesMax, _follows));
                return;
            }
        }
    }

    private void FetchSnapshot(SnapshotSource source, Effects effects)
    {
        if (Fetching is null)
        {
            Fetching = source;
            effects.Fetch(source);
        }
    }
}
