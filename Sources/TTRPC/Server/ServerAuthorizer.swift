/// Decides who may call what, before a request is decoded and before any interceptor sees it; and
/// again, every `sweepInterval`, whether a stream may go on.
package protocol ServerAuthorizer: Sendable {
    /// Looks at a call's method, at its peer's identity and its metadata. Runs on the event loop
    /// and must not block.
    ///
    /// - Parameter context: gets the caller as soon as it is known, so that a refusal can be told
    ///   with its name; none for a method that everyone may call.
    /// - Throws: `RPCError`, UNAUTHENTICATED or PERMISSION_DENIED, which refuses the call.
    func authorize(_ context: inout ServerContext) throws(RPCError)
}
