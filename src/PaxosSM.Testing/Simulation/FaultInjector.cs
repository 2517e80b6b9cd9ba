using System.Diagnostics;

namespace PaxosSM.Testing.Simulation;

/// <summary>Has the plan's faults happen.</summary>
internal sealed class FaultInjector(SimulatedCluster cluster)
{
    private const int AsksMax = 10;
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(100);
    private readonly Dictionary<SimulatedDirection, int> _cuts = [];
    private readonly Wedging _wedging = new(cluster);
    private readonly CatalogAdmin? _groups = cluster.Catalog is null ? null : CatalogAdmin.Join(cluster);

    /// <summary>How many wishes for groups are under way.</summary>
    public int Wishes => _groups?.Open ?? 0;

    public void Plan(IReadOnlyList<Fault> faults)
    {
        foreach (var fault in faults)
        {
            cluster.World.At(World.Micros(fault.At), () => Happen(fault));
        }
    }

    private void Happen(Fault fault)
    {
        // Until genesis has ended every member is needed: what is lost then can't be made up for (R13).
        if (!cluster.IsFounded && fault is (FlippedBits or WipedDisk or ClonedDisk or ClonedIdentity))
        {
            return;
        }

        cluster.Log.Count($"fault {fault.GetType().Name}");
        if (cluster.Log.IsTraced)
        {
            cluster.Log.Tell("fault", fault.ToString());
        }

        if (fault is not (Cut or Reconfigure or Transfer or Drain or CreateGroup or RemoveGroup or Wedge or Force))
        {
            Node(FairPlan.NodeOf(fault)).Troubled = true;
        }

        switch (fault)
        {
            case Crash crash:
                Node(crash.Node).Crash(crash.Effects, crash.PowerCut, crash.Down);
                break;
            case Pause pause:
                StandStill(Node(pause.Node), pause.For);
                break;
            case SlowNode slow:
                Slow(Node(slow.Node), slow.For, slow.Factor);
                break;
            case Cut cut:
                CutLinks(cut);
                break;
            case ClonedIdentity copied:
                cluster.Copy(Node(copied.Node), copied.For);
                break;
            case ClockJump jump:
                Node(jump.Node).Clock.Jump(jump.By);
                break;
            case Reconfigure or Transfer or Drain or CreateGroup or RemoveGroup or Wedge or Force:
                Administer(fault);
                break;
            case LyingDigest lying:
                Lie(Node(lying.Node), lying.Down);
                break;
            default:
                HappenToDisk(fault);
                break;
        }
    }

    // What is done on purpose.
    private void Administer(Fault fault)
    {
        switch (fault)
        {
            case Reconfigure change:
                Change(change);
                break;
            case Transfer transfer:
                cluster.Leader?.Process!.Replica.TransferLeadership(Node(transfer.Node).Id);
                break;
            case Drain drain:
                DrainNode(Node(drain.Node), drain.For);
                break;
            case CreateGroup create when cluster.IsFounded:
                _groups!.Create(create.Group); // there are groups where some are wanted
                break;
            case RemoveGroup remove:
                _groups?.Remove(remove.Group);
                break;
            case CreateGroup:
                break; // the founders' disks are not known yet
            case Force force when cluster.IsFounded:
                SimulatedForce.Begin(cluster, force);
                break;
            case Force:
                break; // nobody could tell what there was
            case Wedge wedge:
                _wedging.Until(cluster.World.Now + World.Micros(wedge.For));
                break;
            default:
                throw new UnreachableException($"{fault.GetType().Name} is nothing that an administrator does");
        }
    }

    private void HappenToDisk(Fault fault)
    {
        switch (fault)
        {
            case SlowDisk slow:
                SlowDisk(Node(slow.Node), slow.For, slow.Factor);
                break;
            case FullDisk full:
                Fill(Node(full.Node), full.For);
                break;
            case FailedFlush failed:
                FailFlush(Node(failed.Node), failed.Down);
                break;
            case FlippedBits flipped:
                Node(flipped.Node).Crash(0, false, flipped.Down, () => Flip(flipped));
                break;
            case WipedDisk wiped:
                Node(wiped.Node).Crash(0, true, wiped.Down, () => Node(wiped.Node).Replace(new(), new()));
                break;
            case OldStore old:
                PutBack(old);
                break;
            case ClonedDisk cloned:
                Node(cloned.Node).Crash(0, true, cloned.Down, () => Clone(cloned));
                break;
            default:
                throw new UnreachableException($"{fault.GetType().Name} is no known fault");
        }
    }

    private SimulatedNode Node(int place) => cluster.Nodes[place];

    private void Later(TimeSpan span, Action happens) => cluster.World.After(World.Micros(span), happens);

    // Either all threads stand still, or only the loop does, right after it looked at the clock.
    private void StandStill(SimulatedNode node, TimeSpan span)
    {
        var until = cluster.World.Now + World.Micros(span);
        if (cluster.World.Random.Below(2) == 0)
        {
            node.LoopStallsUntil = until;
        }
        else
        {
            node.PausedUntil = Math.Max(node.PausedUntil, until);
        }
    }

