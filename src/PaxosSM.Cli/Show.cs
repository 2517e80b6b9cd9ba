namespace PaxosSM.Cli;

/// <summary>What a single run prints.</summary>
internal enum Show
{
    /// <summary>What a run among many prints.</summary>
    Row,

    /// <summary>Every event.</summary>
    Trace,

    /// <summary>The event hash.</summary>
    Hash,

    /// <summary>The plan; nothing runs.</summary>
    Script,
}
