import Testing

@testable import TTRPC

@Suite("Stream windows")
struct StreamWindowTests {
    @Test("a sender sends while anything is left, and passes the total by one message at most")
    func sender() {
        var window = SendWindow(limit: 100)
        #expect(window.isOpen)
        window.spend(99)
        #expect(window.isOpen)
        window.spend(5000)
        #expect(!window.isOpen)
        window.grant(5099)
        #expect(!window.isOpen)
        window.grant(5100)
        #expect(window.isOpen)
    }

    @Test("a total that is lower than one before changes nothing")
    func lowerTotal() {
        var window = SendWindow(limit: 100)
        window.grant(200)
        window.grant(50)
        #expect(window.limit == 200)
    }

    @Test("a peer that turns out to count is sent no more than it says")
    func lateTotal() {
        var window = SendWindow(limit: .max)
        window.spend(150)
        window.agree(100)
        #expect(!window.isOpen)
        window.grant(151)
        #expect(window.isOpen)
    }

    @Test("an empty message counts what keeping it costs, so that a window bounds their number")
    func emptyMessages() {
        var window = ReceiveWindow(size: StreamLimits.initialWindowBytes)
        var count = 0
        while !window.isFull {
            #expect(window.receive(StreamLimits.cost(0)) == true)
            count += 1
        }
        #expect(count == 1024)
    }

    @Test("a new total is named when half of the window is free")
    func receiver() {
        var window = ReceiveWindow(size: 100)
        #expect(window.receive(60) == true)
        #expect(window.receive(39) == true)
        #expect(!window.isFull)
        #expect(window.receive(70) == true)
        #expect(window.isFull)
        #expect(window.receive(1) == false, "the total was passed")
        #expect(window.held == 170)
        #expect(window.consume(49) == nil)
        #expect(window.consume(1) == 150)
        #expect(window.consume(120) == 270)
        #expect(window.held == 0)
    }

    @Test("a gate is shut by one full stream, or too many bytes, of a peer that does not count")
    func plainPeer() {
        var gate = ReadGate(maxHeldBytes: 1000)
        gate.change(100, full: 1)
        #expect(!gate.isOpen)
        gate.change(0, full: -1)
        #expect(gate.isOpen)
        gate.change(900, full: 0)
        #expect(!gate.isOpen)
        gate.change(-1, full: 0)
        #expect(gate.isOpen)
    }

    @Test("a peer that counts is always read, and gets smaller windows while much waits")
    func countingPeer() {
        var gate = ReadGate(maxHeldBytes: 1000)
        gate.peerKeepsWindows = true
        gate.change(999, full: 1)
        #expect(gate.isOpen)
        #expect(gate.mostAhead == .max)
        gate.change(1, full: 1)
        #expect(gate.isOpen)
        #expect(gate.mostAhead == StreamLimits.initialWindowBytes)
    }

    @Test("a smaller window takes back nothing, and names a total when half of it is free")
    func smallerWindow() {
        var window = ReceiveWindow(size: 1000)
        #expect(window.receive(1000) == true)
        #expect(window.consume(500, most: 100) == nil)
        #expect(window.consume(449, most: 100) == nil)
        #expect(window.granted == 1000)
        #expect(window.consume(1, most: 100) == 1050)
        #expect(window.consume(50, most: 100) == 1100)
        // All is free again.
        #expect(window.receive(100) == true)
        #expect(window.consume(100) == 2100)
    }

    @Test(
        "sender and receiver never stop each other for good, and what waits is bounded",
        arguments: 1...30
    )
    func random(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let size = Int.random(in: 1...2000, using: &random)
        let smallest = Int.random(in: 1...size, using: &random)
        let largest = Int.random(in: 1...3000, using: &random)
        var sender = SendWindow(limit: UInt64(size))
        var receiver = ReceiveWindow(size: size)
        // Messages and totals on their way, each in its order.
        var messages: [Int] = []
        var totals: [UInt64] = []
        var sent = 0
        for _ in 0..<2000 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where sender.isOpen:
                let cost = Int.random(in: 1...largest, using: &random)
                sender.spend(cost)
                messages.append(cost)
                sent += 1
            case 1 where !messages.isEmpty:
                #expect(receiver.receive(messages.removeFirst()) == true, "seed \(seed)")
            case 2 where receiver.held > 0:
                let cost = Int.random(in: 1...receiver.held, using: &random)
                let most = Bool.random(using: &random) ? size : smallest
                if let total = receiver.consume(cost, most: most) { totals.append(total) }
            case 3 where !totals.isEmpty:
                sender.grant(totals.removeFirst())
            default:
                break
            }
            #expect(receiver.held <= size + largest)
        }
        // When all has arrived and is read, the sender may go on.
        for cost in messages { #expect(receiver.receive(cost) == true) }
        if receiver.held > 0, let total = receiver.consume(receiver.held, most: smallest) {
            totals.append(total)
        }
        for total in totals { sender.grant(total) }
        #expect(sender.isOpen, "seed \(seed), window \(size), after \(sent) messages")
    }
}
