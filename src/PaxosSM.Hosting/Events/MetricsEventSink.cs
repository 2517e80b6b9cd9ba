using System.Diagnostics.Metrics;
using PaxosSM.Runtime;

namespace PaxosSM.Hosting;

/// <summary>Counts the core's events on a meter, by group and node.</summary>
/// <remarks>Every instrument is named in <c>specs/metrics.md</c>. Called on the node's loop; allocates
/// nothing.</remarks>
public sealed class MetricsEventSink : IProtocolEventSink
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "PaxosSM";

    private readonly string _node;
    private readonly Counter<long> _promises;
    private readonly Counter<long> _syncs;
    private readonly Counter<long> _votes;
    private readonly Counter<long> _proposals;
    private readonly Counter<long> _passes;
    private readonly Counter<long> _elections;
    private readonly Counter<long> _takeOvers;
    private readonly Counter<long> _leaderChanges;
    private readonly Counter<long> _faults;
    private readonly Counter<long> _repairs;
    private readonly Counter<long> _divergences;
    private GroupId _tagged;
    private KeyValuePair<string, object?> _tag;

    /// <summary>Counts on a meter.</summary>
    /// <param name="meter">The meter; its owner disposes it.</param>
    /// <param name="node">The node's name: a process may hold several.</param>
    public MetricsEventSink(Meter meter, string node)
    {
        _node = node;
        _promises = meter.CreateCounter<long>("paxossm.promises", "{promise}", "Promises made by the acceptor.");
        _syncs = meter.CreateCounter<long>("paxossm.syncs", "{sync}", "Syncs that the acceptor voted for.");
        _votes = meter.CreateCounter<long>("paxossm.votes", "{vote}", "Slots that the acceptor voted for.");
        _proposals = meter.CreateCounter<long>("paxossm.proposals", "{slot}", "Slots that the proposer proposed.");
        _passes = meter.CreateCounter<long>("paxossm.passes", "{slot}", "Turns that the proposer passed.");
        _elections = meter.CreateCounter<long>("paxossm.elections", "{ballot}", "Ballots stood with.");
        _takeOvers = meter.CreateCounter<long>("paxossm.takeovers", "{reign}", "Reigns that the proposer took over.");
        _leaderChanges = meter.CreateCounter<long>("paxossm.leader.changes", "{change}", "Changes of the leader seen.");
        _faults = meter.CreateCounter<long>("paxossm.faults", "{slot}", "Slots found unreadable.");
        _repairs = meter.CreateCounter<long>("paxossm.repairs", "{slot}", "Unreadable slots repaired.");
        _divergences = meter.CreateCounter<long>("paxossm.divergences", "{case}", "States found to differ.");
    }

    /// <inheritdoc/>
    public bool WantsSlots => _votes.Enabled || _proposals.Enabled || _passes.Enabled;

    /// <inheritdoc/>
    public void On(GroupId group, ProtocolEvent happened)
    {
        switch (happened)
        {
            case PromiseMade:
                Add(_promises, group, 1);
                break;
            case SyncVoted:
                Add(_syncs, group, 1);
                break;
            case SlotVoted voted:
                Add(_votes, group, TurnsOf(voted.Slot, voted.Last, voted.Stride));
                break;
            case Proposed proposed:
                // An event knows a value by its checksum.
                Add(
                    proposed.Checksum == Value.Pass.Checksum ? _passes : _proposals,
                    group,
                    TurnsOf(proposed.Slot, proposed.Last, proposed.Stride));
                break;
            case Standing:
                Add(_elections, group, 1);
                break;
            case TakenOver:
                Add(_takeOvers, group, 1);
                break;
            case LeaderChanged:
                Add(_leaderChanges, group, 1);
                break;
            case FaultFound fault:
                Add(_faults, group, fault.Range.Count);
                break;
            case FaultRepaired repair:
                Add(_repairs, group, repair.Range.Count);
                break;
            case Diverged:
                Add(_divergences, group, 1);
                break;
            default:
                break; // watermarks and floors are gauges: NodeGauges reads them from the status
        }
    }

    private static long TurnsOf(Slot first, Slot last, int stride) => ((last.Index - first.Index) / stride) + 1;

    // A tag's value is an object: the one that was made for the last event mostly serves the next.
    private KeyValuePair<string, object?> TagOf(GroupId group)
    {
        if (_tag.Key is null || _tagged != group)
        {
            (_tagged, _tag) = (group, new("group", group.Value));
        }

        return _tag;
    }

    private void Add(Counter<long> counter, GroupId group, long count)
    {
        if (counter.Enabled)
        {
            counter.Add(count, TagOf(group), new("node", _node));
        }
    }
}
