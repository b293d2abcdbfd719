package import NIOCore

/// Gives a call what is left of the deadline of the call that it is made for, and a time-out when
/// it has none.
package struct ClientDeadlineInterceptor: ClientInterceptor {
    private let standard: TimeAmount?

    /// - Parameter standard: the time-out of unary calls that bring neither time-out nor deadline;
    ///   nil leaves them without. A stream lasts as long as its caller likes.
    package init(standard: TimeAmount? = nil) {
        self.standard = standard
    }

    package var stage: CallStage { .deadline }

    package func begin(
        _ method: MethodDescriptor,
        _ options: inout CallOptions
    ) throws(RPCError) {
        if method.kind == .unary, options.timeout == nil, options.deadline == nil {
            options.timeout = standard
        }
        guard options.inheritsDeadline, let caller = ServerContext.current?.deadline else { return }
        options.fixDeadline()
        options.deadline = options.deadline.map { min($0, caller) } ?? caller
        guard caller > .now() else {
            throw RPCError(
                .deadlineExceeded,
                "The deadline of the call that this one is made for has passed.",
                origin: .notSent
            )
        }
    }
}
