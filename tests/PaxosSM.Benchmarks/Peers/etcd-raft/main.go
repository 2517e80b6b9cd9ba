// One process of three of etcd's raft library with etcd's write-ahead log, as one of the compared systems: the library
// as its documentation has it, a plain TCP transport, and the load within the leader's process. No gRPC and no store.
package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/raft"
	"go.etcd.io/etcd/raft/raftpb"
	"go.etcd.io/etcd/wal"
	"go.uber.org/zap"
)

var (
	id       = flag.Int("id", 0, "this node, from 0")
	nodes    = flag.Int("nodes", 3, "how many nodes")
	basePort = flag.Int("base-port", 0, "node i takes this port + i")
	dir      = flag.String("dir", "", "its own empty folder")
	durable  = flag.Int("durable", 1, "1 or 0")
	clients  = flag.Int("clients", 64, "commands outstanding")
	size     = flag.Int("size", 64, "bytes of a command")
	warm     = flag.Float64("warm", 2, "seconds before it counts")
	secs     = flag.Float64("secs", 5, "seconds that count")
)

const (
	tick         = 100 * time.Millisecond
	compactEvery = 100000
	keptEntries  = 20000
	prime        = 1099511628211
	endMax       = 3 * time.Second
	dialPause    = 20 * time.Millisecond
	// So long the others have to listen before node 0 stands.
	standAfter = 700 * time.Millisecond
)

// node is the library's loop with what it needs: storage, log, connections, and the workers that wait.
type node struct {
	raft    raft.Node
	storage *raft.MemoryStorage
	wal     *wal.WAL
	links   map[uint64]chan raftpb.Message
	done    []chan struct{}
	leads   chan struct{}
	leading bool
	applied uint64
	hash    uint64
	kept    uint64
}

func main() {
	flag.Parse()
	raft.SetLogger(&raft.DefaultLogger{Logger: log.New(io.Discard, "", 0)})
	n := open()
	listener, err := net.Listen("tcp", address(*id))
	check(err)
	go n.listen(listener)
	go n.run()
	fmt.Println("READY")
	if *id != 0 {
		select {}
	}

	time.Sleep(standAfter)
	check(n.raft.Campaign(context.Background()))
	<-n.leads
	n.load()
	select {}
}

func open() *node {
	w, err := wal.Create(zap.NewNop(), filepath.Join(*dir, "wal"), nil)
	check(err)
	if *durable == 0 {
		w.SetUnsafeNoFsync()
	}

	n := &node{
		storage: raft.NewMemoryStorage(),
		wal:     w,
		links:   map[uint64]chan raftpb.Message{},
		leads:   make(chan struct{}, 1),
	}
	peers := make([]raft.Peer, *nodes)
	for i := range peers {
		peers[i].ID = uint64(i + 1)
		if i != *id {
			n.links[peers[i].ID] = make(chan raftpb.Message, 4096)
			go send(address(i), n.links[peers[i].ID])
		}
	}

	for i := 0; i < *clients; i++ {
		n.done = append(n.done, make(chan struct{}, 1))
	}

	n.raft = raft.StartNode(&raft.Config{
		ID:              uint64(*id + 1),
		ElectionTick:    20,
		HeartbeatTick:   2,
		Storage:         n.storage,
		MaxSizePerMsg:   1 << 20,
		MaxInflightMsgs: 512,
		CheckQuorum:     true,
		PreVote:         true,
	}, peers)
	return n
}

// run is the loop that the library's documentation asks for. A leader sends while it writes; a follower's answers
// follow its write.
func (n *node) run() {
	ticks := time.NewTicker(tick)
	for {
		select {
		case <-ticks.C:
			n.raft.Tick()
		case ready := <-n.raft.Ready():
			if ready.SoftState != nil {
				n.leading = ready.SoftState.RaftState == raft.StateLeader
			}

			if n.leading {
				n.send(ready.Messages)
			}

			check(n.wal.Save(ready.HardState, ready.Entries))
			check(n.storage.Append(ready.Entries))
			if !n.leading {
				n.send(ready.Messages)
			}

			for i := range ready.CommittedEntries {
				n.apply(&ready.CommittedEntries[i])
			}

			n.raft.Advance()
		}
	}
}

