import NIOCore
import TTRPC
import Testing

@Suite("The look for what has timed out")
struct SweepTests {
    private static let connections = 100

    @Test("misses no connection, whichever close meanwhile", arguments: 1...UInt64(20))
    func closing(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let bench = try MemoryServer(
            connections: Self.connections,
            configure: {
                // A frame of which anything is missing has timed out.
                $0.frameTimeout = .zero
                $0.trickleCrowd = .max
                $0.sweepInterval = .seconds(1)
            }
        )
        var isStale = (0..<Self.connections).map { _ in Bool.random(using: &random) }
        for channel in isStale.indices where isStale[channel] {
            try bench.receive(bench.echo(1).bytes.prefix(10), on: channel)
        }
        var isGone = [Bool](repeating: false, count: Self.connections)
        func leave(_ count: Int) {
            for _ in 0..<count {
                let channel = Int.random(in: 0..<Self.connections, using: &random)
                bench.peerCloses(channel)
                isGone[channel] = true
            }
        }
        bench.pass(.milliseconds(999))
        leave(Int.random(in: 0...20, using: &random))
        for _ in 0..<100 {
            bench.pass(.milliseconds(1))
            leave(Int.random(in: 0...1, using: &random))
        }
        for channel in isStale.indices {
            let isOpen = !isStale[channel] && !isGone[channel]
            #expect(bench.isOpen(channel) == isOpen, "\(channel)")
        }
        #expect(bench.openChannels > 0)
        // Those who are left are looked at the next time.
        for channel in isStale.indices where bench.isOpen(channel) {
            isStale[channel] = true
            try bench.receive(bench.echo(1).bytes.prefix(10), on: channel)
        }
        bench.pass(.seconds(1))
        #expect(bench.openChannels == 0)
        try bench.close()
    }
}
