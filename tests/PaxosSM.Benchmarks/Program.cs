using System.CommandLine;
using PaxosSM.Benchmarks;

RootCommand root = new("Compares variants of PaxosSM with each other, in turns, in one run.")
{
    LanesCommand.Make(),
    GroupsCommand.Make(),
};
return await root.Parse(args).InvokeAsync();
