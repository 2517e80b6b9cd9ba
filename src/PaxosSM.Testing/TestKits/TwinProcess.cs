using System.Diagnostics;
using System.Reflection;

namespace PaxosSM.Testing.TestKits;

/// <summary>Another process of the same program, which applies the same logs.</summary>
/// <remarks>
/// It is this program's own entry assembly, with its own dependencies, started a second time; a start-up hook
/// (<c>StartupHook</c>) takes over before the program begins. So it works under a test runner and in any program alike,
/// and needs nothing to be installed.
/// </remarks>
internal sealed class TwinProcess : IDisposable
{
    private const int ErrorLinesMax = 20;
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);
    private readonly Process _process;
    private readonly TimeSpan _timeout;
    private readonly BinaryWriter _requests;
    private readonly BinaryReader _answers;
    private readonly List<string> _errors = [];

    private TwinProcess(Process process, TimeSpan timeout)
    {
        _process = process;
        _timeout = timeout;
        _requests = new(process.StandardInput.BaseStream);
        _answers = new(process.StandardOutput.BaseStream);
        process.ErrorDataReceived += (_, line) => KeepError(line.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>Starts the process.</summary>
    /// <exception cref="TwinProcessException">It does not start.</exception>
    public static TwinProcess Start(MachineRecipe recipe, TimeSpan timeout)
    {
        var start = Describe();
        try
        {
            var process = Process.Start(start)!;
            var twin = new TwinProcess(process, timeout);
            TwinWire.WriteRecipe(twin._requests, recipe);
            return twin;
        }
        catch (Exception refusal) when (refusal is IOException or System.ComponentModel.Win32Exception)
        {
            throw new TwinProcessException(
                $"{start.FileName} {string.Join(' ', start.ArgumentList)}: {refusal.Message}", refusal);
        }
    }

    /// <summary>What the other process sees of a script, and the exception that ended it; empty for none.</summary>
    /// <exception cref="TwinProcessException">It does not answer.</exception>
    public (Sight[] Sights, string Exception) Play(IReadOnlyList<MachineStep> script)
    {
        try
        {
            var answer = Task.Run(() =>
            {
                TwinWire.WriteScript(_requests, script);
                _requests.Flush();
                return TwinWire.ReadSights(_answers);
            });
            return answer.WaitAsync(_timeout).GetAwaiter().GetResult();
        }
        catch (Exception failure) when (failure is IOException or TimeoutException)
        {
            _ = _process.WaitForExit(LastWords);
            throw new TwinProcessException(
                $"it did not answer ({failure.Message}); it wrote: {string.Join(Environment.NewLine, Errors())}",
                failure);
        }
    }

    /// <summary>Ends the process.</summary>
    public void Dispose()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended by itself.
        }

        _process.Dispose();
    }

    private static ProcessStartInfo Describe()
    {
        var entry = Assembly.GetEntryAssembly()?.Location;
        var dependencies = ((string?)AppContext.GetData("APP_CONTEXT_DEPS_FILES"))?.Split(';')[0];
        if (string.IsNullOrEmpty(entry) || string.IsNullOrEmpty(dependencies))
        {
            throw new TwinProcessException("this program has no entry assembly of its own, or no .deps.json file");
        }

        var start = new ProcessStartInfo(Dotnet())
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            ArgumentList = { "exec", "--depsfile", dependencies },
        };
        var settings = dependencies.Replace(".deps.json", ".runtimeconfig.json", StringComparison.Ordinal);
        if (File.Exists(settings))
        {
            start.ArgumentList.Add("--runtimeconfig");
            start.ArgumentList.Add(settings);
        }

        start.ArgumentList.Add(entry);
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(TwinProcess).Assembly.Location;
        start.Environment["TZ"] = "Pacific/Kiritimati";

        // A profiler that counts this process's coverage has no business in the other one.
        start.Environment["CORECLR_ENABLE_PROFILING"] = "0";
        return start;
    }

    // The runtime's folder is <root>/shared/Microsoft.NETCore.App/<version>.
    private static string Dotnet()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var path = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", name));
        return File.Exists(path) ? path : name;
    }

    private void KeepError(string? line)
    {
        lock (_errors)
        {
            if (line is not null && _errors.Count < ErrorLinesMax)
            {
                _errors.Add(line);
            }
        }
    }

    private string[] Errors()
    {
        lock (_errors)
        {
            return [.. _errors];
        }
    }
}
