// Made by protoc-gen-remit-swift from remit/type/ledger.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC

extension RemitType {
    /// One balanced entry of a journal.
    package struct LedgerEntry: WireMessage {
        package static let messageName = "remit.type.LedgerEntry"
        /// 1, 2, 3 … without gaps.
        package var sequence: Int64
        /// "jrn_…".
        package var entryID: String
        /// What was recorded: "payment_settled", "invoice_posted" …
        package var kind: String
        /// What it belongs to: "att_…" for money that moves, "inv_…" for what is owed.
        package var reference: String
        /// When it was recorded: milliseconds since 1970-01-01T00:00:00Z.
        package var recordTimeMilliseconds: Int64
        package var postings: [RemitType.LedgerPosting]
        /// SHA-256 over the entry and the previous entry's hash; 32 bytes.
        package var hash: [UInt8]
        /// The previous entry's hash; 32 bytes.
        package var previousHash: [UInt8]

        package init(
            sequence: Int64 = 0,
            entryID: String = "",
            kind: String = "",
            reference: String = "",
            recordTimeMilliseconds: Int64 = 0,
            postings: [RemitType.LedgerPosting] = [],
            hash: [UInt8] = [],
            previousHash: [UInt8] = []
        ) {
            self.sequence = sequence
            self.entryID = entryID
            self.kind = kind
            self.reference = reference
            self.recordTimeMilliseconds = recordTimeMilliseconds
            self.postings = postings
            self.hash = hash
            self.previousHash = previousHash
        }
    }
}

extension RemitType.LedgerEntry {
    init(_ c: UnsafePointer<Remit__Type__LedgerEntry>, _ arena: Arena) throws(WireError) {
        sequence = c.pointee.sequence
        entryID = try arena.text(c.pointee.entry_id, "remit.type.LedgerEntry", "entry_id")
        kind = try arena.text(c.pointee.kind, "remit.type.LedgerEntry", "kind")
        reference = try arena.text(c.pointee.reference, "remit.type.LedgerEntry", "reference")
        recordTimeMilliseconds = c.pointee.record_time_milliseconds
        postings = []
        if let elements = c.pointee.postings {
            postings.reserveCapacity(Int(c.pointee.n_postings))
            for index in 0..<Int(c.pointee.n_postings) {
                guard let element = elements[index] else { continue }
                postings.append(try RemitType.LedgerPosting(element, arena))
            }
        }
        hash = arena.bytes(c.pointee.hash)
        previousHash = arena.bytes(c.pointee.previous_hash)
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Type__LedgerEntry> {
        let c = try arena.take(Remit__Type__LedgerEntry.self, for: Self.messageName)
        remit__type__ledger_entry__init(c)
        c.pointee.sequence = sequence
        if !entryID.isEmpty { c.pointee.entry_id = try arena.cString(entryID, "remit.type.LedgerEntry", "entry_id") }
        if !kind.isEmpty { c.pointee.kind = try arena.cString(kind, "remit.type.LedgerEntry", "kind") }
        if !reference.isEmpty { c.pointee.reference = try arena.cString(reference, "remit.type.LedgerEntry", "reference") }
        c.pointee.record_time_milliseconds = recordTimeMilliseconds
        if !postings.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Type__LedgerPosting>?).self, count: postings.count, for: Self.messageName)
            for (index, element) in postings.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_postings = postings.count
            c.pointee.postings = elements
        }
        c.pointee.hash = try arena.binaryData(hash, "remit.type.LedgerEntry")
        c.pointee.previous_hash = try arena.binaryData(previousHash, "remit.type.LedgerEntry")
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__type__ledger_entry__unpack(arena.allocator, bytes.count, data) else {
            throw arena.unpackFailure(messageName)
        }
        return try Self(c, arena)
    }

    package func encode(
        into buffer: inout ByteBuffer, in arena: Arena,
        header: (inout ByteBuffer, Int) -> Void
    ) throws(WireError) {
        let mark = arena.used
        defer { arena.rewind(to: mark) }
        let c = try build(arena)
        let size = remit__type__ledger_entry__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__type__ledger_entry__pack(c, $0) }
    }
}

