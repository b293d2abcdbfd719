import Payments

/// A reply of the sandbox bank as it travels: four digits of length, then fields parted by bars.
///
/// Nothing of it is believed before the whole frame is here: a reply that was cut off is none.
enum SandboxReplyFrame {
    /// Bytes of the length in front.
    private static let lengthDigits = 4
    private static let separator: Character = "|"
    private static let pending = "pending"

    /// The frame of an answer to a reference.
    static func encode(_ answer: BankAnswer, to reference: AttemptID) -> [UInt8] {
        let fields: [String] =
            switch answer {
            case .pending(let avsResult, let cvcResult):
                [reference.text, pending, "", "", avsResult, cvcResult]
            case .decided(let decision):
                [
                    reference.text, decision.responseCode.text,
                    decision.declineCode?.rawValue ?? "", decision.approvalCode,
                    decision.avsResult, decision.cvcResult,
                ]
            }
        let body = fields.joined(separator: String(separator))
        let length = String(body.utf8.count)
        let padding = String(repeating: "0", count: lengthDigits - length.utf8.count)
        return Array((padding + length + body).utf8)
    }

    /// The answer that frames carry. The same reply twice is one reply.
    ///
    /// - Throws: `BankSilence`: no frame, a frame cut short, one for another reference, or two
    ///   that say different things. Whether the bank acted is unknown then.
    static func answer(
        in frames: [[UInt8]],
        to reference: AttemptID
    ) throws(BankSilence) -> BankAnswer {
        guard let first = frames.first else { throw BankSilence(reason: "no reply") }
        let answer = try decode(first, of: reference)
        for frame in frames.dropFirst() where try decode(frame, of: reference) != answer {
            throw BankSilence(reason: "two replies that differ")
        }
        return answer
    }

    private static func decode(
        _ frame: [UInt8],
        of reference: AttemptID
    ) throws(BankSilence) -> BankAnswer {
        let body = frame.dropFirst(lengthDigits)
        guard let length = Int(String(decoding: frame.prefix(lengthDigits), as: UTF8.self)),
            body.count == length
        else { throw BankSilence(reason: "a reply was cut off") }
        let fields = String(decoding: body, as: UTF8.self).split(
            separator: separator,
            omittingEmptySubsequences: false
        ).map { String($0) }
        guard fields.count == 6, fields[0] == reference.text else {
            throw BankSilence(reason: "a reply to something else")
        }
        if fields[1] == pending { return .pending(avsResult: fields[4], cvcResult: fields[5]) }
        guard let responseCode = ResponseCode(fields[1]) else {
            throw BankSilence(reason: "a reply without a response code")
        }
        return .decided(
            BankDecision(
                responseCode: responseCode,
                declineCode: DeclineCode(rawValue: fields[2]),
                approvalCode: fields[3],
                avsResult: fields[4],
                cvcResult: fields[5]
            )
        )
    }
}
