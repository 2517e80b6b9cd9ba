using PaxosSM.RedisKv.CommandLine;
using PaxosSM.RedisKv.Hosting;

try
{
    if (args is ["admin", ..])
    {
        return await AdminRun.RunAsync(AdminArguments.Parse(args[1..]));
    }

    if (args is ["verify", var backup])
    {
        return await VerifyRun.RunAsync(backup);
    }

    if (args is ["force", ..])
    {
        return await ForceRun.RunAsync(ForceArguments.Parse(args[1..]));
    }

    var arguments = ArgumentParser.Parse(args);
    if (arguments.Mode == RunMode.Help)
    {
        Console.WriteLine(HelpText.Text);
        return 0;
    }

    using var loggers = Logging.Create(arguments.LogLevel);
    using var run = new ClusterRun(arguments, loggers);
    await run.RunAsync();
    return 0;
}
catch (Exception exception) when (Failures.ExitCodeOf(exception) is { } code)
{
    await Console.Error.WriteLineAsync($"RedisKv: {exception.Message}");
    return code;
}
