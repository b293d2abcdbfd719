import Foundation
import NIOCore
import TTRPC
import Testing

@Suite("When replies are sent")
struct FlushTests {
    @Test("replies to connections that are read in one turn leave at its end")
    func together() throws {
        let bench = try MemoryServer()
        try bench.receive(bench.echo(1), on: 0)
        #expect(try bench.sent(on: 0) == nil)
        try bench.receive(bench.echo(1), on: 1)
        bench.run()
        for channel in 0..<2 { #expect(try bench.sent(on: channel) != nil) }
        try bench.close()
    }

    @Test("replies to the only connection leave at the end of its read")
    func alone() throws {
        let bench = try MemoryServer(connections: 1)
        try bench.receive(bench.echo(1), on: 0)
        #expect(try bench.sent(on: 0) != nil)
        try bench.close()
    }

    @Test("replies and messages do not wait for connections that are read for long")
    func notForLong() throws {
        let bench = try MemoryServer()
        try bench.receive(RawRequest(Probe.talk).frame(3, flags: 0x06), on: 0)
        bench.run()
        for (round, frame) in [bench.echo(5), .message("hello", on: 3)].enumerated() {
            try bench.receive(frame, on: 0)
            #expect(try bench.sent(on: 0) == nil)
            // Longer than replies wait for those of other connections.
            usleep(1000)
            try bench.receive(bench.echo(UInt32(2 * round + 1)), on: 1)
            for channel in 0..<2 { #expect(try bench.sent(on: channel) != nil) }
            bench.run()
        }
        try bench.close()
    }

    @Test("what is answered while the channel writes is not lost")
    func whileWriting() throws {
        let bench = try MemoryServer()
        try bench.receive(bench.echo(1), on: 0)
        bench.setWritable(false, on: 0)
        // It waits for room, and there is room when the first reply is written.
        bench.becomeWritableWithNextFlush(on: 0)
        try bench.receive(bench.echo(3), on: 0)
        bench.run()
        #expect(try bench.answeredStreams(on: 0) == [1, 3])
        try bench.close()
    }
}
