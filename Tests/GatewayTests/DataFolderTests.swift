import Crypto
import Foundation
import Storage
import Testing

@testable import Gateway

@Suite("Data folder")
struct DataFolderTests {
    private let temporary: TemporaryFolder
    private let folder: DataFolder

    init() throws {
        temporary = try TemporaryFolder()
        folder = DataFolder(temporary.file("data"))
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    private func setMode(_ mode: Int) throws {
        try FileManager.default.setAttributes(
            [.posixPermissions: mode],
            ofItemAtPath: folder.keyEncryptionKey
        )
    }

    private var key: Data? { FileManager.default.contents(atPath: folder.keyEncryptionKey) }

    private func open() async throws -> GatewayApplication {
        try await GatewayApplication.open(
            folder,
            configuration: GatewayConfiguration(),
            logger: GatewayFixture.logger
        )
    }

    @Test("A new folder and its key are for the owner's eyes alone")
    func modes() throws {
        try folder.create()
        #expect(try mode(folder.path) == 0o700)
        #expect(try mode(folder.keys) == 0o700)
        #expect(try mode(folder.keyEncryptionKey) == 0o400)
        #expect(key?.count == 32)
        let read = try folder.readKeyEncryptionKey()
        #expect(read.withUnsafeBytes { Data($0) } == key)
    }

    @Test("Two folders have two keys")
    func freshKeys() throws {
        let other = DataFolder(temporary.file("other"))
        try folder.create()
        try other.create()
        #expect(try folder.readKeyEncryptionKey() != other.readKeyEncryptionKey())
    }

    @Test("init never overwrites a key")
    func neverOverwrites() async throws {
        try await GatewayApplication.initialize(folder, logger: GatewayFixture.logger)
        let before = key
        let failure = DataFolder.Failure.exists(folder.keyEncryptionKey)
        #expect(throws: failure) { try folder.create() }
        await #expect(throws: failure) {
            try await GatewayApplication.initialize(folder, logger: GatewayFixture.logger)
        }
        #expect(key == before)
        await (try await open()).close()
    }

    @Test(
        "A key that others may read, write or execute is refused",
        arguments: [0o404, 0o402, 0o401, 0o440, 0o420, 0o410, 0o644, 0o777]
    )
    func readableByOthers(mode: Int) throws {
        try folder.create()
        try setMode(mode)
        let failure = #expect(throws: DataFolder.Failure.self) {
            try folder.readKeyEncryptionKey()
        }
        guard case .badKey = failure else {
            Issue.record("\(failure as Any)")
            return
        }
        try setMode(0o400)
        _ = try folder.readKeyEncryptionKey()
    }

    @Test("A key that is missing is said to be missing, and what to do about it")
    func missing() throws {
        let failure = DataFolder.Failure.missing(folder.keyEncryptionKey)
        #expect(throws: failure) { try folder.readKeyEncryptionKey() }
        #expect(failure.description.contains("remit-gateway init"))
    }

    @Test("A key of another size is refused", arguments: [0, 31, 33])
    func otherSize(count: Int) throws {
        try folder.create()
        try setMode(0o600)
        try Data(count: count).write(to: URL(fileURLWithPath: folder.keyEncryptionKey))
        try setMode(0o400)
        let failure = DataFolder.Failure.badKey(
            "\(folder.keyEncryptionKey) has \(count) bytes in place of 32"
        )
        #expect(throws: failure) { try folder.readKeyEncryptionKey() }
    }

    @Test("A folder cannot be made where there is no place for it")
    func noPlace() throws {
        let nowhere = DataFolder(temporary.file("missing/data"))
        let failure = #expect(throws: DataFolder.Failure.self) { try nowhere.create() }
        guard case .system = failure else {
            Issue.record("\(failure as Any)")
            return
        }
    }

    @Test("A gateway does not open with the key of another")
    func otherKey() async throws {
        try await GatewayApplication.initialize(folder, logger: GatewayFixture.logger)
        try setMode(0o600)
        try Data(repeating: 1, count: 32)
            .write(to: URL(fileURLWithPath: folder.keyEncryptionKey))
        try setMode(0o400)
        await #expect(throws: GatewayError.vaultDamaged) { _ = try await open() }
    }

    @Test("One process owns a folder, until it is gone")
    func oneOwner() async throws {
        try await GatewayApplication.initialize(folder, logger: GatewayFixture.logger)
        do {
            let application = try await open()
            await #expect(throws: StorageError.folderInUse(folder.path)) {
                _ = try await open()
            }
            await application.close()
        }
        await (try await open()).close()
    }

    @Test("A store's epoch is its own, and the same whenever it is opened")
    func epoch() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let other = try await GatewayFixture.open(ScriptedBank())
        let epoch = gateway.store.epoch
        #expect(other.store.epoch != epoch)
        #expect(try await gateway.reopened().store.epoch == epoch)
    }
}
