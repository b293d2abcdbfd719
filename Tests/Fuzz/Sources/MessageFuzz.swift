import NIOCore
package import ProtobufC

/// One generated message, as `MessageList.swift` lists them all.
package struct FuzzedMessage: Sendable {
    /// "remit.billing.v1.Payment".
    package let name: String
    let run: @Sendable ([UInt8]) -> Void
    /// Why bytes are not such a message; nil when they are one.
    package let refusal: @Sendable ([UInt8]) -> WireError?

    init<Message: WireMessage>(_ type: Message.Type) {
        name = Message.messageName
        run = { MessageFuzz.run(type, $0) }
        refusal = { bytes in
            do throws(WireError) {
                _ = try Message(serialized: bytes)
                return nil
            } catch {
                return error
            }
        }
    }
}

/// Decodes bytes as a message, and what is one is encoded and decoded again.
///
/// The input's first four bytes choose the message by a hash of its name, so that inputs keep
/// their meaning when messages are added; other bytes choose one all the same.
package enum MessageFuzz {
    private static let byHash: [UInt32: FuzzedMessage] = {
        let pairs = all.map { (selector(of: $0.name), $0) }
        return Dictionary(pairs) { one, other in
            preconditionFailure("\(one.name) and \(other.name) have one hash")
        }
    }()

    /// The bytes that choose a message: FNV-1a of its name.
    package static func selector(of name: String) -> UInt32 {
        name.utf8.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }

    /// Which message an input chooses; nil for an input that is too short.
    package static func message(for input: [UInt8]) -> FuzzedMessage? {
        guard input.count >= 4 else { return nil }
        let number = input[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return byHash[number] ?? all[Int(number) % all.count]
    }

    static func run(_ input: [UInt8]) {
        message(for: input)?.run(Array(input.dropFirst(4)))
    }

    static func run<Message: WireMessage>(_ type: Message.Type, _ bytes: [UInt8]) {
        guard let message = try? Message(serialized: bytes) else { return }
        // Checked arenas have gaps between what they allocate.
        let capacity = 2 * Arena.capacity(forFrameBytes: bytes.count)
        do throws(WireError) {
            let encoded = try message.serialized(arenaBytes: capacity)
            let again = try Message(serialized: encoded)
            precondition(again == message, "\(Message.messageName) comes back changed")
            let twice = try again.serialized(arenaBytes: capacity)
            precondition(twice == encoded, "\(Message.messageName) has two encodings")
        } catch {
            preconditionFailure("what was decoded cannot be encoded and decoded: \(error)")
        }
    }
}
