using Microsoft.Extensions.Logging;
using PaxosSM.Client;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Groups;

namespace PaxosSM.Hosting;

/// <summary>What a node tells people beside the core's events.</summary>
internal sealed partial class NodeLog : IExecutionObserver
{
    private readonly ILogger _logger;
    private readonly string _node;

    public NodeLog(ILogger logger, string node)
    {
        _logger = logger;
        _node = node;
    }

    public void Opened(string folder, string identity) => LogOpened(_node, folder, identity);

    public void WarmedUp(TimeSpan time, long methods) => LogWarmedUp(_node, time, methods);

    public void StartsCold(Exception why) => LogStartsCold(_node, why);

    public void Genesis(string waiting) => LogGenesis(_node, waiting);

    public void Ready(string members) => LogReady(_node, members);

    public void OnlyLearns(string why) => LogOnlyLearns(_node, why);

    public void BackupInstalled(GroupInfo group, GroupRestoration restores, string path) =>
        LogBackupInstalled(_node, group.Id, group.Name, restores.Backup, path, restores.Slot);

    public void BackupMissing(GroupInfo group, GroupRestoration restores, string why) =>
        LogBackupMissing(_node, group.Id, group.Name, restores.Backup, why);

    public void CatalogLags(string why) => LogCatalogLags(_node, why);

    public void Forced(string how) => LogForced(_node, how);

    public void Failed(string why) => LogFailed(_node, why);

    public void TwoCopies(string who) => LogTwoCopies(_node, who);

    public void TraceStopped(Exception why) => LogTraceStopped(_node, why);

    public void NoOutbox(GroupId group) => LogNoOutbox(_node, group);

    public void DeliveryFailed(OutboxEntry entry, int attempts, TimeSpan pause, Exception? why) =>
        LogDeliveryFailed(_node, entry.Destination, entry.Token, attempts, pause, why);

    public void DeliveryStopped(StoppedDelivery delivery) =>
        LogDeliveryStopped(_node, delivery.Token.Group, delivery.Destination, delivery.Token, delivery.Why);

    public void OutboxUnreadable(GroupId group, TimeSpan pause, Exception? why) =>
        LogOutboxUnreadable(_node, group, pause, why);

    public void OnApplied(GroupId group, in ChosenValue value, ulong chain)
    {
        // One for each slot: for trace files, not for people.
    }

    public void OnSnapshotSaved(GroupId group, Slot slot, ulong chain, long length) =>
        LogSaved(_node, group, slot, length);

    public void OnSnapshotFailed(GroupId group, Slot slot, Exception why, TimeSpan retryAfter) =>
        LogSnapshotFailed(_node, group, slot, retryAfter, why);

    public void OnSnapshotRestored(GroupId group, Slot slot, ulong chain) => LogRestored(_node, group, slot);

    public void OnStoreOpened(GroupId group, Slot slot, ulong chain, Slot saved) =>
        LogStoreOpened(_node, group, slot);

    public void OnSnapshotDamaged(GroupId group, Slot slot, string why) => LogDamaged(_node, group, slot, why);

    public void OnFetchFailed(GroupId group, NodeId from, Slot slot, string why) =>
        LogFetchFailed(_node, group, slot, from, why);

    public void OnHalted(GroupId group, string why) => LogHalted(_node, group, why);

    [LoggerMessage(20, LogLevel.Information, "{Node}: opened {Folder}: {Identity}")]
    private partial void LogOpened(string node, string folder, string identity);

    [LoggerMessage(41, LogLevel.Information, "{Node}: warmed up in {Time}, {Methods} methods compiled")]
    private partial void LogWarmedUp(string node, TimeSpan time, long methods);

    [LoggerMessage(
        42, LogLevel.Warning, "{Node}: the warm-up failed; the node starts cold, and compiles under its first load")]
    private partial void LogStartsCold(string node, Exception why);

    [LoggerMessage(21, LogLevel.Information, "{Node}: {Waiting}")]
    private partial void LogGenesis(string node, string waiting);

    [LoggerMessage(22, LogLevel.Information, "{Node}: the first epoch stands: {Members}")]
    private partial void LogReady(string node, string members);

    [LoggerMessage(23, LogLevel.Error, "{Node}: {Why}")]
    private partial void LogOnlyLearns(string node, string why);

