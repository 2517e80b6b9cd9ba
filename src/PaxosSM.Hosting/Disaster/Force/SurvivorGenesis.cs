using PaxosSM.Runtime.Genesis;
using PaxosSM.Storage;

namespace PaxosSM.Hosting;

/// <summary>Finds out how a survivor's cluster began (R33).</summary>
internal static class SurvivorGenesis
{
    /// <summary>The members of the first epoch as genesis bound them; who joined later knows them without their
    /// storages, and was not in that epoch.</summary>
    /// <exception cref="PaxosConfigurationException">There never was a first epoch here.</exception>
    public static Configuration FoundersIn(DataDirectory folder, PaxosOptions options, Member self)
    {
        var members = NodeDevices.FoundersOf(options);
        if (NodeDevices.Joins(options))
        {
            return new(Epoch.First, members);
        }

        GenesisRecord? record = null;
        if (folder.Genesis is { Length: > 0 } saved && !GenesisRecord.TryDecode(saved.Span, out record))
        {
            throw new DataDirectoryException(
                $"The genesis record in {folder.Root} is of a version that this program does not know.");
        }

        return new GenesisProtocol(new(self.Id, self.Storage, members, options.Durability), record).Outcome switch
        {
            GenesisCompleted { Record: { Restores: null } or { IsInstalled: true } } completed =>
                completed.Configuration,
            StorageReplaced replaced => replaced.Configuration,
            GenesisRefused refused => throw new PaxosConfigurationException(refused.Why),
            _ => throw new PaxosConfigurationException(
                $"the first epoch of the cluster never stood in {folder.Root}: it holds nothing that could go on"),
        };
    }
}