extension RemitType {
    /// One side of an entry.
    package struct LedgerPosting: WireMessage {
        package static let messageName = "remit.type.LedgerPosting"
        /// A name of the chart of accounts: "accounts_receivable".
        package var account: String
        /// A debit is positive, a credit negative.
        package var amount: RemitType.Money?

        package init(
            account: String = "",
            amount: RemitType.Money? = nil
        ) {
            self.account = account
            self.amount = amount
        }
    }
}

extension RemitType.LedgerPosting {
    init(_ c: UnsafePointer<Remit__Type__LedgerPosting>, _ arena: Arena) throws(WireError) {
        account = try arena.text(c.pointee.account, "remit.type.LedgerPosting", "account")
        if let nested = c.pointee.amount { amount = try RemitType.Money(nested, arena) } else { amount = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Type__LedgerPosting> {
        let c = try arena.take(Remit__Type__LedgerPosting.self, for: Self.messageName)
        remit__type__ledger_posting__init(c)
        if !account.isEmpty { c.pointee.account = try arena.cString(account, "remit.type.LedgerPosting", "account") }
        if let nested = amount { c.pointee.amount = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__type__ledger_posting__unpack(arena.allocator, bytes.count, data) else {
            throw arena.unpackFailure(messageName)
        }
        return try Self(c, arena)
    }

    package func encode(
        into buffer: inout ByteBuffer, in arena: Arena,
        header: (inout ByteBuffer, Int) -> Void
    ) throws(WireError) {
        let mark = arena.used
        defer { arena.rewind(to: mark) }
        let c = try build(arena)
        let size = remit__type__ledger_posting__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__type__ledger_posting__pack(c, $0) }
    }
}

extension RemitType {
    package struct TrialBalanceLine: WireMessage {
        package static let messageName = "remit.type.TrialBalanceLine"
        /// A name of the chart of accounts.
        package var account: String
        /// The sum of the debits, zero or more.
        package var debits: RemitType.Money?
        /// The sum of the credits, zero or more.
        package var credits: RemitType.Money?

        package init(
            account: String = "",
            debits: RemitType.Money? = nil,
            credits: RemitType.Money? = nil
        ) {
            self.account = account
            self.debits = debits
            self.credits = credits
        }
    }
}

extension RemitType.TrialBalanceLine {
    init(_ c: UnsafePointer<Remit__Type__TrialBalanceLine>, _ arena: Arena) throws(WireError) {
        account = try arena.text(c.pointee.account, "remit.type.TrialBalanceLine", "account")
        if let nested = c.pointee.debits { debits = try RemitType.Money(nested, arena) } else { debits = nil }
        if let nested = c.pointee.credits { credits = try RemitType.Money(nested, arena) } else { credits = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Type__TrialBalanceLine> {
        let c = try arena.take(Remit__Type__TrialBalanceLine.self, for: Self.messageName)
        remit__type__trial_balance_line__init(c)
        if !account.isEmpty { c.pointee.account = try arena.cString(account, "remit.type.TrialBalanceLine", "account") }
        if let nested = debits { c.pointee.debits = try nested.build(arena) }
        if let nested = credits { c.pointee.credits = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__type__trial_balance_line__unpack(arena.allocator, bytes.count, data) else {
            throw arena.unpackFailure(messageName)
        }
        return try Self(c, arena)
    }

    package func encode(
        into buffer: inout ByteBuffer, in arena: Arena,
        header: (inout ByteBuffer, Int) -> Void
    ) throws(WireError) {
        let mark = arena.used
        defer { arena.rewind(to: mark) }
        let c = try build(arena)
        let size = remit__type__trial_balance_line__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__type__trial_balance_line__pack(c, $0) }
    }
}
