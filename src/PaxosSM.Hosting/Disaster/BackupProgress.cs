namespace PaxosSM.Hosting;

/// <summary>How far a backup has come.</summary>
/// <param name="Slot">The slot that it covers; zero while the snapshot is being taken.</param>
/// <param name="Written">The bytes of the state written so far.</param>
/// <param name="Length">The bytes of the state in all; zero while that is not known.</param>
public readonly record struct BackupProgress(Slot Slot, long Written, long Length);
