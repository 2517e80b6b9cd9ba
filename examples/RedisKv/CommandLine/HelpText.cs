namespace PaxosSM.RedisKv.CommandLine;

/// <summary>What <c>--help</c> prints.</summary>
internal static class HelpText
{
    /// <summary>The text.</summary>
    public const string Text = """
        RedisKv: a replicated key-value server that speaks the Redis protocol (RESP2).
        Use it with redis-cli, redis-benchmark or any Redis library.

        USAGE
          RedisKv [--data DIR] [--listen ADDRESS:PORT]...
              Three replicas in this process, each with its own folder and its own port.
          RedisKv --config FILE --self ID --data DIR [--listen ADDRESS:PORT]
              One replica of a cluster of processes. Start one for each member of FILE.
          RedisKv admin --config FILE status
          RedisKv admin --config FILE add ID... | remove ID... | replace OLD=NEW... | rule RULE | deal POLICY
                        [--expected EPOCH] [--timeout SECONDS] [--force]
              Looks after a cluster of processes while it serves. A node to add is started before: FILE has it
              at its end, with "joins": true. RULE is majority, flexible,Q1,Q2 or grid,ROWS,COLUMNS; POLICY
              says who proposes: singleLeader, allProposers or adaptive. --expected: only if that epoch is the
              present one. --force: do not wait until newcomers have learned what they lack.
          RedisKv admin --config FILE backup --to BACKUP
              Backs a cluster up while it serves: keys, sessions and time at one moment, in one checked file.
          RedisKv verify BACKUP
              Reads every byte of a backup, and says what it is, or what is wrong with it.
          RedisKv admin --config FILE transfer --to ID | drain ID | undrain ID [--timeout SECONDS]
              Has ID lead; or has ID hand on what it leads and send its clients to others, so that it can be
              stopped without a pause; or takes it back.
          RedisKv force collect --config FILE --self ID --data DIR --survivors ID,... --to REPORT
          RedisKv force plan REPORT...
          RedisKv force apply --config FILE --self ID --data DIR --fork FORK REPORT...
          RedisKv force abandon --config FILE --self ID --data DIR
              When a quorum is lost for ever: takes what the survivors hold into a history of its own.
              Acknowledged writes may be lost; none changes its order. Stop the survivors; collect a report
              of each; read the plan; apply it, naming its fork, at each; start them. abandon gives it up.
          RedisKv admin --config FILE wedge | unwedge [--expected EPOCH] [--timeout SECONDS]
              Makes the cluster read-only for maintenance, or ends that: reads go on, writes are told -READONLY.
          RedisKv --standalone [--listen ADDRESS:PORT]
              No replication and no disk: to measure what replication costs.

        OPTIONS
          --data DIR             Folder for logs and snapshots. Without --config the default is a fresh
                                 temporary folder, which is printed; with --config it must be given.
          --listen ADDRESS:PORT  Where Redis clients connect; port 0 is any free port, which is printed.
                                 Default 127.0.0.1:7379. Without --config the three replicas use this port
                                 and the two after it, or give --listen three times.
          --config FILE          The cluster, the same file for all members:
                                   {
                                     "cluster": "demo",
                                     "members": [
                                       {"id": "a", "address": "127.0.0.1:7001"},
                                       {"id": "b", "address": "127.0.0.1:7002"},
                                       {"id": "c", "address": "127.0.0.1:7003"}
                                     ],
                                     "options": {}
                                   }
                                 "address" is where the members reach each other, not where Redis clients do.
                                 A member may have "roles": a list of "proposer" (may lead), "acceptor" (votes)
                                 and "learner" (holds the state); the default is all three.
                                 "options" holds settings of the library; it may be left out.
          --restore BACKUP       Begin a new cluster with what a backup holds: the same one for each member of
                                 FILE, each with an empty --data. The new cluster and the old one refuse each
                                 other. Once restored, members start without it.
          --self ID              Which member of FILE this process is.
          --reads KIND           What a command that only reads sees: linearizable (default), every write that
                                 was answered anywhere, confirmed by a majority; lease, the same by the
                                 leader's lease, trusting clocks to drift apart slowly; local, this replica's
                                 state, old by as much as it lags, with every write that it answered itself.
          --max-connections N    The most Redis clients at a time, for each port. Default 10000.
          --log LEVEL            Trace, Debug, Information (default), Warning, Error, Critical or None.
          --help                 Prints this text.

        Any learner serves any client; a member that is none answers INFO only.
        Ctrl-C and SIGTERM stop the program cleanly.
        EXIT CODES  0: stopped as asked;  1: failed while running;  2: the command line or the file is wrong.
        """;
}
