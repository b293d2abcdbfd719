/// grpc-swift for comparison: a server with an echo, and a client that measures its streams.
///
///     grpc-echo serve PORT
///     grpc-echo streams ROUNDS HOST PORT
@main
struct GRPCEcho {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        let words = Array(arguments.dropFirst())
        switch (arguments.first, words.count) {
        case ("serve", 1):
            guard let port = Int(words[0]) else { break }
            return try await EchoServer.serve(port: port)
        case ("streams", 3):
            guard let rounds = Int(words[0]), let port = Int(words[2]) else { break }
            return try await StreamLoad.run(rounds: rounds, host: words[1], port: port)
        default: break
        }
        fatalError("usage: grpc-echo serve PORT | streams ROUNDS HOST PORT")
    }
}
