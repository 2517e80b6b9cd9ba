using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using PaxosSM.RedisKv.CommandLine;
using PaxosSM.RedisKv.Server;

try
{
    var arguments = ArgumentParser.Parse(args);
    switch (arguments.Mode)
    {
        case RunMode.Help:
            Console.WriteLine(HelpText.Text);
            return 0;
        case RunMode.Standalone:
            await RunStandaloneAsync(arguments).ConfigureAwait(false);
            return 0;
        default:
            await Console.Error.WriteLineAsync("only --standalone works so far").ConfigureAwait(false);
            return 1;
    }
}
catch (CommandLineException exception)
{
    await Console.Error.WriteLineAsync($"RedisKv: {exception.Message}").ConfigureAwait(false);
    return 2;
}

static async Task RunStandaloneAsync(RedisKvArguments arguments)
{
    var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    var options = new RespServerOptions { ConnectionsMax = arguments.ConnectionsMax };
    var server =
        new RespServer(new LocalBackend(TimeProvider.System), options, TimeProvider.System, NullLogger.Instance);
    await using (server.ConfigureAwait(false))
    {
        var endPoint = server.Start(arguments.Listen[0]);
        Console.WriteLine($"Redis clients: redis-cli -h {endPoint.Address} -p {endPoint.Port}");
        await stop.Task.ConfigureAwait(false);
    }

    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        stop.TrySetResult();
    }
}
