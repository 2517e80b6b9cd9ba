namespace PaxosSM.Testing.Linearizability.Rules;

/// <summary>Something that holds of every history of a correct cluster.</summary>
public interface IHistoryRule
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>The first breach; null when there is none.</summary>
    HistoryViolation? Check(History history);
}
