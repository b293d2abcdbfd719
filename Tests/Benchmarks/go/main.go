// Measures how fast gogo/protobuf, which containerd/ttrpc uses, encodes and decodes the messages
// of CodecBenchmark, by code that its generator makes. Prints lines for table.awk.
//
//	codec ROUNDS FOLDER
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gogo/protobuf/proto"
	billing "remit/remit/billing/v1"
	debug "remit/remit/debug/v1"
)

func main() {
	rounds, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	messages := []struct {
		name    string
		message func() proto.Message
	}{
		{"echo of 100 B", func() proto.Message { return &debug.EchoMessage{} }},
		{"echo of 4096 B", func() proto.Message { return &debug.EchoMessage{} }},
		{"PayRequest", func() proto.Message { return &billing.PayRequest{} }},
		{"Payment", func() proto.Message { return &billing.Payment{} }},
	}
	for round := 0; round < rounds; round++ {
		for _, each := range messages {
			data, err := os.ReadFile(filepath.Join(os.Args[2], each.name))
			if err != nil {
				panic(err)
			}
			measure(each.name, data, each.message)
		}
	}
}

func measure(name string, data []byte, message func() proto.Message) {
	full := message()
	if err := proto.Unmarshal(data, full); err != nil {
		panic(err)
	}
	if again, err := proto.Marshal(full); err != nil || !bytes.Equal(again, data) {
		panic(fmt.Sprint(name, " is packed otherwise: ", err))
	}
	title := fmt.Sprintf("%s, %d B", name, len(data))
	run("encode "+title, func() {
		_, _ = proto.Marshal(full)
	})
	run("decode "+title, func() {
		_ = proto.Unmarshal(data, message())
	})
}

// run repeats some work for a fifth of a second.
func run(what string, work func()) {
	count, begin := 0, time.Now()
	for time.Since(begin) < 200*time.Millisecond {
		for i := 0; i < 1000; i++ {
			work()
		}
		count += 1000
	}
	fmt.Printf("%s\tgo\t%.0f\n", what, float64(count)/time.Since(begin).Seconds())
}
