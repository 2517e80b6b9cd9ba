using System.CommandLine;

namespace PaxosSM.Benchmarks;

/// <summary>Where what is measured keeps its files, as every command asks for it.</summary>
internal static class DiskFolder
{
    public static Option<string> Option() => new("--data")
    {
        Description = "A folder on the disk that is meant.",
        DefaultValueFactory = _ => Path.GetTempPath(),
    };
}
