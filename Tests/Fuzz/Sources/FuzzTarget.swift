/// What is fuzzed. Each takes any bytes, and stops the process where a rule is broken.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// The frame reader: the same frames however the bytes arrive.
    case frames
    /// The envelopes of requests and responses.
    case envelope
    /// A connection of a server, from the bytes of its socket to its answers.
    case connection
    /// A connection of a client, likewise.
    case client
    /// Every generated message: decoded, encoded, and decoded again.
    case messages

    /// Runs the target on one input.
    package func run(_ input: [UInt8]) {
        switch self {
        case .frames: FrameFuzz.run(input)
        case .envelope: EnvelopeFuzz.run(input)
        case .connection: ConnectionFuzz.shared.run(input)
        case .client: ClientFuzz.run(input)
        case .messages: MessageFuzz.run(input)
        }
    }
}
