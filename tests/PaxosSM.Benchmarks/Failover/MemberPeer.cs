using PaxosSM.Hosting;

namespace PaxosSM.Benchmarks;

/// <summary>A member in a process of its own, without load, that tells how it stands.</summary>
internal static class MemberPeer
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs until it is killed.</summary>
    /// <param name="options">Who it is, and where.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<int> RunAsync(PeerOptions options, CancellationToken cancel)
    {
        HashMachine machine = new();
        await using PaxosNode node = new(PaxosPeer.SettingsOf(options), () => machine);
        await node.StartAsync(cancel);
        while (true)
        {
            if (node.Failure is { } failure)
            {
                await Console.Error.WriteLineAsync(failure);
                return 1;
            }

            if (node.Status is { } status)
            {
                MemberState state = new(status.Leader == status.Self, machine.Count);
                await Console.Out.WriteLineAsync(state.ToLine());
            }

            await Task.Delay(TellEvery, cancel);
        }
    }
}