    [LoggerMessage(24, LogLevel.Critical, "{Node}: the node has failed: {Why}")]
    private partial void LogFailed(string node, string why);

    [LoggerMessage(25, LogLevel.Critical, "{Node}: two live copies of one identity (R13), stop one: {Who}")]
    private partial void LogTwoCopies(string node, string who);

    [LoggerMessage(26, LogLevel.Information, "{Node} {Group}: snapshot through {Slot} saved, {Length} bytes")]
    private partial void LogSaved(string node, GroupId group, Slot slot, long length);

    [LoggerMessage(27, LogLevel.Warning, "{Node} {Group}: snapshot through {Slot} failed, next try after {RetryAfter}")]
    private partial void LogSnapshotFailed(string node, GroupId group, Slot slot, TimeSpan retryAfter, Exception why);

    [LoggerMessage(28, LogLevel.Information, "{Node} {Group}: restored the snapshot through {Slot}")]
    private partial void LogRestored(string node, GroupId group, Slot slot);

    [LoggerMessage(33, LogLevel.Information, "{Node} {Group}: the machine's own store goes on after {Slot}")]
    private partial void LogStoreOpened(string node, GroupId group, Slot slot);

    [LoggerMessage(29, LogLevel.Warning, "{Node} {Group}: snapshot through {Slot} not fetched from {From}: {Why}")]
    private partial void LogFetchFailed(string node, GroupId group, Slot slot, NodeId from, string why);

    [LoggerMessage(30, LogLevel.Critical, "{Node} {Group}: halted: {Why}")]
    private partial void LogHalted(string node, GroupId group, string why);

    [LoggerMessage(31, LogLevel.Error, "{Node} {Group}: snapshot through {Slot} is damaged and set aside (R24): {Why}")]
    private partial void LogDamaged(string node, GroupId group, Slot slot, string why);

    [LoggerMessage(
        34,
        LogLevel.Warning,
        "{Node}: {Token} is not delivered to '{Destination}', try {Attempts}; the next one after {Pause}")]
    private partial void LogDeliveryFailed(
        string node, string destination, OutboxToken token, int attempts, TimeSpan pause, Exception? why);

    [LoggerMessage(
        35,
        LogLevel.Error,
        "{Node} {Group}: nothing more is delivered to '{Destination}', {Token} {Why}. It waits in the outbox: put the "
        + "receiver right, then let another node lead, or call PaxosNode.ResumeDeliveries")]
    private partial void LogDeliveryStopped(
        string node, GroupId group, string destination, OutboxToken token, string why);

    [LoggerMessage(
        37,
        LogLevel.Warning,
        "{Node} {Group}: there is an IOutboxHandler, and nothing for it to deliver: the machine is no "
        + "IOutboxStateMachine")]
    private partial void LogNoOutbox(string node, GroupId group);

    [LoggerMessage(
        36, LogLevel.Warning, "{Node} {Group}: the outbox can't be read or acknowledged; the next try after {Pause}")]
    private partial void LogOutboxUnreadable(string node, GroupId group, TimeSpan pause, Exception? why);

    [LoggerMessage(
        38, LogLevel.Warning, "{Node}: the catalog of groups does not have the first group's members yet: {Why}")]
    private partial void LogCatalogLags(string node, string why);

    [LoggerMessage(
        39, LogLevel.Information, "{Node} {Group}: '{Name}' goes on from backup {Backup:N} ({Path}) behind {Slot}")]
    private partial void LogBackupInstalled(
        string node, GroupId group, string name, Guid backup, string path, Slot slot);

    [LoggerMessage(
        40,
        LogLevel.Warning,
        "{Node} {Group}: backup {Backup:N}, from which '{Name}' goes on, is not here ({Why}). The state comes from a "
        + "founder that has it: where none does, put the backup in place and start this node again")]
    private partial void LogBackupMissing(string node, GroupId group, string name, Guid backup, string why);

    [LoggerMessage(43, LogLevel.Critical, "{Node}: this history was forced (R33), writes may be lost: {How}")]
    private partial void LogForced(string node, string how);

    [LoggerMessage(32, LogLevel.Error, "{Node}: the trace ends here, the replica goes on")]
    private partial void LogTraceStopped(string node, Exception why);
}
