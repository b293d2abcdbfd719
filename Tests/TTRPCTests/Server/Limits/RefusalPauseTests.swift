import Foundation
import NIOCore
import TTRPC
import Testing

@Suite("A loop that has nothing to do but refuse")
struct RefusalPauseTests {
    /// Longer than a connection rests.
    private static let longTime = TimeAmount.milliseconds(10)

    @Test("lets the requests of refused connections gather, and reads them again")
    func rest() throws {
        let bench = try MemoryServer(connections: 3, configure: { $0.maxCallsInService = 0 })
        for round in 0..<3 {
            for channel in 0..<2 {
                try bench.receive(bench.echo(UInt32(2 * round + 1)), on: channel)
                #expect(bench.isRead(channel), "until the turn is over")
            }
            bench.run()
            for channel in 0..<2 {
                #expect(try bench.sent(on: channel) != nil, "refused at once")
                #expect(!bench.isRead(channel))
            }
            #expect(bench.isRead(2), "of this one nothing was refused")
            bench.pass(Self.longTime)
            for channel in 0..<2 { #expect(bench.isRead(channel)) }
        }
        try bench.close()
    }

    @Test("does not read a connection again that has not taken its replies")
    func full() throws {
        let bench = try MemoryServer(configure: { $0.maxCallsInService = 0 })
        try bench.receive(bench.echo(1), on: 0)
        bench.run()
        bench.setWritable(false, on: 0)
        bench.pass(Self.longTime)
        #expect(!bench.isRead(0))
        bench.setWritable(true, on: 0)
        #expect(bench.isRead(0))
        try bench.close()
    }

    @Test("answers what is read all the same, and reads again no later for it")
    func readWhileResting() throws {
        let bench = try MemoryServer(configure: { $0.maxCallsInService = 0 })
        for streamID: UInt32 in [1, 3] {
            try bench.receive(bench.echo(streamID), on: 0)
            bench.run()
            #expect(try bench.answeredStreams(on: 0) == [streamID])
            #expect(!bench.isRead(0))
        }
        bench.pass(Self.longTime)
        #expect(bench.isRead(0))
        try bench.close()
    }

    @Test("reads on when other work waits for its next turn")
    func busy() throws {
        let bench = try MemoryServer(configure: {
            $0.maxCallsInService = 1
            $0.turnBudget = .microseconds(500)
        })
        // The first runs, the second waits for its turn, and takes the place of the third.
        try bench.receive(bench.echo(1), on: 0)
        usleep(1000)
        for streamID: UInt32 in [3, 5] { try bench.receive(bench.echo(streamID), on: 0) }
        bench.run()
        #expect(bench.isRead(0))
        bench.pass(Self.longTime)
        // The third is refused before the second's turn comes.
        #expect(try bench.answeredStreams(on: 0) == [1, 5, 3])
        try bench.close()
    }
}
