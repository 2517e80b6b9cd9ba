namespace PaxosSM.Testing.TestKits;

/// <summary>Something that happens to a machine. The set is closed; its texts make up counterexamples.</summary>
internal abstract record MachineStep
{
    /// <summary>How many clients send.</summary>
    public const int Clients = 3;

    /// <summary>How many members lead in turn.</summary>
    public const int Members = 3;
}

/// <summary>A client's command is applied.</summary>
internal sealed record CommandStep(int Client, Payload Payload) : MachineStep
{
    public override string ToString() => Client == 0 ? Payload.Text : $"{Payload.Text}   (by client {Client})";
}

/// <summary>A query is answered.</summary>
internal sealed record QueryStep(Payload Payload) : MachineStep
{
    public override string ToString() => $"query {Payload.Text}";
}

/// <summary>The log's time goes by; timers fire.</summary>
internal sealed record WaitStep(TimeSpan For) : MachineStep
{
    public override string ToString() => FormattableString.Invariant($"wait {For.TotalMilliseconds} ms");
}

/// <summary>Another member leads.</summary>
internal sealed record ViewStep(int Leader) : MachineStep
{
    public override string ToString() => $"member {(char)('a' + Leader)} leads";
}
