using System.CommandLine;
using PaxosSM.Benchmarks;

RootCommand root = new("Compares variants of PaxosSM with each other, and PaxosSM with others, in turns, in one run.")
{
    LanesCommand.Make(),
    GroupsCommand.Make(),
    CompareCommand.Make(),
    RedisCommand.Make(),
    ReadsCommand.Make(),
    ScaleCommand.Make(),
    PeerOptions.Command(ReadsPeer.Name, "One process of three whose leader measures its reads.", ReadsPeer.RunAsync),
    MicroCommand.Make(),
    LatencyCommand.Make(),
    FailoverCommand.Make(),
    PeerOptions.Command(Systems.Ours, "One process of three of PaxosSM.", PaxosPeer.RunAsync),
    PeerOptions.Command(Systems.OursCold, "The same, its nodes not warmed up.", PaxosPeer.RunColdAsync),
    PeerOptions.Command(Systems.Floor, "One process of three of the roofline.", RooflinePeer.RunAsync),
    PeerOptions.Command("dotnext", "One process of three of DotNext's Raft.", DotNextPeer.RunAsync),
    PeerOptions.Command(
        "dotnext-packed", "The same; the application packs commands.", DotNextPeer.RunPackedAsync),
    PeerOptions.Command(FailoverCommand.MemberCommand, "One member of PaxosSM, without load.", MemberPeer.RunAsync),
    PeerOptions.Command(Etcd.LoadCommand, "The load of three servers of etcd.", EtcdLoad.RunAsync),
};
foreach (var peer in ScalePeer.Commands())
{
    root.Add(peer);
}

return await root.Parse(args).InvokeAsync();
