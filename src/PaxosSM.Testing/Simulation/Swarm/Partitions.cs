namespace PaxosSM.Testing.Simulation;

/// <summary>Which directions a cut takes away.</summary>
internal static class Partitions
{
    /// <summary>Some nodes here, the others there; now and then one way only.</summary>
    public static IReadOnlyList<DirectedLink> Sides(int nodes, int here, Dice dice)
    {
        var order = dice.Shuffled(nodes);
        var side = order[..here];
        var oneWay = dice.OneIn(3);
        return All(nodes, link => side.Contains(link.From) != side.Contains(link.To)
            && (!oneWay || side.Contains(link.From)));
    }

    /// <summary>Two nodes do not hear each other, or one of them not the other.</summary>
    public static IReadOnlyList<DirectedLink> Pair(int nodes, Dice dice)
    {
        var order = dice.Shuffled(nodes);
        DirectedLink link = new(order[0], order[1]);
        return dice.OneIn(2) ? [link] : [link, new(link.To, link.From)];
    }

    /// <summary>All hear one node, and nobody else (Omni-Paxos, §2.1: quorum loss).</summary>
    public static IReadOnlyList<DirectedLink> QuorumLoss(int nodes, Dice dice)
    {
        var hub = dice.Between(0, nodes - 1);
        return All(nodes, link => link.From != hub && link.To != hub);
    }

    /// <summary>As before, and one node hears nobody at all: the one that led, if chance will (Omni-Paxos, §2.1:
    /// constrained election).</summary>
    public static IReadOnlyList<DirectedLink> Constrained(int nodes, Dice dice)
    {
        var order = dice.Shuffled(nodes);
        var (hub, alone) = (order[0], order[1]);
        return All(nodes, link => (link.From != hub && link.To != hub) || link.From == alone || link.To == alone);
    }

    /// <summary>Each hears its neighbours in a row (Omni-Paxos, §2.1: chained).</summary>
    public static IReadOnlyList<DirectedLink> Chain(int nodes, Dice dice)
    {
        var order = dice.Shuffled(nodes);
        return All(nodes, link => Math.Abs(Array.IndexOf(order, link.From) - Array.IndexOf(order, link.To)) > 1);
    }

    /// <summary>A shape by chance; two nodes know no partial one.</summary>
    public static IReadOnlyList<DirectedLink> Draw(int nodes, Dice dice) => dice.Between(0, nodes < 3 ? 3 : 6) switch
    {
        0 => Sides(nodes, dice.Between(1, nodes - 1), dice),
        1 or 2 => Sides(nodes, 1, dice),
        3 => Pair(nodes, dice),
        4 => QuorumLoss(nodes, dice),
        5 => Constrained(nodes, dice),
        _ => Chain(nodes, dice),
    };

    private static List<DirectedLink> All(int nodes, Func<DirectedLink, bool> isCut)
    {
        var links = new List<DirectedLink>();
        for (var from = 0; from < nodes; from++)
        {
            for (var to = 0; to < nodes; to++)
            {
                if (from != to && isCut(new(from, to)))
                {
                    links.Add(new(from, to));
                }
            }
        }

        return links;
    }
}
