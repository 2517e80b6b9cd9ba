using System.Globalization;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;

namespace PaxosSM.RedisKv.Hosting;

/// <summary>Logs to the console, through Serilog.</summary>
internal static class Logging
{
    private const string Line = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    /// <summary>Loggers from the given level on.</summary>
    public static ILoggerFactory Create(LogLevel level)
    {
        var logger = new LoggerConfiguration()
            .MinimumLevel.Is(level == LogLevel.None ? LogEventLevel.Fatal : (LogEventLevel)(int)level)
            .WriteTo.Console(outputTemplate: Line, formatProvider: CultureInfo.InvariantCulture)
            .CreateLogger();
        return LoggerFactory.Create(builder => builder.SetMinimumLevel(level).AddSerilog(logger, dispose: true));
    }
}
