namespace PaxosSM.RedisKv.Server;

/// <summary>Answers a command that concerns the connection or the server.</summary>
internal delegate void ConnectionHandler(in ConnectionCall call);
