using PaxosSM.Storage;

namespace PaxosSM.Hosting;

/// <summary>Takes a cluster whose quorum is gone for ever into a new epoch of its survivors, by an operator's explicit
/// act (R33). Acknowledged commands may be lost; none is reordered.</summary>
/// <remarks>
/// <para>Three steps, while no survivor's node runs: <see cref="CollectAsync"/> at each survivor, which holds its
/// folder still and gives a report; <see cref="ForcePlan.Of"/> with all reports, which says what will be; <see
/// cref="ApplyAsync"/> at each survivor, with the plan's fork as the word. Then the survivors start as ever, and new
/// members are added as ever.</para>
/// <para>A crash anywhere loses nothing: any step may be done again. Before the first <see cref="ApplyAsync"/>
/// <see cref="AbandonAsync"/> gives the act up. Whoever was taken for lost and comes back is of another fork: survivors
/// refuse it, and it them.</para>
/// </remarks>
public static class ClusterForce
{
    /// <summary>Holds a survivor's folder still, durably, and reads what it holds.</summary>
    /// <param name="options">The survivor's settings, its folder among them; its node must not run.</param>
    /// <param name="survivors">The names of all survivors, this one among them: the same at each.</param>
    /// <param name="services">Files and clock; null for the system's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PaxosConfigurationException">It holds nothing that can go on; the message says why.</exception>
    /// <exception cref="DataDirectoryException">The folder is another's, in use, or damaged.</exception>
    public static async Task<ForceReport> CollectAsync(
        PaxosOptions options,
        IReadOnlyList<string> survivors,
        NodeServices? services = null,
        CancellationToken cancellationToken = default)
    {
        services ??= new();
        string[] names = [.. survivors.Order(StringComparer.Ordinal).Distinct(StringComparer.Ordinal)];
        var known = NodeDevices.MembersOf(options).Select(member => member.Name);
        if (names.Except(known, StringComparer.Ordinal).FirstOrDefault() is { } stranger)
        {
            throw new PaxosConfigurationException($"'{stranger}' is not in the configuration");
        }

        if (!names.Contains(options.Self, StringComparer.Ordinal))
        {
            throw new PaxosConfigurationException($"{options.Self} itself must be among the survivors");
        }

        var survivor = SurvivorFolder.Open(options, services.Files);
        await using (survivor.ConfigureAwait(false))
        {
            var now = services.Time.GetUtcNow();
            var report = await survivor.ReadAsync(names, now, cancellationToken).ConfigureAwait(false);
            survivor.Folder.SaveForce(
                new(report.Fork, ForkId.None, report.Id, now, $"survivors: {string.Join(", ", names)}"));
            return report;
        }
    }

    /// <summary>Carries the plan out at a survivor, durably: from its next start on it is in the plan's fork.</summary>
    /// <param name="options">The survivor's settings; its node must not run.</param>
    /// <param name="plan">The plan, made of the reports of all survivors.</param>
    /// <param name="word">The operator's word: <see cref="ForcePlan.Fork"/>, as it was read in the plan.</param>
    /// <param name="services">Files and clock; null for the system's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PaxosConfigurationException">The plan can't be carried out, or not here; the message says
    /// why.</exception>
    /// <exception cref="DataDirectoryException">The folder is another's, in use, or damaged.</exception>
    /// <exception cref="IOException">The disk did not take it; nothing is lost, and it can be tried again.</exception>
    public static async Task ApplyAsync(
        PaxosOptions options,
        ForcePlan plan,
        ForkId word,
        NodeServices? services = null,
        CancellationToken cancellationToken = default)
    {
        services ??= new();
        if (plan.Problem is { } problem)
        {
            throw new PaxosConfigurationException(problem);
        }

        if (word != plan.Fork)
        {
            throw new PaxosConfigurationException(
                $"the plan of these reports begins fork {plan.Fork}, not {word}: read the plan, and say its fork");
        }

        if (plan.Groups.SelectMany(end => end.Excluded).Any(member => member.Name == options.Self))
        {
            throw new PaxosConfigurationException(
                $"{options.Self} let go what nobody holds any more: bring it back empty, as a new member");
        }

        var survivor = SurvivorFolder.Open(options, services.Files);
        await using (survivor.ConfigureAwait(false))
        {
            var folder = survivor.Folder;
            if (folder.Force is { } done && done.Fork == plan.Fork)
            {
                folder.SaveFork(plan.Fork);
                return;
            }

            if (folder.Force is not { IsFrozen: true } held || plan.Reports.All(report => report.Id != held.Report))
            {
                throw new PaxosConfigurationException(
                    $"{folder.Root} is not held still for this plan: its own report is not among those that the plan "
                    + "was made of. Collect the reports of all survivors again, and make a new plan");
            }

            await survivor.WriteAsync(plan.Groups.Where(end => end.IsForced), cancellationToken).ConfigureAwait(false);
            folder.SaveForce(held with
            {
                Fork = plan.Fork,
                At = services.Time.GetUtcNow(),
                Text = plan.ToString(),
            });
            folder.SaveFork(plan.Fork);
        }
    }

    /// <summary>Gives the act up at a survivor: its folder may be served from again.</summary>
    /// <remarks>Only while no survivor has carried it out: those that have are gone into another fork, and don't come
    /// back.</remarks>
    /// <exception cref="PaxosConfigurationException">It was carried out here already, or never begun.</exception>
    /// <exception cref="DataDirectoryException">The folder is another's, in use, or damaged.</exception>
    public static async Task AbandonAsync(PaxosOptions options, NodeServices? services = null)
    {
        var survivor = SurvivorFolder.Open(options, (services ?? new()).Files);
        await using (survivor.ConfigureAwait(false))
        {
            if (survivor.Folder.Force is not { IsFrozen: true })
            {
                throw new PaxosConfigurationException(
                    survivor.Folder.Force is null
                        ? $"{survivor.Folder.Root} is not held still: there is nothing to give up"
                        : $"fork {survivor.Folder.Force.Fork} was begun in {survivor.Folder.Root} already: there is no "
                            + "way back");
            }

            survivor.Folder.SaveForce(null);
        }
    }
}
