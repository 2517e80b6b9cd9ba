namespace PaxosSM.Testing.TestKits;

/// <summary>A machine whose properties are looked at.</summary>
/// <param name="Name">Its name, for people.</param>
/// <param name="Create">Makes one as it is before the first command.</param>
internal sealed record MachineUnderTest(string Name, Func<IStateMachine> Create);
