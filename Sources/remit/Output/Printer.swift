import ArgumentParser
import Foundation
import Operations
import ProtobufC
import RemitAPI
import TTRPC
import TextTable

/// A table for people: titles and rows of the same length.
struct Table {
    let titles: [String]
    var rows: [[String]]

    init(_ titles: [String], _ rows: [[String]]) {
        self.titles = titles
        self.rows = rows
    }

    /// A single thing: names on the left, values on the right. Empty values are left out.
    init(_ fields: [(String, String)]) {
        self.init(["", ""], fields.filter { !$0.1.isEmpty }.map { [$0.0, $0.1] })
    }

    /// The table as text, amounts to the right.
    var text: String {
        guard !rows.isEmpty else { return "(none)" }
        let titles = titles
        let isRight = titles.indices.map { column in
            titles[column] != "" && rows.allSatisfy { Self.isNumber($0[column]) }
        }
        let table = TextTable<[String]> { row in
            titles.indices.map { column in
                Column(
                    title: titles[column],
                    value: row[column],
                    align: isRight[column] ? .right : .left
                )
            }
        }
        let style: any TextTableStyle.Type = titles.allSatisfy(\.isEmpty) ? Style.plain : Style.psql
        var text = table.string(for: rows, style: style) ?? ""
        text = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { line in String(line.reversed().drop { $0 == " " }.reversed()) }
            .joined(separator: "\n")
        while text.last == "\n" { text.removeLast() }
        if titles.allSatisfy(\.isEmpty), let end = text.firstIndex(of: "\n") {
            // A plain table begins with the line of its empty titles.
            text = String(text[text.index(after: end)...])
        }
        return text
    }

    private static func isNumber(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isNumber || "-,. ".contains($0) }
    }
}

/// Prints results on standard output, and errors on standard error.
struct Printer {
    let output: ConnectionOptions.Output
    private let requestID: String?

    init(_ output: ConnectionOptions.Output, requestID: String? = nil) {
        self.output = output
        self.requestID = requestID
    }

    /// Prints a reply: as JSON for programs, as a table for people.
    func show(_ message: some WireMessage, _ table: @autoclosure () -> Table) {
        switch output {
        case .json: print(JSONText.of(message))
        case .table: print(table().text)
        }
    }

    /// Prints one of many messages in a line of its own, at once: as JSON for programs, as text for
    /// people. Ends the process when nobody reads any more.
    func line(_ message: some WireMessage, _ text: @autoclosure () -> String) {
        let line =
            switch output {
            case .json: JSONText.line(message)
            case .table: text()
            }
        do {
            try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
        } catch {
            exit(ExitStatus.done.rawValue)
        }
    }

    /// Prints an error in one line, and says how the process ends.
    func fail(_ error: any Error) -> any Error {
        if let exit = error as? ExitCode { return exit }
        let status = ExitStatus(error)
        switch output {
        case .table: Self.standardError("remit: " + Self.sentence(error))
        case .json: Self.standardError(json(error))
        }
        return status.code
    }

    private static func sentence(_ error: any Error) -> String {
        guard let error = error as? RPCError else { return "\(error)" }
        let reason = error.reason.map { " \($0)" } ?? ""
        let field = error.field.map { " [\($0)]" } ?? ""
        let advice = error.origin == .lost ? " The outcome is unknown: ask again." : ""
        return "\(error.code.name)\(reason): \(error.message)\(field)\(advice)"
    }

    private func json(_ error: any Error) -> String {
        var fields: [(String, String)] = []
        if let error = error as? RPCError {
            fields = [("code", error.code.name), ("message", error.message)]
            if let reason = error.reason { fields.append(("reason", reason)) }
            if let field = error.field { fields.append(("field", field)) }
        } else {
            fields = [("message", "\(error)")]
        }
        // A repeat with it finds out what became of the call.
        if let requestID { fields.append(("request_id", requestID)) }
        let body = fields.map { "\(JSONText.quoted($0.0)): \(JSONText.quoted($0.1))" }
        return "{\"error\": {\(body.joined(separator: ", "))}}"
    }

    static func standardError(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
