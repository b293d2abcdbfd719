import ProtobufC
import Testing

@testable import TTRPC

@Suite("Client: the answer of a pending call", .timeLimit(testBound))
struct PendingCallTests {
    private static func lost(_ words: String) -> RPCError {
        RPCError(.unavailable, words, origin: .lost)
    }

    private static func words(_ result: Result<Note, RPCError>) -> String {
        switch result {
        case .success(let note): note.service
        case .failure(let error): error.message
        }
    }

    @Test("An answer that is there before anyone waits is kept, and the first one counts")
    func before() async {
        let call = PendingCall<Note>()
        call.fail(Self.lost("first"))
        call.fail(Self.lost("second"))
        #expect(Self.words(await call.wait()) == "first")
    }

    @Test("Of answers that race each other and the one who waits, one arrives, once")
    func race() async {
        // A second arrival would resume a continuation twice, none would hang until the limit.
        for round in 0..<2_000 {
            let call = PendingCall<Note>()
            let answers = ["\(round) a", "\(round) b", "\(round) c"]
            let said = await withTaskGroup(of: String?.self) { group in
                for answer in answers {
                    group.addTask {
                        call.fail(Self.lost(answer))
                        return nil
                    }
                }
                group.addTask { Self.words(await call.wait()) }
                return await group.reduce(into: [String]()) { if let said = $1 { $0.append(said) } }
            }
            #expect(said.count == 1)
            #expect(said.allSatisfy { answers.contains($0) })
        }
    }
}
