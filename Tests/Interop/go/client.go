package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/containerd/ttrpc"
	"github.com/gogo/protobuf/proto"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const patience = time.Second

// One line of the table that run.sh makes of cases.txt.
type testCase struct {
	name, server, via, service, method string
	request, expected                  []byte
	metadata                           ttrpc.MD
	timeout                            time.Duration
	calls, callers                     int
	code                               codes.Code
	anyBytes                           bool
}

func call(table, server string, ways []string) {
	addresses := map[string]string{}
	for _, way := range ways {
		parts := strings.SplitN(way, "=", 2)
		addresses[parts[0]] = parts[1]
	}
	text, err := os.ReadFile(table)
	if err != nil {
		fatal(err)
	}
	shared := dial(addresses["direct"])
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		test := parse(strings.Split(line, "\t"))
		if test.server != "all" && test.server != server {
			continue
		}
		client := shared
		if test.via != "direct" {
			client = dial(addresses[test.via])
		}
		begin := time.Now()
		err := test.run(client)
		took := time.Since(begin).Microseconds() / int64(test.calls)
		if err != nil {
			fmt.Printf("%s\tfail\t%d\t%v\n", test.name, took, err)
		} else {
			fmt.Printf("%s\tpass\t%d\t\n", test.name, took)
		}
	}
}

func dial(address string) *ttrpc.Client {
	conn, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		fatal(err)
	}
	return ttrpc.NewClient(conn, ttrpc.WithUnaryClientInterceptor(onTheWire))
}

type wireTimeout struct{}

// onTheWire sends a time-out that the client itself does not keep.
func onTheWire(ctx context.Context, request *ttrpc.Request, reply *ttrpc.Response,
	_ *ttrpc.UnaryClientInfo, invoke ttrpc.Invoker) error {
	request.TimeoutNano = ctx.Value(wireTimeout{}).(time.Duration).Nanoseconds()
	return invoke(ctx, request, reply)
}

func parse(fields []string) testCase {
	number := func(text string) int {
		value, err := strconv.Atoi(text)
		if err != nil {
			fatal(err)
		}
		return value
	}
	data := func(text string) []byte {
		value, err := hex.DecodeString(strings.Trim(text, "-="))
		if err != nil {
			fatal(err)
		}
		return value
	}
	if len(fields) != 12 {
		fatal(fmt.Sprint("a line of ", len(fields), " fields"))
	}
	metadata := ttrpc.MD{}
	for _, pair := range strings.Fields(strings.Trim(fields[6], "-")) {
		parts := strings.SplitN(pair, "=", 2)
		metadata.Append(parts[0], parts[1])
	}
	return testCase{
		name: fields[0], server: fields[1], via: fields[2], service: fields[3], method: fields[4],
		request: data(fields[5]), metadata: metadata,
		timeout: time.Duration(number(fields[7])) * time.Millisecond,
		calls:   number(fields[8]), callers: number(fields[9]),
		code: codes.Code(number(fields[10])), expected: data(fields[11]),
		anyBytes: fields[11] == "-",
	}
}

func (t testCase) run(client *ttrpc.Client) error {
	if t.calls == 1 {
		return t.check(t.once(client, t.request))
	}
	var group sync.WaitGroup
	var next int64
	failures := make(chan error, t.callers)
	for caller := 0; caller < t.callers; caller++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for {
				number := atomic.AddInt64(&next, 1)
				if number > int64(t.calls) {
					return
				}
				// An EchoMessage of eight digits.
				message := []byte(fmt.Sprintf("\x0a\x08%08d", number))
				reply, err := t.once(client, message)
				if err != nil || !bytes.Equal(reply, message) {
					failures <- fmt.Errorf("call %d: %x, %v", number, reply, err)
					return
				}
			}
		}()
	}
	group.Wait()
	close(failures)
	return <-failures
}

func (t testCase) once(client *ttrpc.Client, request []byte) ([]byte, error) {
	limit := 20 * time.Second
	if t.timeout > 0 {
		limit = t.timeout + patience
	}
	ctx := context.WithValue(context.Background(), wireTimeout{}, t.timeout)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if len(t.metadata) > 0 {
		ctx = ttrpc.WithMetadata(ctx, t.metadata)
	}
	var reply raw
	err := client.Call(ctx, t.service, t.method, &raw{request}, &reply)
	return reply.b, err
}

func (t testCase) check(reply []byte, err error) error {
	code, got := codes.OK, reply
	if err != nil {
		answer, isStatus := status.FromError(err)
		switch {
		case isStatus:
			code = answer.Code()
			if got, err = proto.Marshal(answer.Proto()); err != nil {
				return err
			}
		case errors.Is(err, context.DeadlineExceeded) && t.via == "half-open":
			code = codes.DeadlineExceeded
		case errors.Is(err, ttrpc.ErrClosed):
			code = codes.Unavailable
		default:
			return err
		}
	}
	if code != t.code {
		return fmt.Errorf("%v, not %v: %q", code, t.code, got)
	}
	if !t.anyBytes && !bytes.Equal(got, t.expected) {
		return fmt.Errorf("got %x, not %x", got, t.expected)
	}
	return nil
}
