/// The numbers that no bank issues and the sandbox knows: safe to show, to type and to log.
package enum SandboxNumbers {
    /// Numbers with a meaning of their own, the refused ones included.
    package static let listed: Set<String> = [
        "4242424242424242", "4000056655665556", "5555555555554444", "2223003122003222",
        "5200828282828210", "378282246310005", "6011111111111117", "30569309025904",
        "3530111333300000", "4242424242424241", "4000000000000002", "4000000000009995",
        "4000000000009987", "4000000000009979", "4000000000000069", "4000000000000127",
        "4000000000000119", "4000000000006975", "4100000000000019", "4000000000000036",
        "4000000000000028", "4000000000000010", "4000000000000101", "4000000000000341",
        "4000000000003220", "4000000000000259", "4000000000007726", "4000000000005126",
    ]

    /// What scripted numbers begin with; they have 16 or 19 digits.
    package static let scriptedPrefix = "400070"

    /// Whether digits are a sandbox number.
    ///
    /// - Parameter digits: nothing but digits.
    package static func contains(_ digits: String) -> Bool {
        listed.contains(digits)
            || digits.hasPrefix(scriptedPrefix) && [16, 19].contains(digits.utf8.count)
    }
}
