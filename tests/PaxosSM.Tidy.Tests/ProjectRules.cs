using System.Xml.Linq;

namespace PaxosSM.Tidy.Tests;

/// <summary>Which project may know which, and what each must say of itself (specs/README.md draws it).</summary>
internal static class ProjectRules
{
    private static readonly Dictionary<string, string[]> AllowedReferences = new()
    {
        ["PaxosSM.Abstractions"] = [],
        ["PaxosSM.Core"] = ["PaxosSM.Abstractions"],
        ["PaxosSM.Runtime"] = ["PaxosSM.Core"],
        ["PaxosSM.Storage"] = ["PaxosSM.Runtime"],
        ["PaxosSM.Transport.Tcp"] = ["PaxosSM.Runtime"],
        ["PaxosSM.Client"] = ["PaxosSM.Runtime"],
        ["PaxosSM.Testing"] = ["PaxosSM.Storage", "PaxosSM.Client"],
        ["PaxosSM.Cli"] = ["PaxosSM.Hosting", "PaxosSM.Testing"],
        ["PaxosSM.Hosting"] = ["PaxosSM.Storage", "PaxosSM.Transport.Tcp", "PaxosSM.Client"],
    };

    // What users reference: the contract, the whole for programs, the test kits for their tests.
    private static readonly string[] ForExamples = ["PaxosSM.Abstractions", "PaxosSM.Hosting", "PaxosSM.Testing"];
    private static readonly string[] TestEndings = [".Tests", ".Benchmarks"];
    private static readonly string[] WithoutPackages = ["PaxosSM.Abstractions", "PaxosSM.Core"];

    public static IEnumerable<string> Check(string path, string text)
    {
        var project = XDocument.Parse(text);
        var name = Path.GetFileNameWithoutExtension(path);
        return path.Split('/')[0] switch
        {
            "src" =>
            [
                .. References(path, project, AllowedReferences.GetValueOrDefault(name)),
                .. Source(path, name, project),
            ],
            "examples" => References(path, project, ForExamples),
            "tests" when TestEndings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal)) => [],
            "tests" => [$"{path}: a test project's name ends in .Tests"],
            _ => [$"{path}: projects live in src, tests and examples"],
        };
    }

    private static IEnumerable<string> References(string path, XDocument project, string[]? allowed)
    {
        if (allowed is null)
        {
            return [$"{path}: no rule says what it may reference; add it to {nameof(ProjectRules)}"];
        }

        return project.Descendants("ProjectReference")
            .Select(node => Path.GetFileNameWithoutExtension(node.Attribute("Include")!.Value.Replace('\\', '/')))
            .Except(allowed)
            .Select(reference => $"{path}: must not reference {reference}");
    }

    private static IEnumerable<string> Source(string path, string name, XDocument project)
    {
        var hasPackage = project.Descendants("PackageReference").Any();
        if (hasPackage && WithoutPackages.Contains(name))
        {
            yield return $"{path}: must do without packages";
        }

        if (string.IsNullOrWhiteSpace(project.Descendants("Description").FirstOrDefault()?.Value))
        {
            yield return $"{path}: a package needs a description";
        }

        if (project.Descendants("IsPackable").Any(node => node.Value == "false"))
        {
            yield return $"{path}: must be packable";
        }
    }
}
