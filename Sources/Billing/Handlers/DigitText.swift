/// Numbers that callers write in digits.
enum DigitText {
    /// A number of digits alone: no sign, no space.
    ///
    /// - Returns: nil for anything else, and for what does not fit.
    static func number(_ text: some StringProtocol) -> Int64? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }
}
