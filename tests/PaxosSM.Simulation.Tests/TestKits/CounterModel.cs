using PaxosSM.Examples;
using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Simulation.Tests.TestKits;

/// <summary>What a <see cref="Counter"/> should answer.</summary>
internal class CounterModel : TypedModel<Add, long, Total, long, long>
{
    protected override long Start => 0;

    protected override (long Result, long Next) Apply(long state, Add command) =>
        (state + command.By, state + command.By);

    protected override long Query(long state, Total query) => state;
}

internal sealed class TakesNoDebts : CounterModel
{
    protected override (long Result, long Next) Apply(long state, Add command) =>
        command.By < 0 ? (state, state) : base.Apply(state, command);
}
