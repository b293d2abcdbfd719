import Payments

/// One history of a world: it begins, things go wrong, it comes to rest and is audited.
struct History {
    /// What became of it.
    struct Outcome: Equatable, Sendable {
        let seed: UInt64
        let violations: [String]
        /// The same for the same history.
        let hash: UInt64
        let payments: Int
        let endings: [String: Int]
        let tally: ReviewTally
        let crashes: Int
        let steps: Int
    }

    /// How long the world has to come to rest once nothing goes wrong any more.
    private static let restMilliseconds = 600_000
    private static let roundMilliseconds = 2000

    static func run(
        seed: UInt64,
        databases: Databases,
        sabotage: Sabotage? = nil,
        isPrinted: Bool = false
    ) throws -> Outcome {
        let world = try World(
            seed: seed,
            databases: databases,
            sabotage: sabotage,
            isPrinted: isPrinted
        )
        do {
            try begin(world)
            suffer(world)
            world.faults = .none
            try rest(world)
            // One seed in eight waits until the horizons of both services have passed.
            if world.random.below(8) == 0 {
                pass(world)
                world.executor.run(forMilliseconds: 2 * roundMilliseconds)
                try rest(world)
            }
            try Auditor(world: world).audit()
        } catch {
            world.fail("\(error)")
        }
        if !world.end() { world.fail("\(world.openTasks) tasks wait for ever") }
        return Outcome(
            seed: seed,
            violations: world.violations,
            hash: world.trace.hash,
            payments: world.answers.told.count,
            endings: world.endings,
            tally: world.tally,
            crashes: world.crashes,
            steps: world.executor.steps
        )
    }

    private static func begin(_ world: World) throws {
        world.gateway.start()
        world.billing.start()
        world.executor.run(forMilliseconds: 10_000) {
            world.billing.app != nil && world.gateway.app != nil
        }
        guard let server = world.billing.app else { throw Unfinished(what: "the start") }
        world.spawn {
            do {
                try await Customers.open(world, server).begin()
                if world.hasOperators { Operators(world: world).begin() }
            } catch {
                world.fail("the accounts could not be opened: \(error)")
            }
        }
        world.executor.run(forMilliseconds: 1)
    }

    /// Customers do what they do, and things go wrong. In one seed of eight the horizons of both
    /// services pass in the midst of it.
    private static func suffer(_ world: World) {
        let whiles = 4
        let jump = world.random.below(8 * whiles)
        for number in 0..<whiles {
            world.faults = .drawn(&world.random)
            // The bank is asked, and billing does not hear of it before its horizon passes.
            if world.hasOperators, world.random.below(3) == 0 { world.faults.partition = 1000 }
            if number == jump { pass(world) }
            world.executor.run(
                forMilliseconds: Customers.spanMilliseconds / whiles + world.random.below(3000)
            )
        }
    }

    /// Eight days pass by the clock of business: a day more than either service waits.
    private static func pass(_ world: World) {
        world.note("eight days pass")
        world.businessOffset += 8 * 24 * 3_600_000
    }

    /// Runs until nothing is open any more. Operators decide what waits for them, sooner or later.
    private static func rest(_ world: World) throws {
        var unrest: String?
        for _ in 0..<(restMilliseconds / roundMilliseconds) {
            unrest = try Quiet(world: world).unrest()
            if unrest == nil { return }
            if world.hasOperators, world.random.below(2) == 0 {
                Operators(world: world).decideAll()
            }
            world.executor.run(forMilliseconds: roundMilliseconds)
        }
        throw Unfinished(what: unrest ?? "")
    }

    /// The world did not come to rest.
    struct Unfinished: Error, CustomStringConvertible {
        let what: String
        var description: String { "no rest: \(what)" }
    }
}
