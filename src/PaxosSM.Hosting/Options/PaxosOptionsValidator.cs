using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Hosting;

/// <summary>Finds everything that is wrong with a node's options at once, in words.</summary>
public sealed class PaxosOptionsValidator : IValidateOptions<PaxosOptions>
{
    // More than a value, and a message of many, cost beside the payloads.
    private const int ValueOverhead = 64;
    private const int MessageOverhead = 4096;

    // More than a deal costs for each lane, with a few that failed.
    private const int OwnerOverhead = 64;

    // The cluster's own answers, such as a session's number, always pass.
    private const int AnswerBytesMin = 1024;

    // It ends by itself in seconds: more is a mistake of the unit.
    private static readonly TimeSpan WarmUpMax = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, PaxosOptions options)
    {
        List<string> wrong =
        [
            .. Members(options),
            .. Quorums(options),
            .. Node(options),
            .. Protocol(options.Protocol),
            .. Lanes(options.Protocol),
            .. Messages(options),
            .. Answers(options),
            .. Snapshots(options),
            .. Parts(options),
        ];
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static IEnumerable<string> Members(PaxosOptions options)
    {
        if (options.Members.Count == 0)
        {
            yield return "no members are configured";
            yield break;
        }

        for (var index = 0; index < options.Members.Count; index++)
        {
            var member = options.Members[index];
            if (string.IsNullOrWhiteSpace(member.Id))
            {
                yield return $"member {index + 1} has no id";
            }

            if (!HostAddress.TryParse(member.Address, out var address) || address.Port == 0)
            {
                yield return $"member '{member.Id}': \"{member.Address}\" is no address like 10.0.0.1:7001";
            }

            if (member.Roles is MemberRoles.None or > MemberRoles.All)
            {
                yield return $"member '{member.Id}' has no role; roles are proposer, acceptor, learner";
            }
        }

        foreach (var twice in Repeated(options.Members.Select(member => member.Id)))
        {
            yield return $"two members have the id '{twice}'";
        }

        foreach (var twice in Repeated(options.Members.Select(member => member.Address)))
        {
            yield return $"two members have the address '{twice}'";
        }

        var first = options.Members.TakeWhile(member => !member.Joins).ToArray();
        foreach (var late in options.Members.Skip(first.Length).Where(member => !member.Joins))
        {
            yield return $"'{late.Id}' stands behind a member that joins later: the first members come first";
        }

        MemberRoles[] needed = [MemberRoles.Proposer, MemberRoles.Acceptor, MemberRoles.Learner];
        foreach (var role in needed.Where(role => Array.TrueForAll(first, member => (member.Roles & role) == 0)))
        {
            yield return $"no member is a {role}: nothing could ever be chosen and applied";
        }
    }

    private static IEnumerable<string> Quorums(PaxosOptions options)
    {
        var acceptors = options.Members.Count(member => !member.Joins && (member.Roles & MemberRoles.Acceptor) != 0);
        if (acceptors > 0 && options.QuorumRule.ProblemFor(acceptors) is { } problem)
        {
            yield return $"quorumRule {QuorumRuleText.Show(options.QuorumRule)}: {problem}; "
                + "only the first members count, not those that join later";
        }
    }

    private static IEnumerable<string> Repeated(IEnumerable<string> names) =>
        from name in names
        group name by name.ToUpperInvariant() into same
        where same.Count() > 1
        select same.First();

    private static IEnumerable<string> Node(PaxosOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Cluster))
        {
            yield return "the cluster has no name";
        }

        if (options.Members.All(member => member.Id != options.Self))
        {
            yield return $"self is '{options.Self}', which is no member; "
                + $"the members are {string.Join(", ", options.Members.Select(member => member.Id))}";
        }

        if (string.IsNullOrWhiteSpace(options.Data))
        {
            yield return "no data folder is configured";
        }

        if (options.Listen.Length > 0 && !HostAddress.TryParse(options.Listen, out _))
        {
            yield return $"listen: \"{options.Listen}\" is no address like 0.0.0.0:7001";
        }

        if (options.WarmUp < TimeSpan.Zero || options.WarmUp > WarmUpMax)
        {
            yield return $"warmUp is {options.WarmUp}; it must be zero, for none, up to {WarmUpMax}";
        }

        if (options.Restore.Length > 0 && options.Members.Any(member => member.Id == options.Self && member.Joins))
        {
            yield return $"restore: {options.Self} joins later, and learns from the members; only the first members "
                + "restore a backup";
        }

        if (options.Durability == Durability.Mapped)
        {
            yield return "durability Mapped is not there yet; use Synced or Volatile";
        }
    }

    private static IEnumerable<string> Protocol(ProtocolOptions options)
    {
        if (options.HeartbeatInterval < TimeSpan.FromMilliseconds(10))
        {
            yield return "heartbeatInterval must be 10ms or more";
        }

        if (options.ElectionTimeout < 3 * options.HeartbeatInterval)
        {
            yield return "electionTimeout must be three times heartbeatInterval or more: "
                + "one lost message must depose nobody";
        }

        if (options.LeaseDuration > TimeSpan.Zero && options.LeaseDriftMax >= options.LeaseDuration)
        {
            yield return "leaseDriftMax must be below leaseDuration (0s turns leases off)";
        }

        if (options.ResendInterval <= TimeSpan.Zero || options.StampSkewMax <= TimeSpan.Zero)
        {
            yield return "resendInterval and stampSkewMax must be positive";
        }

        if (options.WindowSlotsMax is < 1 or > 4096)
        {
            yield return "windowSlotsMax must be 1 to 4096";
        }

        if (options.BatchBytesMax < 1024 || options.PendingBytesMax < options.BatchBytesMax)
        {
            yield return "batchBytesMax must be 1KiB or more, and pendingBytesMax not below it";
        }

        if (options.LearnBytesMax < options.BatchBytesMax || options.LogBytesMax < options.LearnBytesMax)
        {
            yield return "learnBytesMax must not be below batchBytesMax, nor logBytesMax below learnBytesMax";
        }

        if (options.TrimTailSlots < 0 || options.TrimTailBytes < 0 || options.CheckpointSlots < 1)
        {
            yield return "trimTailSlots and trimTailBytes must not be negative, and checkpointSlots be positive";
        }
    }

    private static IEnumerable<string> Lanes(ProtocolOptions options)
    {
        if (options.WindowBytesMax < options.BatchBytesMax)
        {
            yield return "windowBytesMax must not be below batchBytesMax";
        }

        if (options.HorizonSlots is < 8 or > 32_768)
        {
            yield return "horizonSlots must be 8 to 32768";
        }

        if (options.StallTimeout < options.ResendInterval)
        {
            yield return "stallTimeout must not be below resendInterval: one lost message must cost nobody its lane";
        }

        if (!Enum.IsDefined(options.Deal))
        {
            yield return $"deal {(int)options.Deal} is none of SingleLeader, AllProposers, Adaptive";
        }
    }

    /// <summary>A log that is full takes no more slots, and only a snapshot lets it be trimmed (R25).</summary>
    private static IEnumerable<string> Snapshots(PaxosOptions options)
    {
        if (options.Snapshots.LogBytesMax > options.Protocol.LogBytesMax / 2)
        {
            yield return $"snapshotLogBytesMax ({options.Snapshots.LogBytesMax}) must not be above half of logBytesMax "
                + $"({options.Protocol.LogBytesMax}): the log would be full before a snapshot is due, and stay so";
        }
    }

    /// <summary>A message that does not fit is dropped each time that it is sent: nobody would take over, or catch up.
    /// </summary>
    private static IEnumerable<string> Messages(PaxosOptions options)
    {
        var protocol = options.Protocol;

        // A lone submission is a batch, however large it is.
        long batch = Math.Max(protocol.BatchBytesMax, options.Gateway.SubmitBytesMax);
        var room = Math.Min(options.Transport.FrameBytesMax, options.Transport.PeerBytesMax);
        var proposers = options.Members.Count(member => (member.Roles & MemberRoles.Proposer) != 0);
        var owners = protocol.Deal == DealPolicy.SingleLeader ? 1 : proposers;
        var takeOver = TakeOver(protocol, owners, batch);
        if (room < takeOver)
        {
            yield return $"frameBytesMax and peerBytesMax must be {takeOver} or more: whoever takes over sends all "
                + $"that may be proposed in one message, windowBytesMax ({protocol.WindowBytesMax}) or "
                + $"a batch for each of {owners} owners, or of one lane windowSlotsMax ({protocol.WindowSlotsMax}) "
                + "batches; each is as large "
                + $"as the larger of batchBytesMax ({protocol.BatchBytesMax}) and submitBytesMax "
                + $"({options.Gateway.SubmitBytesMax})";
        }

        var learn = protocol.LearnBytesMax + batch + MessageOverhead;
        if (room < learn)
        {
            yield return $"frameBytesMax and peerBytesMax must be {learn} or more: a catch-up answer carries up to "
                + $"learnBytesMax ({protocol.LearnBytesMax}) and a batch";
        }
    }

    /// <summary>What a promise or a sync holds at most: what may be proposed above what is known chosen.</summary>
    private static long TakeOver(ProtocolOptions protocol, int owners, long batch)
    {
        // An owner takes a batch when it holds none, or has room for it in its share, which is equal to the others'.
        // Slots up to the horizon may be there with nothing in them: turns that others passed.
        var lanes = protocol.LanesMax(owners);
        var bytes = Math.Max(protocol.WindowBytesMax, owners * batch);
        var slots = (long)Math.Max(protocol.HorizonSlots, 4 * lanes);
        if (lanes == 1)
        {
            // Nobody passes turns, and what is counted is chosen.
            slots = Math.Min(slots, protocol.WindowSlotsMax);
            bytes = Math.Min(bytes, slots * batch);
        }

        return bytes + (slots * ValueOverhead) + (lanes * OwnerOverhead) + MessageOverhead;
    }

    /// <summary>A frame that does not fit into a client's buffer ends its connection, and is sent again.</summary>
    private static IEnumerable<string> Answers(PaxosOptions options)
    {
        var (transport, gateway) = (options.Transport, options.Gateway);
        var answers = (long)gateway.AnswerBytesMax + gateway.ResultBytesMax + MessageOverhead;
        if (gateway.AnswerBytesMax < AnswerBytesMin || gateway.ResultBytesMax < 0)
        {
            yield return $"answerBytesMax must be {AnswerBytesMin} or more, and ResultBytesMax not negative";
        }
        else if (Math.Min(transport.FrameBytesMax, transport.ClientBytesMax) < answers)
        {
            yield return $"frameBytesMax and clientBytesMax must be {answers} or more: one frame carries up to "
                + $"answerBytesMax ({gateway.AnswerBytesMax}) and the results gathered before it "
                + $"({gateway.ResultBytesMax})";
        }
    }

    // The parts know their own bounds, and throw; their words are what people should read.
    private static IEnumerable<string> Parts(PaxosOptions options)
    {
        Action[] parts =
        [
            options.Transport.Validate, options.Client.Validate, options.Log.Validate, options.Snapshots.Validate,
            options.Outbox.Validate,
        ];
        foreach (var part in parts)
        {
            var text = string.Empty;
            try
            {
                part();
            }
            catch (Exception exception) when (exception is ArgumentException or ValidationException)
            {
                text = exception.Message;
            }

            if (text.Length > 0)
            {
                yield return text;
            }
        }
    }
}
