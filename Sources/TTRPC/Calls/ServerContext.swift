package import NIOCore

/// What a handler may know about the call it serves.
///
/// A value, in one reference: it goes with its call through interceptors, a task's local values and
/// handlers, and each of these copies it.
package struct ServerContext: Sendable {
    private final class Fields: @unchecked Sendable {
        // Sendable: changed by `own` only, which sees to it that no other context has it.
        let method: MethodDescriptor
        let metadata: Metadata
        let peer: String
        let identity: PeerIdentity?
        var deadline: NIODeadline?
        var caller: Caller?
        var mintedRequestID: UInt64?
        var trace: CallTrace?
        var requestBytes = 0
        var absence: CallAbsence?

        init(
            method: MethodDescriptor,
            metadata: Metadata,
            deadline: NIODeadline?,
            peer: String,
            identity: PeerIdentity?,
            caller: Caller?
        ) {
            self.method = method
            self.metadata = metadata
            self.deadline = deadline
            self.peer = peer
            self.identity = identity
            self.caller = caller
        }

        func copy() -> Fields {
            let copy = Fields(
                method: method,
                metadata: metadata,
                deadline: deadline,
                peer: peer,
                identity: identity,
                caller: caller
            )
            copy.mintedRequestID = mintedRequestID
            copy.trace = trace
            copy.requestBytes = requestBytes
            copy.absence = absence
            return copy
        }
    }

    private var fields: Fields

    package init(
        method: MethodDescriptor,
        metadata: Metadata = Metadata(),
        deadline: NIODeadline? = nil,
        peer: String = "",
        identity: PeerIdentity? = nil,
        caller: Caller? = nil
    ) {
        fields = Fields(
            method: method,
            metadata: metadata,
            deadline: deadline,
            peer: peer,
            identity: identity,
            caller: caller
        )
    }

    /// The method called.
    package var method: MethodDescriptor { fields.method }
    /// What came beside the request.
    package var metadata: Metadata { fields.metadata }
    /// The other end: "127.0.0.1:54321".
    package var peer: String { fields.peer }
    /// Who the other end is, as its certificate says; nil when it showed none.
    package var identity: PeerIdentity? { fields.identity }

    /// When the caller stops waiting; nil when it waits for ever.
    package private(set) var deadline: NIODeadline? {
        get { fields.deadline }
        set { own().deadline = newValue }
    }

    /// Who calls; nil where nothing is granted: without an authorizer, and for methods that everyone
    /// may call. A handler is reached only by a caller that was granted the call.
    package var caller: Caller? {
        get { fields.caller }
        set { own().caller = newValue }
    }

    /// The name of this request that was made here, because the caller gave none; nil when it did.
    package var mintedRequestID: UInt64? {
        get { fields.mintedRequestID }
        set { own().mintedRequestID = newValue }
    }

    /// The trace that the call belongs to; nil for none.
    package var trace: CallTrace? {
        get { fields.trace }
        set { own().trace = newValue }
    }

    /// Bytes of the request's message.
    package var requestBytes: Int {
        get { fields.requestBytes }
        set { own().requestBytes = newValue }
    }

    /// Tells the limits when the call waits for somebody else; nil when they need not know.
    var absence: CallAbsence? {
        get { fields.absence }
        set { own().absence = newValue }
    }

    /// The fields, which nobody else sees from now on.
    private mutating func own() -> Fields {
        if !isKnownUniquelyReferenced(&fields) { fields = fields.copy() }
        return fields
    }

    /// The call that the current task serves, or works for; nil when there is none.
    ///
    /// Bound where a handler starts, since a task that is started from an event loop has no
    /// task-locals of its own. Tasks that a handler starts inherit it.
    @TaskLocal package static var current: ServerContext?

    /// Runs `body` for the current call but not under its deadline: what is done must be finished
    /// even when the caller does not wait for it any more.
    package static func withoutDeadline<Result>(_ body: () async -> Result) async -> Result {
        guard var own = current else { return await body() }
        own.deadline = nil
        return await $current.withValue(own) { await body() }
    }

    /// Runs `body`, which waits for somebody else: for the current call, if its method is one of
    /// `ServerConfiguration.waitingMethods`, that time is no part of how long it takes here, and it
    /// takes no place meanwhile that the adaptive limit could give to another.
    package static func elsewhere<Result, Failure>(
        _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        guard let absence = current?.absence else { return try await body() }
        absence.begin()
        defer { absence.end() }
        return try await body()
    }

    /// The name of this request, for logs: the one that was made here, else the caller's.
    package var requestID: String? {
        mintedRequestID.map { HexText.text($0) } ?? metadata["request-id"]
    }

    /// What is left until the deadline, zero or more; nil without one.
    package var timeRemaining: TimeAmount? {
        deadline.map { max(.zero, $0 - .now()) }
    }
}
