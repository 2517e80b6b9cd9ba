namespace PaxosSM.Runtime.Wire;

/// <summary>What a frame carries. The numbers are the wire format (<c>specs/wire.md</c>): never changed, never used
/// again.</summary>
/// <remarks>The high half of the number is the family, so that decoding needs two small switches and no
/// table.</remarks>
public enum FrameKind : byte
{
    /// <summary>No frame.</summary>
    None = 0,

    /// <summary><see cref="Messages.Prepare"/>.</summary>
    Prepare = 0x10,

    /// <summary><see cref="Messages.Promise"/>.</summary>
    Promise = 0x11,

    /// <summary><see cref="Messages.Refused"/>.</summary>
    Refused = 0x12,

    /// <summary><see cref="Messages.Accept"/>.</summary>
    Accept = 0x20,

    /// <summary><see cref="Messages.Accepted"/>.</summary>
    Accepted = 0x21,

    /// <summary><see cref="Messages.Heartbeat"/>.</summary>
    Heartbeat = 0x22,

    /// <summary><see cref="Messages.HeartbeatAck"/>.</summary>
    HeartbeatAck = 0x23,

    /// <summary><see cref="Messages.Sync"/>.</summary>
    Sync = 0x24,

    /// <summary><see cref="Messages.SyncAccepted"/>.</summary>
    SyncAccepted = 0x25,

    /// <summary><see cref="Messages.Chosen"/>.</summary>
    Chosen = 0x26,

    /// <summary><see cref="Messages.LearnRequest"/>.</summary>
    LearnRequest = 0x30,

    /// <summary><see cref="Messages.LearnReply"/>.</summary>
    LearnReply = 0x31,

    /// <summary><see cref="Messages.VotesRequest"/>.</summary>
    VotesRequest = 0x32,

    /// <summary><see cref="Messages.VotesReply"/>.</summary>
    VotesReply = 0x33,

    /// <summary><see cref="Messages.SnapshotRequest"/>.</summary>
    SnapshotRequest = 0x34,

    /// <summary><see cref="Messages.SnapshotPiece"/>.</summary>
    SnapshotPiece = 0x35,

    /// <summary><see cref="Messages.Checkpoint"/>.</summary>
    Checkpoint = 0x36,

    /// <summary><see cref="Messages.Submit"/>.</summary>
    Submit = 0x40,

    /// <summary><see cref="Messages.SubmitRefused"/>.</summary>
    SubmitRefused = 0x41,

    /// <summary><see cref="Messages.ReadIndexRequest"/>.</summary>
    ReadIndexRequest = 0x42,

    /// <summary><see cref="Messages.ReadIndexReply"/>.</summary>
    ReadIndexReply = 0x43,

    /// <summary><see cref="Messages.OwnerBeat"/>.</summary>
    OwnerBeat = 0x44,

    /// <summary><see cref="Messages.LogClock"/>.</summary>
    LogClock = 0x45,

    /// <summary><see cref="Messages.Alive"/>.</summary>
    Alive = 0x50,

    /// <summary><see cref="Messages.Canvass"/>.</summary>
    Canvass = 0x51,

    /// <summary><see cref="Messages.CanvassReply"/>.</summary>
    CanvassReply = 0x52,

    /// <summary><see cref="Messages.TransferOffer"/>.</summary>
    TransferOffer = 0x54,

    /// <summary><see cref="Messages.TransferReply"/>.</summary>
    TransferReply = 0x55,

    /// <summary><see cref="Messages.Quiesce"/>.</summary>
    Quiesce = 0x58,

    /// <summary><see cref="Messages.Rouse"/>.</summary>
    Rouse = 0x59,

    /// <summary><see cref="Messages.GenesisHello"/>.</summary>
    GenesisHello = 0x60,

    /// <summary><see cref="Messages.GenesisConfirm"/>.</summary>
    GenesisConfirm = 0x61,

    /// <summary><see cref="Messages.EpochEnd"/>.</summary>
    EpochEnd = 0x70,

    /// <summary><see cref="Messages.EpochStarted"/>.</summary>
    EpochStarted = 0x71,

    /// <summary><see cref="Messages.EpochQuery"/>.</summary>
    EpochQuery = 0x72,

    /// <summary><see cref="Messages.GuestProgress"/>.</summary>
    GuestProgress = 0x73,

    /// <summary><see cref="Runtime.ClientSubmit"/>.</summary>
    ClientSubmit = 0x80,

    /// <summary><see cref="Runtime.ClientResult"/>.</summary>
    ClientResult = 0x81,

    /// <summary><see cref="Runtime.ClientResults"/>.</summary>
    ClientResults = 0x82,

    /// <summary><see cref="Runtime.ClientQuery"/>.</summary>
    ClientQuery = 0x83,

    /// <summary><see cref="Runtime.ClientQueryResult"/>.</summary>
    ClientQueryResult = 0x84,

    /// <summary><see cref="Runtime.ClientStatusRequest"/>.</summary>
    ClientStatusRequest = 0x85,

    /// <summary><see cref="Runtime.ClientStatus"/>.</summary>
    ClientStatus = 0x86,

    /// <summary><see cref="Runtime.ClientAdmin"/>.</summary>
    ClientAdmin = 0x87,

    /// <summary><see cref="Runtime.ClientAdminResult"/>.</summary>
    ClientAdminResult = 0x88,

    /// <summary><see cref="Runtime.ClientBackup"/>.</summary>
    ClientBackup = 0x8A,

    /// <summary><see cref="Runtime.ClientBackupPiece"/>.</summary>
    ClientBackupPiece = 0x8B,
}
