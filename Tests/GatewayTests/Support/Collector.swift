import NIOConcurrencyHelpers
import ProtobufC
import TTRPC

/// Keeps what a handler streams.
final class Collector<Message: WireMessage>: Sendable {
    private let messages = NIOLockedValueBox<[Message]>([])

    /// What has been streamed so far.
    var all: [Message] { messages.withLockedValue { $0 } }

    /// Takes each message at once.
    var writer: RPCWriter<Message> {
        RPCWriter { (message) async throws(RPCError) in
            self.messages.withLockedValue { $0.append(message) }
        }
    }
}

/// Runs a handler of a stream in a task of its own.
///
/// - Returns: what the stream ended with; nil when it ended well.
func streaming(
    _ body: @escaping @Sendable () async throws(RPCError) -> Void
) -> Task<RPCError?, Never> {
    Task {
        do throws(RPCError) {
            try await body()
            return nil
        } catch {
            return error
        }
    }
}
