package import ProtobufC

/// The domain of every reason that Remit's services give.
///
/// - Source: google/rpc/error_details.proto, ErrorInfo.domain.
package let errorDomain = "remit"

/// Memory for building one detail of a status, in bytes.
private let maxDetailBytes = 64 << 10

private let typePrefix = "type.googleapis.com/"

extension GoogleRPC.Status {
    /// The status that carries an error, with its reason, field and delay as details.
    package init(_ error: RPCError) {
        var details: [GoogleProtobuf.AnyMessage] = []
        if let reason = error.reason {
            details.append(packed(GoogleRPC.ErrorInfo(reason: reason, domain: errorDomain)))
        }
        if let field = error.field {
            let violation = GoogleRPC.BadRequest.FieldViolation(
                field: field,
                description: error.message
            )
            details.append(packed(GoogleRPC.BadRequest(fieldViolations: [violation])))
        }
        if let delay = error.retryAfterMilliseconds {
            let duration = GoogleProtobuf.Duration(
                seconds: delay / 1000,
                nanos: Int32(delay % 1000) * 1_000_000
            )
            details.append(packed(GoogleRPC.RetryInfo(retryDelay: duration)))
        }
        self.init(code: error.code.rawValue, message: error.message, details: details)
    }
}

extension RPCError {
    /// The error that a peer's status carries. A detail that cannot be read is left out: the code
    /// and the message still count.
    package init(_ status: GoogleRPC.Status) {
        self.init(RPCCode(rawValue: status.code) ?? .unknown, status.message)
        for detail in status.details {
            if let info: GoogleRPC.ErrorInfo = unpacked(detail) {
                reason = info.reason
            } else if let request: GoogleRPC.BadRequest = unpacked(detail) {
                field = request.fieldViolations.first?.field
            } else if let retry: GoogleRPC.RetryInfo = unpacked(detail),
                let delay = retry.retryDelay
            {
                let (whole, overflow) = delay.seconds.multipliedReportingOverflow(by: 1000)
                let (sum, carry) = whole.addingReportingOverflow(Int64(delay.nanos / 1_000_000))
                retryAfterMilliseconds = overflow || carry ? nil : sum
            }
        }
    }

    /// What a request that cannot be decoded is answered with.
    package init(_ error: WireError) {
        switch error {
        case .malformed(let message):
            self.init(
                .invalidArgument,
                "The request is not an encoded \(message).",
                reason: "MALFORMED_MESSAGE"
            )
        case .tooLarge(let message):
            self.init(
                .resourceExhausted,
                "The \(message) needs more memory than a message may take.",
                reason: "MESSAGE_TOO_LARGE"
            )
        case .invalidText(let message, let field):
            self.init(
                .invalidArgument,
                "The text in \(field) of \(message) is not UTF-8, or has a NUL inside.",
                reason: "BAD_TEXT",
                field: field
            )
        }
    }
}

private func packed<Message: WireMessage>(_ message: Message) -> GoogleProtobuf.AnyMessage {
    // Only a NUL in a text could fail here; the detail is then left empty rather than the error.
    let value = (try? message.serialized(arenaBytes: maxDetailBytes)) ?? []
    return GoogleProtobuf.AnyMessage(typeURL: typePrefix + Message.messageName, value: value)
}

private func unpacked<Message: WireMessage>(_ detail: GoogleProtobuf.AnyMessage) -> Message? {
    guard detail.typeURL == typePrefix + Message.messageName else { return nil }
    return try? Message(serialized: detail.value)
}
