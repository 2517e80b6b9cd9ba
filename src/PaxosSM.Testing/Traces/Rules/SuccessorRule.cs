using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>I8: an epoch has one successor: the one that the stop chosen last in it names, for all who begin
/// it.</summary>
internal sealed class SuccessorRule() : TraceRule("I8")
{
    public override string? On(in TraceEvent traced, TraceHistory history)
    {
        if (traced.Happened is not EpochBegan { Start: var start })
        {
            return null;
        }

        if (history.Group.Find(start.Epoch) is { } known)
        {
            var same = start.Base == known.Start.Base && start.Digest == known.Start.Digest
                && ConfigurationCodec.Encode(start.Configuration).Span.SequenceEqual(
                    ConfigurationCodec.Encode(known.Configuration).Span);
            return same ? null : $"others began {known.Start}, with other members or by another stop";
        }

        var before = history.Group.Newest;
        if (start.Epoch != before.Epoch.Next)
        {
            return $"nobody began the epoch before {start.Epoch}; {before.Epoch} is the newest";
        }

        if (start.Base <= before.Start.Base || start.Base > before.ChosenThrough)
        {
            return $"{before.Start} is chosen through {before.ChosenThrough}, so it can't end at {start.Base}";
        }

        return before.Slots.Find(start.Base) is not { IsChosen: true } last || last.Checksum == start.Digest
            ? null
            : $"{last.Checksum} is chosen at {start.Base}, not the stop {start.Digest}";
    }
}