    private void CutLinks(Cut cut)
    {
        List<SimulatedDirection> directions =
            [.. cut.Links.Select(link => cluster.Network.Between(Node(link.From), Node(link.To)))];
        foreach (var direction in directions)
        {
            _cuts[direction] = _cuts.GetValueOrDefault(direction) + 1;
        }

        cluster.Network.Cut(directions, true, cut.Noticed);
        Later(cut.For, () =>
        {
            // Cuts may overlap: a direction is whole again when the last one ends.
            foreach (var direction in directions)
            {
                _cuts[direction]--;
            }

            cluster.Network.Cut([.. directions.Where(direction => _cuts[direction] == 0)], false, false);
        });
    }

    // Whoever administers a group asks again until somebody leads, and agrees, or the epoch is another one.
    private void Change(Reconfigure change)
    {
        if (cluster is { IsFounded: true, Forks: null or { IsForced: false }, Newest: { } present })
        {
            Ask(change, present.Configuration, AsksMax);
        }
    }

    private void Ask(Reconfigure change, Configuration present, int times)
    {
        if (cluster.Newest?.Epoch != present.Epoch || times == 0 || cluster.Forks is { IsForced: true })
        {
            return;
        }

        var next = NextMembers.Of(cluster.Plan, change).After(present, cluster.Nodes);
        cluster.Leader?.Process!.Replica.Reconfigure(present.Epoch, next, change.Force);
        Later(AskAgain, () => Ask(change, present, times - 1));
    }

    private void DrainNode(SimulatedNode node, TimeSpan span)
    {
        if (node.Process is { IsAlive: true } process)
        {
            process.Drain(true);
            Later(span, () => process.Drain(false));
        }
    }

    // Faults of a kind may overlap: the latest end counts.
    private void SlowDisk(SimulatedNode node, TimeSpan span, int factor)
    {
        var until = cluster.World.Now + World.Micros(span);
        node.DiskFactor = factor;
        node.DiskSlowUntil = Math.Max(node.DiskSlowUntil, until);
        Later(span, () => node.DiskFactor = cluster.World.Now >= node.DiskSlowUntil ? 1 : node.DiskFactor);
    }

    private void Slow(SimulatedNode node, TimeSpan span, int factor)
    {
        node.Factor = factor;
        node.SlowUntil = Math.Max(node.SlowUntil, cluster.World.Now + World.Micros(span));
        Later(span, () => node.Factor = cluster.World.Now >= node.SlowUntil ? 1 : node.Factor);
    }

    private void Fill(SimulatedNode node, TimeSpan span)
    {
        var disk = node.Disk;
        disk.CapacityBytes = disk.UsedBytes;
        node.FullUntil = Math.Max(node.FullUntil, cluster.World.Now + World.Micros(span));
        Later(span, () =>
            disk.CapacityBytes = cluster.World.Now >= node.FullUntil ? long.MaxValue : disk.CapacityBytes);
    }

    private void FailFlush(SimulatedNode node, TimeSpan down)
    {
        if (node.Process is not { IsAlive: true } process)
        {
            return;
        }

        node.Disk.FlushesUntilFailure = 0;
        Later(down, () =>
        {
            node.Disk.FlushesUntilFailure = null;
            if (node.Process == process)
            {
                node.Crash(0, cluster.World.Random.Below(2) == 0, TimeSpan.FromMilliseconds(1));
            }
        });
    }

    // Where two learners contradict each other, those that differ from the leader halt, who may be the one that lies.
    private void Lie(SimulatedNode liar, TimeSpan down)
    {
        if (liar.Process is not { IsAlive: true } process)
        {
            return;
        }

        process.Lies = true;
        cluster.OnLied();
        Later(down, () =>
        {
            foreach (var node in cluster.Nodes.Where(
                node => node.Process == process || node.Process is { Halted: not null }))
            {
                node.Crash(0, false, TimeSpan.FromMilliseconds(1));
            }
        });
    }

    // A copy is of a disk: where that is replaced meanwhile, nobody puts it back.
    private void PutBack(OldStore old)
    {
        var node = Node(old.Node);
        if (node.IsHeld)
        {
            return; // R33: a store belongs to its fork, and this one's is just being decided on
        }

        var (disk, copy) = (node.Disk, node.Store.Clone());
        var isForced = cluster.Forks?.IsForced;
        Later(old.After, () =>
        {
            // As above: a fork may have begun since.
            if (node.Disk == disk && cluster.Plan.OwnStores && cluster.Forks?.IsForced == isForced)
            {
                node.Crash(0, false, old.Down, () => node.PutBack(copy, old.Refuses));
            }
        });
    }

    private void Flip(FlippedBits flipped)
    {
        var disk = Node(flipped.Node).Disk;
        SeededRandom place = new(flipped.Place);
        for (var bit = 0; bit < flipped.Bits; bit++)
        {
            var paths = disk.Paths;
            if (paths.Count == 0)
            {
                return;
            }

            var path = paths[(int)place.Below(paths.Count)];
            var length = disk.ReadAll(path).Length;
            if (length > 0)
            {
                disk.Flip(path, place.Below(length), (byte)(1 << (int)place.Below(8)));
            }
        }
    }

    private void Clone(ClonedDisk cloned)
    {
        var (node, source) = (Node(cloned.Node), Node(cloned.Source));

        // An older copy of its own disk, come back by way of another's, is no other member's disk: nothing could tell.
        if (source.DiskOwner != node.Place)
        {
            node.Replace(source.Disk.Clone(), source.Store.Clone());
            node.DiskOwner = source.DiskOwner;
        }
    }
}
