using System.Diagnostics.Metrics;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Hosting;

/// <summary>What the parts of one node share.</summary>
internal sealed record NodeContext
{
    /// <summary>The settings.</summary>
    public required PaxosOptions Options { get; init; }

    /// <summary>Makes the machine: an empty one, once.</summary>
    public required Func<IStateMachine> Machine { get; init; }

    /// <summary>What the host gives.</summary>
    public required NodeServices Services { get; init; }

    /// <summary>The node's meter.</summary>
    public required Meter Meter { get; init; }

    /// <summary>What people are told.</summary>
    public required NodeLog Log { get; init; }

    /// <summary>Where clients meet the group.</summary>
    public required Gateway Gateway { get; init; }

    /// <summary>The node is of no use any more.</summary>
    public required Action<string> Fail { get; init; }

    /// <summary>The node's name.</summary>
    public string Name => Options.Self;

    /// <summary>The clocks.</summary>
    public TimeProvider Time => Services.Time;
}
