using PaxosSM.Cli;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Cli;

public sealed class MeasureTableTests
{
    [Fact]
    public void A_measurement_is_a_table_of_nodes_and_regions()
    {
        MeasuredCommands some = new(
            2000, 3, TimeSpan.FromMicroseconds(1500), TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(100));
        MeasuredCommands none = new(0, 0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        Measurement measured = new(
            null,
            1,
            TimeSpan.FromSeconds(2),
            [new(0, some, 2_000_000, 30_000_000), new(1, none, 0, 0)],
            [some, none],
            some);

        Assert.Equal(
            """
                         region commands/s   p50 ms   p99 ms   max ms  failed      sent MB/s  received MB/s
            n0                0       1000     1.50    20.00   100.00       3           1.00          15.00
            n1 leads          1          0     0.00     0.00     0.00       0           0.00           0.00
            region            0       1000     1.50    20.00   100.00       3
            region            1          0     0.00     0.00     0.00       0
            all                       1000     1.50    20.00   100.00       3

            """,
            MeasureTable.Of(measured));
    }
}
