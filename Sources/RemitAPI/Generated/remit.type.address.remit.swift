// Made by protoc-gen-remit-swift from remit/type/address.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC

extension RemitType {
    /// The address that a card's bank knows its holder by.
    package struct BillingAddress: WireMessage {
        package static let messageName = "remit.type.BillingAddress"
        /// Street and number; at most 200 bytes.
        package var line1: String
        /// Second line; at most 200 bytes.
        package var line2: String
        /// City; at most 100 bytes.
        package var city: String
        /// Province or state code; at most 100 bytes.
        package var region: String
        /// Postal code as typed; compared in its normalized form ("A1A1A1"); at most 20 bytes.
        package var postalCode: String
        /// ISO 3166-1 alpha-2 country code, upper case: "CA".
        package var country: String

        package init(
            line1: String = "",
            line2: String = "",
            city: String = "",
            region: String = "",
            postalCode: String = "",
            country: String = ""
        ) {
            self.line1 = line1
            self.line2 = line2
            self.city = city
            self.region = region
            self.postalCode = postalCode
            self.country = country
        }
    }
}

extension RemitType.BillingAddress {
    init(_ c: UnsafePointer<Remit__Type__BillingAddress>, _ arena: Arena) throws(WireError) {
        line1 = try arena.text(c.pointee.line1, "remit.type.BillingAddress", "line1")
        line2 = try arena.text(c.pointee.line2, "remit.type.BillingAddress", "line2")
        city = try arena.text(c.pointee.city, "remit.type.BillingAddress", "city")
        region = try arena.text(c.pointee.region, "remit.type.BillingAddress", "region")
        postalCode = try arena.text(c.pointee.postal_code, "remit.type.BillingAddress", "postal_code")
        country = try arena.text(c.pointee.country, "remit.type.BillingAddress", "country")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Type__BillingAddress> {
        let c = try arena.take(Remit__Type__BillingAddress.self, for: Self.messageName)
        remit__type__billing_address__init(c)
        if !line1.isEmpty { c.pointee.line1 = try arena.cString(line1, "remit.type.BillingAddress", "line1") }
        if !line2.isEmpty { c.pointee.line2 = try arena.cString(line2, "remit.type.BillingAddress", "line2") }
        if !city.isEmpty { c.pointee.city = try arena.cString(city, "remit.type.BillingAddress", "city") }
        if !region.isEmpty { c.pointee.region = try arena.cString(region, "remit.type.BillingAddress", "region") }
        if !postalCode.isEmpty { c.pointee.postal_code = try arena.cString(postalCode, "remit.type.BillingAddress", "postal_code") }
        if !country.isEmpty { c.pointee.country = try arena.cString(country, "remit.type.BillingAddress", "country") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__type__billing_address__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__type__billing_address__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__type__billing_address__pack(c, $0) }
    }
}
