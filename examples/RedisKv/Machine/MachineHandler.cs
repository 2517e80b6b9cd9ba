namespace PaxosSM.RedisKv.Machine;

/// <summary>Runs one command on the keyspace and writes exactly one reply.</summary>
internal delegate void MachineHandler(in MachineCall call);
