import CProtobufC
import CRemitMessages
import Foundation
import NIOCore
import ProtobufC
import RemitAPI

/// Measures how fast messages are encoded and decoded: as Swift values, and by libprotobuf-c alone,
/// which is what they are made and read by. Prints lines for table.awk: what, by whom, messages a
/// second. Writes the messages to a folder, for others to do the same with.
///
///     CodecBenchmark ROUNDS FOLDER
@main
struct CodecBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let rounds = Int(arguments[1]) else {
            fatalError("usage: CodecBenchmark ROUNDS FOLDER")
        }
        let folder = URL(filePath: arguments[2])
        for _ in 0..<rounds {
            for size in [100, 4096] {
                let echo = DebugV1.EchoMessage(payload: [UInt8](repeating: 0x78, count: size))
                try CodecBenchmark(folder, "echo of \(size) B").measure(
                    echo,
                    unpack: { remit__debug__v1__echo_message__unpack($0, $1, $2) },
                    size: { remit__debug__v1__echo_message__get_packed_size($0) },
                    pack: { remit__debug__v1__echo_message__pack($0, $1) }
                )
            }
            try CodecBenchmark(folder, "PayRequest").measure(
                Self.request,
                unpack: { remit__billing__v1__pay_request__unpack($0, $1, $2) },
                size: { remit__billing__v1__pay_request__get_packed_size($0) },
                pack: { remit__billing__v1__pay_request__pack($0, $1) }
            )
            try CodecBenchmark(folder, "Payment").measure(
                Self.payment,
                unpack: { remit__billing__v1__payment__unpack($0, $1, $2) },
                size: { remit__billing__v1__payment__get_packed_size($0) },
                pack: { remit__billing__v1__payment__pack($0, $1) }
            )
        }
    }

    private static let request = BillingV1.PayRequest(
        requestID: "01JD5XKZ8Q4W6T0N2R7M9VYB3C",
        accountID: "acct_01JD5XKZ8Q4W6T0N2R7M9VYB3C",
        amount: RemitType.Money(minorUnits: 12_345, currency: "CAD"),
        source: .paymentMethodID("pm_01JD5XKZ8Q4W6T0N2R7M9VYB3C")
    )

    private static let payment = BillingV1.Payment(
        paymentID: "pay_01JD5XKZ8Q4W6T0N2R7M9VYB3C",
        accountID: "acct_01JD5XKZ8Q4W6T0N2R7M9VYB3C",
        state: .succeeded,
        amount: RemitType.Money(minorUnits: 12_345, currency: "CAD"),
        message: "The payment was accepted.",
        allocations: (0..<3).map { _ in
            BillingV1.PaymentAllocation(
                amount: RemitType.Money(minorUnits: 4115, currency: "CAD")
            )
        }
    )

    private let folder: URL
    private let name: String
    private let clock = ContinuousClock()

    private init(_ folder: URL, _ name: String) {
        self.folder = folder
        self.name = name
    }

    /// Encodes and decodes a message, as a value and by the C functions of its type.
    private func measure<Message: WireMessage, C>(
        _ message: Message,
        unpack: (
            UnsafeMutablePointer<ProtobufCAllocator>, Int, UnsafePointer<UInt8>?
        ) -> UnsafeMutablePointer<C>?,
        size: (UnsafePointer<C>) -> Int,
        pack: (UnsafePointer<C>, UnsafeMutablePointer<UInt8>) -> Int
    ) throws {
        let arena = Arena(capacity: 1 << 20)
        let kept = Arena(capacity: 1 << 20)
        let bytes = try message.serialized()
        try Data(bytes).write(to: folder.appending(path: name))
        guard let c = unpack(kept.allocator, bytes.count, bytes) else {
            preconditionFailure("\(name) cannot be unpacked")
        }
        let title = "\(name), \(bytes.count) B"
        var buffer = ByteBuffer()
        try run("encode \(title)", "remit") {
            buffer.clear()
            try message.encode(into: &buffer, in: arena) { _, _ in }
        }
        var target = [UInt8](repeating: 0, count: bytes.count)
        run("encode \(title)", "c") {
            guard size(c) == bytes.count, pack(c, &target) == bytes.count else {
                preconditionFailure("\(name) is packed otherwise")
            }
        }
        try run("decode \(title)", "remit") {
            let decoded = try bytes.withUnsafeBytes { try Message.decode($0, in: arena) }
            arena.reset()
            withExtendedLifetime(decoded) {}
        }
        run("decode \(title)", "c") {
            guard unpack(arena.allocator, bytes.count, bytes) != nil else {
                preconditionFailure("\(name) cannot be unpacked")
            }
            arena.reset()
        }
    }

    /// Repeats some work for a fifth of a second.
    private func run(_ what: String, _ who: String, _ work: () throws -> Void) rethrows {
        let batch = 1000
        for _ in 0..<batch { try work() }
        var count = 0
        let begin = clock.now
        var took = Duration.zero
        while took < .milliseconds(200) {
            for _ in 0..<batch { try work() }
            count += batch
            took = clock.now - begin
        }
        let nanoseconds =
            took.components.seconds * 1_000_000_000
            + took.components.attoseconds / 1_000_000_000
        print("\(what)\t\(who)\t\(Int64(count) * 1_000_000_000 / nanoseconds)")
    }
}
