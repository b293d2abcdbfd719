import Testing

/// Runs all of a suite's tests with one pair of services, which is checked and ended after them.
struct SharedBenchTrait: SuiteTrait, TestScoping {
    @TaskLocal static var bench: TestBench?

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let bench = try await TestBench.open()
        do {
            try await Self.$bench.withValue(bench) { try await function() }
            try await bench.close()
        } catch {
            await bench.abandon()
            throw error
        }
    }
}

extension Trait where Self == SharedBenchTrait {
    /// One pair of services for the suite.
    static var sharedBench: Self { SharedBenchTrait() }
}

extension TestBench {
    /// The pair of services of the suite that this test belongs to.
    static var shared: TestBench {
        get throws { try #require(SharedBenchTrait.bench) }
    }
}

/// Tests that leave the services as they found them, but for accounts of their own.
@Suite("One pair of services, many customers", .sharedBench)
struct SharedServices {}
