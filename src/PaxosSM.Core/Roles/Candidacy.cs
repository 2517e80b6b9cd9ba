using PaxosSM.Election;
using PaxosSM.Messages;

namespace PaxosSM.Roles;

/// <summary>What others tell a proposer: it joins the one that stands, leads and owns with the watch that decides when
/// it stands.</summary>
internal sealed class Candidacy(
    ReplicaContext context,
    Proposer proposer,
    LeaderWatch watch,
    LeadershipTransfer transfer,
    LearnerSide learning,
    Quiescence quiescence)
{
    private Ballot _led = Ballot.None;

    /// <summary>A reign shows signs of life. If it is news here, whoever stood against the one before stands no more,
    /// be its own ballot higher (R23): it would keep its clients' commands, and depose in the end who serves
    /// them.</summary>
    public void OnSign(Ballot ballot, Effects effects)
    {
        var isNews = ballot > _led;
        _led = Ballot.Max(_led, ballot);
        if (isNews && ballot.Proposer != context.Self && proposer is { Stands: true, Reads: null })
        {
            proposer.Depose(effects);
        }
    }

    /// <summary>Takes a message for the proposer here; others are ignored.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="message">The message.</param>
    /// <param name="now">The moment.</param>
    /// <param name="effects">Takes what is to be done.</param>
    public void On(NodeId from, Message message, Instant now, Effects effects)
    {
        switch (message)
        {
            case Promise promise:
                proposer.On(from, promise, Slot.Max(learning.Frontier, learning.KnownChosen), now, effects);
                break;
            case SyncAccepted accepted:
                proposer.On(from, accepted, now, effects);
                break;
            case Accepted accepted:
                proposer.On(from, accepted, now, effects);
                break;
            case HeartbeatAck ack:
                proposer.On(from, ack, now, effects);
                break;
            case Refused refused:
                if (proposer.On(refused, effects))
                {
                    watch.OnDeposed(refused.Promised, $"an acceptor promised {refused.Promised}", now, effects);
                }

                break;
            case CanvassReply reply when !proposer.Stands:
                if (watch.On(from, reply) is var ballot && ballot != Ballot.None)
                {
                    proposer.Stand(ballot, now, effects);
                }

                break;
            case OwnerBeat beat:
                proposer.On(from, beat, now);
                break;
            case LogClock clock when !context.Has(MemberRoles.Learner):
                proposer.OnExecuted(clock.Time, clock.NextDeadline);
                break;
            default:
                OnLeadersWord(from, message, now, effects);
                break;
        }
    }

    // Another shall lead, or nobody need.
    private void OnLeadersWord(NodeId from, Message message, Instant now, Effects effects)
    {
        switch (message)
        {
            case TransferOffer offer:
                transfer.On(from, offer, learning.Frontier, now, effects);
                break;
            case TransferReply reply:
                transfer.On(from, reply, now, effects);
                break;
            case Quiesce quiesce when quiesce.Ballot.Proposer == from:
                quiescence.On(quiesce);
                break;
            default:
                break;
        }
    }
}
