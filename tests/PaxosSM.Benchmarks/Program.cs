using System.CommandLine;
using PaxosSM.Benchmarks;

RootCommand root = new("Compares variants of PaxosSM with each other, in turns, in one run.")
{
    LanesCommand.Make(),
    GroupsCommand.Make(),
    PeerOptions.Command("paxossm", "One process of three of PaxosSM under the contract's load.", PaxosPeer.RunAsync),
};
return await root.Parse(args).InvokeAsync();
