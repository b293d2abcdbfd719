import Payments

/// The sandbox cards that customers of a simulation have.
enum TestCards {
    /// The bank decides at once.
    static let plain = [
        "4242424242424242", "4242424242424242", "4242424242424242", "5555555555554444",
        "378282246310005", "6011111111111117", "4000000000000002", "4000000000009995",
        "4000000000000127", "4000000000000119", "4000000000000036", "4000000000000028",
        "4000000000000010", "4000000000000101", "4100000000000019", "4000705100000013",
        "4000709100000015",
    ]

    /// It decides later.
    static let slow = ["4000700030000019", "4000700530000014", "4000709620000016"]

    /// It never decides.
    static let never = "4000700050000014"

    /// Something goes wrong: dropped, reply lost, process ends, reply twice, reply cut off, link
    /// times out, late approval.
    static let faulty = [
        "4000700000010014", "4000700000020013", "4000700000030012", "4000700000040011",
        "4000700000050010", "4000700000060019", "4000700000070018",
    ]

    static func drawn(_ random: inout SplitMix64) -> String {
        switch random.below(100) {
        case 0..<52: random.pick(plain)
        case 52..<72: random.pick(slow)
        case 72..<74: never
        default: random.pick(faulty)
        }
    }
}
