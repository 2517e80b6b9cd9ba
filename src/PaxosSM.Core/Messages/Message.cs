namespace PaxosSM.Messages;

/// <summary>A protocol message between members. The set is closed: every kind is in this folder.</summary>
public abstract record Message
{
    private protected Message()
    {
    }
}
