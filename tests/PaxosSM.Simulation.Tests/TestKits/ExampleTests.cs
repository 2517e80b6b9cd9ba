using System.Diagnostics;
using PaxosSM.Examples;
using PaxosSM.Testing.TestKits;

namespace PaxosSM.Simulation.Tests.TestKits;

/// <summary>The examples keep the contract, or show the message that they are there to show.</summary>
public sealed class ExampleTests
{
    [Fact]
    public void The_counter_keeps_the_contract_with_nothing_but_its_name_given() =>
        StateMachineProperties.Check<Counter>();

    [Fact]
    public void The_counter_counts_as_a_model_of_three_lines_says() =>
        StateMachineProperties.Check<Counter>(
            new() { Model = new CounterModel(), UsesSecondProcess = false, Seed = 1 });

    [Fact]
    public async Task The_raffles_are_told_as_their_user_sees_it()
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "FlakyMachine.dll")])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(120));
        var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        Assert.Equal(0, process.ExitCode);
        Assert.StartsWith("A raffle keeps the contract of state machines.", output, StringComparison.Ordinal);
        var told = output.Split("breaks the contract of state machines.");
        Assert.Equal(4, told.Length);
        AssertShows(told[1], "Two machines that apply the same log", " takes a ticket", "DateTime.Now");
        AssertShows(told[2], "A snapshot holds the whole state", "returns the ticket", "a Dictionary or HashSet saved");
        AssertShows(told[3], "Two processes that apply the same log", " takes a ticket", "string.GetHashCode");
    }

    private static void AssertShows(string told, string rule, string step, string cause)
    {
        Assert.Contains($"Rule: {rule}", told, StringComparison.Ordinal);
        Assert.Contains(step, told, StringComparison.Ordinal);
        Assert.Contains(cause, told, StringComparison.Ordinal);
        Assert.Contains("Seed = 1 }", told, StringComparison.Ordinal);
    }
}
