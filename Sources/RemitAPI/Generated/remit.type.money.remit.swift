// Made by protoc-gen-remit-swift from remit/type/money.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC

extension RemitType {
    /// An exact amount: never a fraction of a minor unit, never floating point.
    package struct Money: WireMessage {
        package static let messageName = "remit.type.Money"
        /// Signed count of the currency's minor units (cents for CAD, yen for JPY).
        package var minorUnits: Int64
        /// ISO 4217 alphabetic code, upper case: "CAD".
        package var currency: String

        package init(
            minorUnits: Int64 = 0,
            currency: String = ""
        ) {
            self.minorUnits = minorUnits
            self.currency = currency
        }
    }
}

extension RemitType.Money {
    init(_ c: UnsafePointer<Remit__Type__Money>, _ arena: Arena) throws(WireError) {
        minorUnits = c.pointee.minor_units
        currency = try arena.text(c.pointee.currency, "remit.type.Money", "currency")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Type__Money> {
        let c = try arena.take(Remit__Type__Money.self, for: Self.messageName)
        remit__type__money__init(c)
        c.pointee.minor_units = minorUnits
        if !currency.isEmpty { c.pointee.currency = try arena.cString(currency, "remit.type.Money", "currency") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__type__money__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__type__money__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__type__money__pack(c, $0) }
    }
}
