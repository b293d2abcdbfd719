import Foundation
import Logging
import NIOPosix
import RemitAPI
import TTRPC
import Testing

extension SharedServices {
    @Suite("Several addresses of a service")
    struct ServerListTests {
        @Test("the client takes the one that works; none that works is 7, and a wrong list is 2")
        func client() async throws {
            let bench = try TestBench.shared
            let dead = "\(bench.host):1"
            let cases: [(billing: String, status: Int32)] = [
                (dead + "," + bench.billingAddress, 0), (bench.billingAddress + "," + dead, 0),
                (dead + ",\(bench.host):2", 7), (dead + ",", 2), (dead + "," + dead, 2),
            ]
            for (billing, status) in cases {
                let process = try bench.run(
                    .client,
                    ["ledger", "trial-balance", "--billing", billing]
                )
                let ending = try await process.waitUntilEnded()
                #expect(ending == .exited(status), "\(billing): \(process.log)")
            }
        }

        @Test("billing reaches the gateway when one of its addresses is dead")
        func billing() async throws {
            let bench = try TestBench.shared
            let folder = bench.folder + "/second-billing"
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
            let process = try bench.run(
                .billing,
                [
                    "serve", "--listen", "\(bench.host):0", "--data", folder,
                    "--gateway", "\(bench.host):1,\(bench.gatewayAddress)",
                    "--gateway-connections", "1",
                ]
            )
            let port = try await process.listeningPort()
            let pool = RPCClientPool(
                configuration: PoolConfiguration(
                    endpoints: [PoolEndpoint(host: bench.host, port: port)]
                ),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
            let account = try await BillingV1.AccountServiceClient(pool).create(
                BillingV1.CreateAccountRequest(requestID: newRequestID(), displayName: "Two")
            )
            // Only the gateway knows that there is no such token.
            await expectRefusal(.notFound, "TOKEN_NOT_FOUND", field: "new_card.token") {
                try await BillingV1.PaymentServiceClient(pool).pay(
                    BillingV1.PayRequest(
                        requestID: newRequestID(),
                        accountID: account.accountID,
                        amount: money(100),
                        source: .newCard(
                            BillingV1.NewCard(
                                token: "tok_01M88VDZ9S1FD0RGKMQCNNYWJX",
                                billingAddress: RemitType.BillingAddress(
                                    postalCode: "A1A 1A1",
                                    country: "CA"
                                )
                            )
                        )
                    )
                )
            }
            await pool.shutdown()
            process.terminate()
            #expect(try await process.waitUntilEnded() == .exited(0), "\(process.log)")
        }
    }
}
