// The Go side of the interop suite and of the benchmarks, on containerd/ttrpc.
//
//	peer serve HOST:PORT                 a server with the echo, the probe and health
//	peer call CASES SERVER VIA=HOST:PORT …   runs a table of cases against a server
//	peer relay TARGET                    two troubled ways to a server
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 3 {
		fatal("usage: peer serve|call|relay ARGUMENTS")
	}
	switch os.Args[1] {
	case "serve":
		serve(os.Args[2])
	case "call":
		if len(os.Args) < 4 {
			fatal("usage: peer call CASES SERVER VIA=HOST:PORT …")
		}
		call(os.Args[2], os.Args[3], os.Args[4:])
	case "relay":
		relay(os.Args[2])
	default:
		fatal("unknown command " + os.Args[1])
	}
}

func fatal(what interface{}) {
	fmt.Fprintln(os.Stderr, "peer:", what)
	os.Exit(2)
}

// raw passes bytes through ttrpc's codec unchanged: gogo/protobuf calls Marshal and Unmarshal on
// any message that has them.
type raw struct{ b []byte }

func (r *raw) Reset()                   { r.b = nil }
func (r *raw) String() string           { return string(r.b) }
func (r *raw) ProtoMessage()            {}
func (r *raw) Marshal() ([]byte, error) { return r.b, nil }
func (r *raw) Unmarshal(p []byte) error { r.b = append(r.b[:0], p...); return nil }
