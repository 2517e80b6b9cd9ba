using Polly;
using Polly.Retry;

namespace PaxosSM.Hosting;

/// <summary>How often and how long is tried: to deliver, and to read outboxes and acknowledge.</summary>
internal sealed class OutboxPipelines
{
    /// <summary>The entry that is being delivered.</summary>
    public static readonly ResiliencePropertyKey<OutboxEntry> Entry = new("entry");

    /// <summary>The pipelines of one group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="events">Is told of what fails.</param>
    /// <param name="time">The clock.</param>
    public OutboxPipelines(GroupId group, OutboxOptions options, OutboxEvents events, TimeProvider time)
    {
        ResiliencePipelineBuilder delivery = new() { TimeProvider = time };
        if (options.AttemptsMax != 1)
        {
            _ = delivery.AddRetry(Retries(options, options.AttemptsMax, OnDeliveryRetry));
        }

        Delivery = delivery.AddTimeout(options.DeliveryTimeout).Build();
        Contact = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(Retries(options, attemptsMax: 0, OnContactRetry))
            .Build();

        ValueTask OnDeliveryRetry(OnRetryArguments<object> failed)
        {
            _ = failed.Context.Properties.TryGetValue(Entry, out var entry);
            events.Failed(entry!, failed.AttemptNumber + 1, failed.RetryDelay, failed.Outcome.Exception); // was set
            return default;
        }

        ValueTask OnContactRetry(OnRetryArguments<object> failed)
        {
            events.Unreadable(group, failed.RetryDelay, failed.Outcome.Exception);
            return default;
        }
    }

    /// <summary>Tries to deliver, each try bounded, until it is done or was tried often enough.</summary>
    public ResiliencePipeline Delivery { get; }

    /// <summary>Asks the own group until it answers.</summary>
    public ResiliencePipeline Contact { get; }

    // Whatever was thrown may pass; only the end of the reign is no failure.
    private static RetryStrategyOptions Retries(
        OutboxOptions options, int attemptsMax, Func<OnRetryArguments<object>, ValueTask> onRetry) => new()
        {
            ShouldHandle = static args => new(
                args.Outcome.Exception is not null && !args.Context.CancellationToken.IsCancellationRequested),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = options.RetryDelay,
            MaxDelay = options.RetryDelayMax,
            MaxRetryAttempts = attemptsMax > 1 ? attemptsMax - 1 : int.MaxValue,
            OnRetry = onRetry,
        };
}
