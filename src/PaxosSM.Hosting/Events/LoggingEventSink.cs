using Microsoft.Extensions.Logging;
using PaxosSM.Runtime;

namespace PaxosSM.Hosting;

/// <summary>Tells the core's events to people: changes of leader at Information, damage and divergence louder, the rest
/// at Debug.</summary>
public sealed partial class LoggingEventSink : IProtocolEventSink
{
    private readonly ILogger _logger;
    private readonly string _node;

    /// <summary>Logs for a node.</summary>
    public LoggingEventSink(ILogger logger, string node)
    {
        _logger = logger;
        _node = node;
    }

    /// <inheritdoc/>
    public bool WantsSlots => false;

    /// <inheritdoc/>
    public void On(GroupId group, ProtocolEvent happened)
    {
        switch (happened)
        {
            case LeaderChanged change when change.Leader == NodeId.None:
                LogNoLeader(_node, group, change.Why);
                break;
            case LeaderChanged change:
                LogLeader(_node, group, change.Leader, change.Ballot, change.Why);
                break;
            case TakenOver taken:
                LogTakenOver(_node, group, taken.Ballot, taken.Base, taken.Adopted);
                break;
            case FaultFound fault:
                LogFault(_node, group, fault.Range);
                break;
            case FaultRepaired repair:
                LogRepair(_node, group, repair.Range);
                break;
            case EpochBegan began:
                var names = string.Join(", ", began.Start.Configuration.Members.Select(member => member.Name));
                LogEpoch(_node, group, began.Start.Epoch, began.Start.Base, names, began.Roles);
                break;
            case HandedOver handed:
                LogHandedOver(_node, group, handed.Epoch);
                break;
            case Diverged diverged:
                LogDiverged(_node, group, diverged.Slot, diverged.Text);
                break;
            case Started or PromiseMade or SyncVoted or Standing or Trimmed:
                LogDetail(_node, group, happened);
                break;
            default:
                break; // one for each slot is for trace files, not for people
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Node} {Group}: {Leader} leads with {Ballot}: {Why}")]
    private partial void LogLeader(string node, GroupId group, NodeId leader, Ballot ballot, string why);

    [LoggerMessage(2, LogLevel.Warning, "{Node} {Group}: nobody is known to lead: {Why}")]
    private partial void LogNoLeader(string node, GroupId group, string why);

    [LoggerMessage(3, LogLevel.Information, "{Node} {Group}: took over with {Ballot} above {Base}, adopting {Adopted}")]
    private partial void LogTakenOver(string node, GroupId group, Ballot ballot, Slot @base, Ballot adopted);

    [LoggerMessage(4, LogLevel.Error, "{Node} {Group}: slots {Range} can't be read; chosen data will repair them")]
    private partial void LogFault(string node, GroupId group, SlotRange range);

    [LoggerMessage(5, LogLevel.Information, "{Node} {Group}: slots {Range} are repaired")]
    private partial void LogRepair(string node, GroupId group, SlotRange range);

    [LoggerMessage(6, LogLevel.Critical, "{Node} {Group}: this replica's state differs at {Slot}, so it halts: {Text}")]
    private partial void LogDiverged(string node, GroupId group, Slot slot, string text);

    [LoggerMessage(
        8, LogLevel.Information, "{Node} {Group}: {Epoch} begins after {Base}, with {Members}; this node: {Roles}")]
    private partial void LogEpoch(
        string node, GroupId group, Epoch epoch, Slot @base, string members, MemberRoles roles);

    [LoggerMessage(9, LogLevel.Information, "{Node} {Group}: enough members have started {Epoch}")]
    private partial void LogHandedOver(string node, GroupId group, Epoch epoch);

    [LoggerMessage(7, LogLevel.Debug, "{Node} {Group}: {Happened}")]
    private partial void LogDetail(string node, GroupId group, ProtocolEvent happened);
}
