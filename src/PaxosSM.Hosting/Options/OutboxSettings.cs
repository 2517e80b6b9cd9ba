using static PaxosSM.Hosting.SettingKinds;

namespace PaxosSM.Hosting;

/// <summary>The settings of outboxes by name.</summary>
internal static class OutboxSettings
{
    public static IReadOnlyList<PaxosSetting> All { get; } =
    [
        Count(
            "outboxDestinationsMax",
            "destinations of a group that its outbox is delivered to side by side; more take turns",
            options => options.Outbox.DestinationsMax,
            (options, value) => options.Outbox = options.Outbox with { DestinationsMax = value }),
        Count(
            "outboxReadEntriesMax",
            "outbox entries of a destination that are read at once",
            options => options.Outbox.ReadEntriesMax,
            (options, value) => options.Outbox = options.Outbox with { ReadEntriesMax = value }),
        Count(
            "outboxReadBytesMax",
            "bytes of outbox entries that are read at once",
            options => options.Outbox.ReadBytesMax,
            (options, value) => options.Outbox = options.Outbox with { ReadBytesMax = value }),
        Duration(
            "outboxDeliveryTimeout",
            "how long one try to deliver may take",
            options => options.Outbox.DeliveryTimeout,
            (options, value) => options.Outbox = options.Outbox with { DeliveryTimeout = value }),
        Duration(
            "outboxRetryDelay",
            "the pause after the first failed try to deliver",
            options => options.Outbox.RetryDelay,
            (options, value) => options.Outbox = options.Outbox with { RetryDelay = value }),
        Duration(
            "outboxRetryDelayMax",
            "the longest pause between tries to deliver",
            options => options.Outbox.RetryDelayMax,
            (options, value) => options.Outbox = options.Outbox with { RetryDelayMax = value }),
        Count(
            "outboxAttemptsMax",
            "how often an entry is tried before its destination is left alone; 0: for ever",
            options => options.Outbox.AttemptsMax,
            (options, value) => options.Outbox = options.Outbox with { AttemptsMax = value }),
        Duration(
            "outboxAcknowledgeInterval",
            "how long what receivers confirmed may wait before the log is told",
            options => options.Outbox.AcknowledgeInterval,
            (options, value) => options.Outbox = options.Outbox with { AcknowledgeInterval = value }),
        Duration(
            "outboxWakeInterval",
            "how often an outbox is looked at, at most, while commands are applied",
            options => options.Outbox.WakeInterval,
            (options, value) => options.Outbox = options.Outbox with { WakeInterval = value }),
        Duration(
            "outboxIdleAfter",
            "how long an outbox is left alone before its deliverer's session is closed",
            options => options.Outbox.IdleAfter,
            (options, value) => options.Outbox = options.Outbox with { IdleAfter = value }),
    ];
}
