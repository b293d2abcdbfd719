import Foundation
import FuzzTargets

/// Runs inputs of the fuzzer without it, for a debugger: files as libFuzzer writes them.
///
///     FuzzReplay TARGET FILE…
@main
struct Replay {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let target = arguments.first.flatMap(FuzzTarget.init(rawValue:)) else {
            let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")
            print("usage: FuzzReplay \(names) FILE…")
            exit(2)
        }
        for file in arguments.dropFirst() {
            target.run(Array(try Data(contentsOf: URL(filePath: file))))
            print("\(file): passed")
        }
    }
}
