using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PaxosSM;
using PaxosSM.RedisKv.CommandLine;
using PaxosSM.RedisKv.Hosting;
using PaxosSM.RedisKv.Server;
using Serilog;
using Serilog.Events;

try
{
    var arguments = ArgumentParser.Parse(args);
    if (arguments.Mode == RunMode.Help)
    {
        Console.WriteLine(HelpText.Text);
        return 0;
    }

    using var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(arguments.LogLevel).AddSerilog(Logger(arguments.LogLevel), dispose: true));
    using var run = new ClusterRun(arguments, loggers);
    await (arguments.Mode switch
    {
        RunMode.Standalone => RunStandaloneAsync(arguments, run),
        RunMode.Member => run.RunMemberAsync(arguments.Node!), // the parser gives it in this mode
        _ => run.RunEmbeddedAsync(),
    }).ConfigureAwait(false);
    return 0;
}
catch (Exception exception) when (exception is CommandLineException or OptionsValidationException)
{
    await Console.Error.WriteLineAsync($"RedisKv: {exception.Message}").ConfigureAwait(false);
    return 2;
}
catch (Exception exception) when (exception is IOException or PaxosException or InvalidDataException or System.Net.Sockets.SocketException)
{
    await Console.Error.WriteLineAsync($"RedisKv: {exception.Message}").ConfigureAwait(false);
    return 1;
}

static async Task RunStandaloneAsync(RedisKvArguments arguments, ClusterRun run)
{
    var options = new RespServerOptions { ConnectionsMax = arguments.ConnectionsMax };
    var server = new RespServer(new LocalBackend(TimeProvider.System), options, TimeProvider.System, NullLogger.Instance);
    await using (server.ConfigureAwait(false))
    {
        var endPoint = server.Start(arguments.Listen[0]);
        Console.WriteLine($"Redis clients: redis-cli -h {endPoint.Address} -p {endPoint.Port}");
        await run.Stopped.ConfigureAwait(false);
    }
}

static Serilog.Core.Logger Logger(LogLevel level) => new LoggerConfiguration()
    .MinimumLevel.Is(level == LogLevel.None ? LogEventLevel.Fatal : (LogEventLevel)(int)level)
    .WriteTo.Console(
        outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}", formatProvider: CultureInfo.InvariantCulture)
    .CreateLogger();
