namespace PaxosSM.Testing.Simulation;

/// <summary>A process' way to the receivers of effects: deliveries and confirmations get lost, come late and come
/// again, and receivers start anew.</summary>
internal sealed class SimulatedReceiver(SimulatedCluster cluster, SimulatedProcess process, SimulatedPool pool)
    : IOutboxHandler
{
    private const int PermilleMax = 1000;
    private const int RestartPermille = 10;
    private readonly World _world = cluster.World;
    private readonly OutboxPlan _plan = cluster.Plan.Outbox;

    public ValueTask DeliverAsync(OutboxEntry entry, CancellationToken cancellationToken)
    {
        TaskCompletionSource confirmed = new();
        if (!process.CountEffect())
        {
            return new(confirmed.Task); // the process dies here
        }

        var ledger = cluster.EffectsOf!(process, entry.Token.Group); // where there are outboxes
        cluster.Log.Count("effects delivered");
        if (Happens(_plan.LossPermille))
        {
            _world.After(Travel(), () => pool.Post(
                () => confirmed.TrySetException(new IOException("the receiver can't be reached"))));
            return new(confirmed.Task);
        }

        if (Happens(_plan.RepeatPermille))
        {
            _world.After(_world.Random.Below(World.Micros(_plan.LateMax)), () => Arrive(ledger, entry, () => { }));
        }

        _world.After(Travel(), () => Arrive(ledger, entry, () =>
        {
            if (!Happens(_plan.UnconfirmedPermille))
            {
                _world.After(Travel(), () => pool.Post(() => confirmed.TrySetResult()));
            }
        }));
        return new(confirmed.Task);
    }

    private void Arrive(EffectLedger ledger, OutboxEntry entry, Action confirm)
    {
        ledger.Take(process.Node.Name, entry);
        if (Happens(RestartPermille))
        {
            ledger.RestartReceivers();
        }

        confirm();
    }

    private bool Happens(int permille) => _world.Random.Below(PermilleMax) < permille && !cluster.IsWhole;

    private long Travel() => cluster.Plan.Network.DelayMin + _world.Random.Below(cluster.Plan.Network.DelaySpread + 1);
}
