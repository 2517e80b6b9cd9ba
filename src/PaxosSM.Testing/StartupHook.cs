using System.Diagnostics.CodeAnalysis;
using PaxosSM.Testing.TestKits;

/// <summary>Runs instead of a program that was started as the second process of
/// <see cref="StateMachineProperties"/>.</summary>
[SuppressMessage("Design", "CA1050", Justification = "The runtime looks for this name, in no namespace.")]
internal static class StartupHook
{
    /// <summary>Serves the first process and ends; the program itself never begins.</summary>
    public static void Initialize()
    {
        TwinHost.Serve();
        Environment.Exit(0);
    }
}
