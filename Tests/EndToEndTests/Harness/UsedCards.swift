import Foundation
import Testing

/// The card numbers that a bench's services have been given: they must be in no file.
struct UsedCards {
    private var numbers: Set<String> = []

    /// Notes a number, however it is written.
    mutating func note(_ number: String) {
        numbers.insert(number.filter(\.isNumber))
    }

    /// No number is in any database, write-ahead log or log under a folder.
    func expectNone(in folder: String) throws {
        guard let known = numbers.first else { return }
        let scan = CardScan(numbers)
        // A scan that finds nothing must be able to find something.
        let planted = folder + "/planted"
        try Data(("x" + known + "x").utf8).write(to: URL(fileURLWithPath: planted))
        let lastFour = String(known.suffix(4))
        let proof = CardScan.Finding(path: "planted", lastFour: lastFour, form: "text")
        // Another number that was used here may be a part of this one, and is found with it.
        #expect(try scan.findings(in: folder).contains(proof))
        try FileManager.default.removeItem(atPath: planted)
        #expect(try scan.findings(in: folder) == [], "a card number is on disk")
    }
}
