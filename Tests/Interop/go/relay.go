package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// relay opens two ports of its own before a server: over the first a client's sending side is
// closed after its first call, over the second nothing comes back. What a client of ours agrees on with a
// server of ours before that is no call.
func relay(target string) {
	halfClosed, halfOpen := listen(), listen()
	fmt.Println("ready", halfClosed.Addr(), halfOpen.Addr())
	go accept(halfOpen, func(client net.Conn) { swallow(client, target) })
	accept(halfClosed, func(client net.Conn) { closeSending(client, target) })
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fatal(err)
	}
	return listener
}

func accept(listener net.Listener, serve func(net.Conn)) {
	for {
		client, err := listener.Accept()
		if err != nil {
			fatal(err)
		}
		go serve(client)
	}
}

// swallow lets the server serve, and never tells it that the client is gone.
func swallow(client net.Conn, target string) {
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	go func() { _, _ = io.Copy(io.Discard, server) }()
	_, _ = io.Copy(server, client)
}

func closeSending(client net.Conn, target string) {
	defer client.Close()
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer server.Close()
	for {
		header := make([]byte, 10)
		if _, err := io.ReadFull(client, header); err != nil {
			return
		}
		data := make([]byte, binary.BigEndian.Uint32(header))
		if _, err := io.ReadFull(client, data); err != nil {
			return
		}
		if _, err := server.Write(append(header, data...)); err != nil {
			return
		}
		if !bytes.Contains(data, []byte("remit.rpc.v1.")) {
			break
		}
	}
	if err := server.(*net.TCPConn).CloseWrite(); err != nil {
		return
	}
	_, _ = io.Copy(client, server)
}
