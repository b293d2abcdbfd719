/// Decides who may call what, before a request is decoded and before any interceptor sees it.
package protocol ServerAuthorizer: Sendable {
    /// Looks at a call's method, at its peer's identity and its metadata. Runs on the event loop
    /// and must not block.
    ///
    /// - Returns: whom the call is granted to; nil for a method that everyone may call.
    /// - Throws: `RPCError`, UNAUTHENTICATED or PERMISSION_DENIED, which refuses the call.
    func authorize(_ context: ServerContext) throws(RPCError) -> Caller?
}
