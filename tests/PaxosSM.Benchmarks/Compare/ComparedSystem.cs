namespace PaxosSM.Benchmarks;

/// <summary>A compared system, and how its processes are started.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Title">Its name for people.</param>
internal abstract record ComparedSystem(string Name, string Title)
{
    /// <summary>Why it can't run here, and what to install; null when it can.</summary>
    public virtual string? Missing => null;

    /// <summary>What a reader of its figures has to know; empty for nothing.</summary>
    public virtual string Note => string.Empty;

    /// <summary>Makes ready what all its runs share; once, before the first.</summary>
    /// <param name="folder">For files; it stays until the last run is over.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="InvalidOperationException">It failed; the message says how.</exception>
    public virtual Task PrepareAsync(string folder, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>The processes of one run; one of them tells the contract's lines.</summary>
    /// <param name="nodes">What each node is told.</param>
    public abstract IEnumerable<PeerStart> Starts(IReadOnlyList<PeerOptions> nodes);
}

/// <summary>A process to be started.</summary>
/// <param name="File">The program.</param>
/// <param name="Arguments">Its command line.</param>
/// <param name="Environment">What is added to its environment.</param>
internal sealed record PeerStart(
    string File, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>This very program.</summary>
    public static PeerStart OfThisProgram(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment) =>
        new("dotnet", [typeof(PeerStart).Assembly.Location, .. arguments], environment);
}

/// <summary>A system whose nodes are processes of this program, by a command of its name.</summary>
/// <param name="Name">Its name on the command line, and its command.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Environment">Settings of the runtime that its processes get.</param>
internal sealed record HostedSystem(string Name, string Title, IReadOnlyDictionary<string, string> Environment)
    : ComparedSystem(Name, Title)
{
    /// <inheritdoc/>
    public override IEnumerable<PeerStart> Starts(IReadOnlyList<PeerOptions> nodes) =>
        nodes.Select(node => PeerStart.OfThisProgram([Name, .. node.Arguments], Environment));
}
