namespace PaxosSM.Testing.Traces;

/// <summary>What is known of one slot: what was proposed there, ballot by ballot, who voted for it, what was chosen and
/// applied.</summary>
internal sealed class SlotHistory
{
    private Proposal[] _proposals = new Proposal[1];
    private int _count;

    /// <summary>Whether some value is chosen.</summary>
    public bool IsChosen { get; private set; }

    /// <summary>The ballot that it was first chosen in.</summary>
    public Ballot ChosenIn { get; private set; }

    /// <summary>The value chosen.</summary>
    public uint Checksum { get; private set; }

    /// <summary>The hash chain after the slot, once it was applied somewhere.</summary>
    public ulong? Chain { get; set; }

    /// <summary>The proposals, in the order in which they were told.</summary>
    public ReadOnlySpan<Proposal> Proposals => _proposals.AsSpan(0, _count);

    /// <summary>What was proposed in a ballot; false for nothing.</summary>
    public bool TryFind(Ballot ballot, out Proposal proposal)
    {
        var index = IndexOf(ballot);
        proposal = index >= 0 ? _proposals[index] : default;
        return index >= 0;
    }

    /// <summary>A value was proposed in a ballot, the first there.</summary>
    public void Propose(Ballot ballot, uint checksum)
    {
        if (_count == _proposals.Length)
        {
            Array.Resize(ref _proposals, _count * 2);
        }

        _proposals[_count++] = new(ballot, checksum, 0);
    }

    /// <summary>An acceptor voted for what was proposed in a ballot.</summary>
    /// <returns>The proposal with all its votes; null when nothing is known to be proposed there.</returns>
    public Proposal? Vote(Ballot ballot, int place)
    {
        var index = IndexOf(ballot);
        return index < 0
            ? null
            : _proposals[index] = _proposals[index] with { Voters = _proposals[index].Voters | (1UL << place) };
    }

    /// <summary>A quorum has voted for a value.</summary>
    public void Choose(Ballot ballot, uint checksum)
    {
        if (!IsChosen)
        {
            (IsChosen, ChosenIn, Checksum) = (true, ballot, checksum);
        }
    }

    private int IndexOf(Ballot ballot)
    {
        // The newest ballot is the one that is asked for.
        for (var index = _count - 1; index >= 0; index--)
        {
            if (_proposals[index].Ballot == ballot)
            {
                return index;
            }
        }

        return -1;
    }
}

/// <summary>What was proposed for a slot in a ballot.</summary>
/// <param name="Ballot">The ballot.</param>
/// <param name="Checksum">The value.</param>
/// <param name="Voters">Who voted for it, a bit for each place in the configuration.</param>
internal readonly record struct Proposal(Ballot Ballot, uint Checksum, ulong Voters);
