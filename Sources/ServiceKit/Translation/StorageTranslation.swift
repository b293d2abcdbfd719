package import Storage
package import TTRPC

extension RPCError {
    /// What a caller hears when the store could not do its part.
    package init(_ error: StorageError) {
        switch error {
        case .overloaded:
            self.init(
                .resourceExhausted,
                "Too much is being written; try again with the same id.",
                reason: "OVERLOAD",
                retryAfterMilliseconds: 200
            )
        case .abandoned:
            self.init(.cancelled, "The caller had gone; nothing was written.")
        case .full:
            self.init(
                .unavailable,
                "The disk is full; nothing was written. Try again with the same id.",
                reason: "STORAGE_FULL",
                retryAfterMilliseconds: 5000
            )
        case .outcomeUnknown:
            self.init(
                .unavailable,
                "The store cannot say what became of this; ask again with the same id.",
                reason: "OUTCOME_UNKNOWN"
            )
        case .io, .closed, .cannotOpen, .folderInUse, .synchronousNotFull, .schemaTooNew:
            self.init(
                .unavailable,
                "The store cannot be reached; try again with the same id.",
                reason: "STORAGE",
                retryAfterMilliseconds: 1000
            )
        case .corrupt, .undecodable:
            self.init(.dataLoss, "The store is damaged.", reason: "STORAGE")
        }
    }
}