func (n *node) apply(entry *raftpb.Entry) {
	switch {
	case entry.Type == raftpb.EntryConfChange:
		var change raftpb.ConfChange
		check(change.Unmarshal(entry.Data))
		n.raft.ApplyConfChange(change)
	case len(entry.Data) == 0 && n.leading:
		// The first entry of a leader's term: it can take commands.
		select {
		case n.leads <- struct{}{}:
		default:
		}
	case len(entry.Data) > 0:
		number := binary.LittleEndian.Uint64(entry.Data)
		n.hash = n.hash*prime ^ number
		atomic.AddUint64(&n.applied, 1)
		if n.leading {
			n.done[number>>40] <- struct{}{}
		}
	}

	if entry.Index >= n.kept+compactEvery {
		n.kept = entry.Index
		check(n.storage.Compact(entry.Index - keptEntries))
	}
}

// send hands messages to the connections; what does not fit is lost, as the library allows.
func (n *node) send(messages []raftpb.Message) {
	for _, message := range messages {
		select {
		case n.links[message.To] <- message:
		default:
		}
	}
}

// send writes what waits for a peer, and flushes when nothing more waits.
func send(to string, messages chan raftpb.Message) {
	for {
		connection, err := net.Dial("tcp", to)
		if err != nil {
			time.Sleep(dialPause)
			continue
		}

		writer := bufio.NewWriterSize(connection, 1<<20)
		for err == nil {
			message := <-messages
			var bytes []byte
			bytes, err = message.Marshal()
			check(err)
			err = binary.Write(writer, binary.LittleEndian, uint32(len(bytes)))
			if err == nil {
				_, err = writer.Write(bytes)
			}

			if err == nil && len(messages) == 0 {
				err = writer.Flush()
			}
		}

		connection.Close()
	}
}

func (n *node) listen(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		check(err)
		go n.receive(bufio.NewReaderSize(connection, 1<<20))
	}
}

func (n *node) receive(reader *bufio.Reader) {
	var header [4]byte
	for {
		if _, err := io.ReadFull(reader, header[:]); err != nil {
			return
		}

		bytes := make([]byte, binary.LittleEndian.Uint32(header[:]))
		if _, err := io.ReadFull(reader, bytes); err != nil {
			return
		}

		var message raftpb.Message
		check(message.Unmarshal(bytes))
		// A message that the library does not want is lost, as on the way.
		_ = n.raft.Step(context.Background(), message)
	}
}

// load runs the workers, each with one command outstanding, and tells what the measured window came to.
func (n *node) load() {
	const warmUp, measured, over = 0, 1, 2
	var stage, errors int32
	latencies := make([][]time.Duration, *clients)
	var workers sync.WaitGroup
	for worker := range latencies {
		workers.Add(1)
		go func(worker int) {
			defer workers.Done()
			for number := uint64(worker) << 40; ; number++ {
				at := atomic.LoadInt32(&stage)
				if at == over {
					return
				}

				// The library keeps what is proposed.
				command := make([]byte, *size)
				binary.LittleEndian.PutUint64(command, number)
				began := time.Now()
				if n.raft.Propose(context.Background(), command) != nil {
					atomic.AddInt32(&errors, 1)
					time.Sleep(dialPause)
					continue
				}

				<-n.done[worker]
				if at == measured {
					latencies[worker] = append(latencies[worker], time.Since(began))
				}
			}
		}(worker)
	}

	time.Sleep(time.Duration(*warm * float64(time.Second)))
	fmt.Println("BEGIN")
	began := time.Now()
	atomic.StoreInt32(&stage, measured)
	time.Sleep(time.Duration(*secs * float64(time.Second)))
	atomic.StoreInt32(&stage, over)
	elapsed := time.Since(began)
	fmt.Println("END")
	ended := make(chan struct{})
	go func() {
		workers.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(endMax):
		fmt.Fprintln(os.Stderr, "some commands did not end")
		os.Exit(1)
	}

	tell(latencies, elapsed, atomic.LoadUint64(&n.applied), errors)
}

func tell(latencies [][]time.Duration, elapsed time.Duration, applied uint64, errors int32) {
	var all []time.Duration
	for _, some := range latencies {
		all = append(all, some...)
	}

	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	at := func(share float64) float64 {
		if len(all) == 0 {
			return 0
		}

		return float64(all[int(share*float64(len(all)-1))]) / float64(time.Microsecond)
	}
	fmt.Printf(
		"{\"ops\":%d,\"elapsed_s\":%.4f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"applied\":%d,\"errors\":%d}\n",
		len(all), elapsed.Seconds(), at(0.5), at(0.99), at(0.999), applied, errors)
}

func address(i int) string { return fmt.Sprintf("127.0.0.1:%d", *basePort+i) }

func check(err error) {
	if err != nil {
		panic(err)
	}
}
