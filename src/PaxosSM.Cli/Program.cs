using PaxosSM.Cli;

return await CommandLine.Run(args, Console.Error).ConfigureAwait(false);
