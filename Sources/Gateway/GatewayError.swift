package import Payments
package import Storage

/// Why the gateway refuses something, or cannot do it.
package enum GatewayError: Error, Equatable, Sendable {
    /// A card's details are wrong.
    case card(CardError)
    /// A real card, or one whose sandbox scenario is not available.
    case cardNotSupported(String)
    /// As many verification codes as may be are held in memory.
    case tooManyVerificationCodes
    /// No such token, or not this tenant's.
    case tokenNotFound
    /// The single-use token was used for another operation.
    case tokenUsed
    /// The single-use token's time has passed.
    case tokenExpired
    /// The card was deleted.
    case cardDeleted
    /// The verification code is gone from memory; the token can no longer be charged.
    case verificationCodeExpired
    /// The key was used for something else.
    case keyReused
    /// The key was fenced before the request arrived.
    case keyFenced
    /// No operation has this key.
    case operationNotFound
    /// The bank has decided the operation already, or was not asked to wait.
    case operationNotPending
    /// The store is not the one that the caller knows: another one, or restored from a backup.
    case storeRestored
    /// As many operations as may be are in flight.
    case overloaded
    /// A stored number did not open: it was moved, or changed, or its key is another's.
    case vaultDamaged
    case storage(StorageError)
    /// Our bug; the text is for the log.
    case unexpected(String)
}

extension GatewayError {
    /// The gateway's error for whatever a store's step threw.
    static func wrap(_ error: any Error) -> GatewayError {
        switch error {
        case let error as GatewayError: error
        case let error as StorageError: .storage(error)
        default: .unexpected("\(error)")
        }
    }
}
