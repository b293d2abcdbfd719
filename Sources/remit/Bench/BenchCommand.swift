import ArgumentParser
import Histogram
import Payments
import ProtobufC
import RemitAPI
import TTRPC

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Load on running services: prints rates and latencies, judges nothing.",
        subcommands: [Sales.self, PaymentsBench.self, Echo.self]
    )

    struct LoadOptions: ParsableArguments {
        @Option(help: "Callers at once, each with its own card and account.") var callers = 1
        @Option(help: "Calls in all.") var count = 1000
        @Option(help: "Connections to each address of a service.") var connections = 1

        func validate() throws {
            guard (1...64).contains(connections) else {
                throw ValidationError("--connections is 1 to 64")
            }
            guard (1...4096).contains(callers), (1...10_000_000).contains(count) else {
                throw ValidationError("--callers is 1 to 4096, --count 1 to 10000000")
            }
        }
    }

    struct Sales: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Durable sales at the gateway, on retained cards."
        )
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var load: LoadOptions

        func run() async throws {
            try await Session.run(connection, connections: load.connections) { session in
                let cards = BenchCards(session)
                let tokens = try await cards.retained(load.callers)
                let sales = try await session.authorizations()
                try await Load(load.callers, load.count).run("sales") { caller in
                    let reply = try await sales.sale(
                        GatewayV1.SaleRequest(
                            key: "att_" + RequestID.new(),
                            token: tokens[caller],
                            amount: BenchCards.amount
                        )
                    )
                    return reply.operation?.state == .approved
                }
            }
        }
    }

    struct PaymentsBench: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "payments",
            abstract: "Durable payments through billing, on saved cards."
        )
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var load: LoadOptions

        func run() async throws {
            try await Session.run(connection, connections: load.connections) { session in
                let cards = BenchCards(session)
                let accounts = try await cards.accounts(load.callers)
                let payments = try await session.payments()
                try await Load(load.callers, load.count).run("payments") { caller in
                    let payment = try await payments.pay(
                        BillingV1.PayRequest(
                            requestID: RequestID.new(),
                            accountID: accounts[caller].account,
                            amount: BenchCards.amount,
                            source: .paymentMethodID(accounts[caller].method)
                        )
                    )
                    return payment.state == .succeeded
                }
            }
        }
    }
}

/// A closed loop of callers.
struct Load {
    private let callers: Int
    private let count: Int

    init(_ callers: Int, _ count: Int) {
        self.callers = callers
        self.count = count
    }

    /// Runs the calls and prints their rate and latencies.
    ///
    /// - Parameters:
    ///   - what: named in the line.
    ///   - call: one call of a caller; false when its result was not the expected one.
    /// - Returns: the rate, in calls a second.
    @discardableResult
    func run(
        _ what: String,
        _ call: @escaping @Sendable (Int) async throws -> Bool
    ) async throws -> Int {
        let clock = ContinuousClock()
        let start = clock.now
        let each = (0..<callers).map { count / callers + ($0 < count % callers ? 1 : 0) }
        let results = try await withThrowingTaskGroup(of: ([UInt64], Int).self) { group in
            for caller in 0..<callers {
                let calls = each[caller]
                group.addTask {
                    var latencies: [UInt64] = []
                    latencies.reserveCapacity(calls)
                    var unexpected = 0
                    for _ in 0..<calls {
                        let begin = clock.now
                        if try await !call(caller) { unexpected += 1 }
                        let took = (clock.now - begin).components
                        latencies.append(
                            UInt64(took.seconds) * 1_000_000
                                + UInt64(took.attoseconds / 1_000_000_000_000)
                        )
                    }
                    return (latencies, unexpected)
                }
            }
            var all: [([UInt64], Int)] = []
            for try await result in group { all.append(result) }
            return all
        }
        let took = (clock.now - start).components
        let seconds = Double(took.seconds) + Double(took.attoseconds) / 1e18
        var histogram = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
        for (latencies, _) in results { for latency in latencies { histogram.record(latency) } }
        let unexpected = results.reduce(0) { $0 + $1.1 }
        let rate = Int(Double(count) / seconds)
        print(
            "\(what): \(callers) callers, \(count) calls, \(rate)/s, "
                + "p50 \(Self.milliseconds(histogram, 50)) ms, "
                + "p99 \(Self.milliseconds(histogram, 99)) ms, unexpected \(unexpected)"
        )
        if unexpected > 0 { throw ExitStatus.refused.code }
        return rate
    }

    private static func milliseconds(_ histogram: Histogram<UInt64>, _ percent: Double) -> String {
        let microseconds = histogram.valueAtPercentile(percent)
        let decimals = String(microseconds % 1000 / 10)
        return "\(microseconds / 1000)." + (decimals.count == 1 ? "0" + decimals : decimals)
    }
}

/// Cards and accounts for load, made with the sandbox's scripted numbers.
struct BenchCards {
    private let session: Session
    private static let address = RemitType.BillingAddress(postalCode: "A1A 1A1", country: "CA")
    static let amount = RemitType.Money(minorUnits: 100, currency: "CAD")

    init(_ session: Session) {
        self.session = session
    }

    /// A scripted 19-digit number of the sandbox that is approved at once.
    static func number(_ serial: Int) -> String {
        let digits = String(serial % 1_000_000)
        let body = "400070000000" + String(repeating: "0", count: 6 - digits.count) + digits
        // Luhn's digit, with the doubled positions counted from the right of the whole number.
        var sum = 0
        for (index, character) in body.reversed().enumerated() {
            let digit = character.wholeNumberValue ?? 0
            let doubled = digit * 2
            sum += index % 2 == 0 ? (doubled > 9 ? doubled - 9 : doubled) : digit
        }
        return body + String((10 - sum % 10) % 10)
    }

    private func token(_ serial: Int) async throws -> String {
        let reply = try await session.vault().tokenize(
            GatewayV1.TokenizeRequest(
                number: SensitiveText(Self.number(serial)),
                expiryMonth: 12,
                expiryYear: 2035
            )
        )
        return reply.card?.token ?? ""
    }

    /// Tokens of retained cards.
    func retained(_ count: Int) async throws -> [String] {
        var tokens: [String] = []
        for serial in 0..<count {
            let token = try await token(serial)
            _ = try await session.authorizations().sale(
                GatewayV1.SaleRequest(
                    key: "att_" + RequestID.new(),
                    token: token,
                    amount: Self.amount,
                    billingAddress: Self.address,
                    retainCard: true
                )
            )
            tokens.append(token)
        }
        return tokens
    }

    /// Accounts, each with a saved card.
    func accounts(_ count: Int) async throws -> [(account: String, method: String)] {
        var accounts: [(account: String, method: String)] = []
        for serial in 0..<count {
            let account = try await session.accounts().create(
                BillingV1.CreateAccountRequest(
                    requestID: RequestID.new(),
                    displayName: "Load \(serial)"
                )
            )
            let payment = try await session.payments().pay(
                BillingV1.PayRequest(
                    requestID: RequestID.new(),
                    accountID: account.accountID,
                    amount: Self.amount,
                    source: .newCard(
                        BillingV1.NewCard(
                            token: try await token(serial),
                            billingAddress: Self.address,
                            save: true
                        )
                    )
                )
            )
            accounts.append((account.accountID, payment.paymentMethodID))
        }
        return accounts
    }
}
