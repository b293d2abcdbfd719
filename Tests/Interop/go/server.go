package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/containerd/ttrpc"
	"github.com/gogo/protobuf/proto"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// The messages of remit/debug/v1/probe.proto and grpc/health/v1/health.proto.
type inspectRequest struct {
	Key string `protobuf:"bytes,1,opt,name=key,proto3"`
}

type inspectReply struct {
	Values      []string `protobuf:"bytes,1,rep,name=values,proto3"`
	HasDeadline bool     `protobuf:"varint,2,opt,name=has_deadline,proto3"`
}

type sleepMessage struct {
	Milliseconds uint32 `protobuf:"varint,1,opt,name=milliseconds,proto3"`
}

type healthReply struct {
	Status int32 `protobuf:"varint,1,opt,name=status,proto3"`
}

func (m *inspectRequest) Reset()         { *m = inspectRequest{} }
func (m *inspectRequest) String() string { return proto.CompactTextString(m) }
func (m *inspectRequest) ProtoMessage()  {}
func (m *inspectReply) Reset()           { *m = inspectReply{} }
func (m *inspectReply) String() string   { return proto.CompactTextString(m) }
func (m *inspectReply) ProtoMessage()    {}
func (m *sleepMessage) Reset()           { *m = sleepMessage{} }
func (m *sleepMessage) String() string   { return proto.CompactTextString(m) }
func (m *sleepMessage) ProtoMessage()    {}
func (m *healthReply) Reset()            { *m = healthReply{} }
func (m *healthReply) String() string    { return proto.CompactTextString(m) }
func (m *healthReply) ProtoMessage()     {}

func serve(address string) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		fatal(err)
	}
	server, err := ttrpc.NewServer()
	if err != nil {
		fatal(err)
	}
	server.Register("remit.debug.v1.EchoService", map[string]ttrpc.Method{"Echo": echo})
	server.Register("remit.debug.v1.ProbeService", map[string]ttrpc.Method{
		"Inspect": inspect, "Fail": fail, "Sleep": sleep,
	})
	server.Register("grpc.health.v1.Health", map[string]ttrpc.Method{"Check": check})
	go tellAllocations()
	fmt.Println("ready", listener.Addr())
	fatal(server.Serve(context.Background(), listener))
}

// tellAllocations prints how many there have been, whenever it is asked to by SIGUSR1.
func tellAllocations() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	for range asked {
		var statistics runtime.MemStats
		runtime.ReadMemStats(&statistics)
		fmt.Println("mallocs", statistics.Mallocs)
	}
}

// The payload's bytes are not looked at: the least that this library can do.
func echo(_ context.Context, unmarshal func(interface{}) error) (interface{}, error) {
	var message raw
	if err := unmarshal(&message); err != nil {
		return nil, err
	}
	return &message, nil
}

func inspect(ctx context.Context, unmarshal func(interface{}) error) (interface{}, error) {
	var request inspectRequest
	if err := unmarshal(&request); err != nil {
		return nil, err
	}
	reply := &inspectReply{}
	if metadata, ok := ttrpc.GetMetadata(ctx); ok {
		reply.Values, _ = metadata.Get(request.Key)
	}
	_, reply.HasDeadline = ctx.Deadline()
	return reply, nil
}

func fail(_ context.Context, unmarshal func(interface{}) error) (interface{}, error) {
	var request raw
	if err := unmarshal(&request); err != nil {
		return nil, err
	}
	var wanted spb.Status
	if err := proto.Unmarshal(request.b, &wanted); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return nil, status.ErrorProto(&wanted)
}

func sleep(ctx context.Context, unmarshal func(interface{}) error) (interface{}, error) {
	var request sleepMessage
	if err := unmarshal(&request); err != nil {
		return nil, err
	}
	select {
	case <-time.After(time.Duration(request.Milliseconds) * time.Millisecond):
		return &request, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func check(_ context.Context, unmarshal func(interface{}) error) (interface{}, error) {
	var request raw
	if err := unmarshal(&request); err != nil {
		return nil, err
	}
	return &healthReply{Status: 1}, nil
}
