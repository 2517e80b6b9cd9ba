namespace PaxosSM;

/// <summary>Who owns lanes (R8): a matter of speed only, ballots make any deal safe.</summary>
public enum DealPolicy
{
    /// <summary>One lane, the leader's: classic Multi-Paxos.</summary>
    SingleLeader = 0,

    /// <summary>One lane for every proposer at work, as in Mencius: each node's clients are served by its own
    /// lane.</summary>
    AllProposers = 1,

    /// <summary>The deal follows the load: who gets few commands owns no lane, who gets many may own
    /// several.</summary>
    Adaptive = 2,
}
