import ArgumentParser
import Foundation
import Operations
import Payments
import ProtobufC
import RemitAPI
import TTRPC

/// A card on the command line. Its number comes from a prompt, a file or standard input; from an
/// argument only when it is a sandbox number, since arguments show in process lists.
struct CardOptions: ParsableArguments {
    @Option(help: "A sandbox card number; real ones go into a file, a pipe or the prompt.")
    var card: String?
    @Option(help: "A file with the card number on its first line, the code on its second.")
    var cardFile: String?
    @Flag(help: "Read number and code from standard input, a line each.")
    var cardStdin = false
    @Option(help: "MM/YY or MM/YYYY.")
    var expiry: String?
    @Option(help: "The verification code of a sandbox card; others are asked for.")
    var cvc: String?

    /// What is sent to the gateway, and to nobody else.
    ///
    /// - Throws: `ConfigurationError`.
    func request() throws(ConfigurationError) -> GatewayV1.TokenizeRequest {
        let (number, code) = try numberAndCode()
        guard let expiry = expiry ?? prompted("Expiry (MM/YY): ", isSecret: false) else {
            throw ConfigurationError("--expiry is missing")
        }
        let (month, year) = try Self.expiry(expiry)
        return GatewayV1.TokenizeRequest(
            number: SensitiveText(number),
            expiryMonth: month,
            expiryYear: year,
            verificationCode: SensitiveText(code)
        )
    }

    private func numberAndCode() throws(ConfigurationError) -> (String, String) {
        if let card {
            guard Self.isSandbox(card) else {
                throw ConfigurationError(
                    "--card takes sandbox numbers only, since arguments show in process lists; "
                        + "use --card-file, --card-stdin or the prompt"
                )
            }
            return (card, cvc ?? "")
        }
        guard cvc == nil else {
            throw ConfigurationError("--cvc goes with --card; codes of other cards are asked for")
        }
        if let cardFile {
            guard let text = try? String(contentsOfFile: cardFile, encoding: .utf8) else {
                throw ConfigurationError("--card-file \(cardFile) cannot be read")
            }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            return (String(lines.first ?? ""), lines.count > 1 ? String(lines[1]) : "")
        }
        if cardStdin {
            guard let number = readLine() else {
                throw ConfigurationError("standard input has no card number")
            }
            return (number, readLine() ?? "")
        }
        guard let number = prompted("Card number: ", isSecret: true) else {
            throw ConfigurationError("a card is missing: --card, --card-file or --card-stdin")
        }
        return (number, prompted("Verification code: ", isSecret: true) ?? "")
    }

    /// Whether any part of a card was given.
    var isGiven: Bool {
        card != nil || cardFile != nil || cardStdin || expiry != nil || cvc != nil
    }

    private static func isSandbox(_ text: String) -> Bool {
        SandboxNumbers.contains(text.filter { $0 != " " && $0 != "-" })
    }

    private static func expiry(
        _ text: String
    ) throws(ConfigurationError) -> (month: Int32, year: Int32) {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let month = Int32(parts[0]), let year = Int32(parts[1]),
            parts[1].count == 2 || parts[1].count == 4
        else { throw ConfigurationError("--expiry '\(text)' is not MM/YY") }
        return (month, parts[1].count == 2 ? 2000 + year : year)
    }

    /// A line typed at the terminal; nil when there is none.
    private func prompted(_ prompt: String, isSecret: Bool) -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        FileHandle.standardError.write(Data(prompt.utf8))
        guard isSecret else { return readLine() }
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSANOW, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSANOW, &before)
            FileHandle.standardError.write(Data("\n".utf8))
        }
        return readLine()
    }
}
