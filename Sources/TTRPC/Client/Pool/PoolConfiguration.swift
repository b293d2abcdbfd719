package import NIOCore

/// A server as an operator names it.
package struct PoolEndpoint: Hashable, Sendable {
    /// A name, or a numeric address.
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

/// What one endpoint's name stands for at the moment.
package struct PoolAddress: Hashable, Sendable, CustomStringConvertible {
    /// A numeric address.
    package let host: String
    package let port: Int
    /// The name it was found by, which is what a certificate would say.
    package let name: String

    package init(host: String, port: Int, name: String) {
        self.host = host
        self.port = port
        self.name = name
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Where a pool connects to, and every limit it keeps. The reasons are in the library's page.
package struct PoolConfiguration: Sendable {
    /// The servers; at least one.
    package var endpoints: [PoolEndpoint]
    /// The limits of each connection; its host and port are the pool's matter.
    package var connection = ClientConfiguration(host: "", port: 0)
    /// Connections to one address.
    package var maxConnectionsPerAddress = 2
    /// Addresses that are used; more that names stand for are left out.
    package var maxAddresses = 16
    /// Calls in flight on one connection; what a server takes by default.
    package var maxCallsPerConnection = 1024
    /// Calls that wait while nothing is connected; one more is refused.
    package var maxWaitingCalls = 1024
    /// For how long after everything was lost, or was first tried, calls wait for a connection.
    /// Later ones are refused at once until there is one.
    package var connectPatience = TimeAmount.seconds(1)
    /// How long making one connection may take.
    package var connectTimeout = TimeAmount.seconds(4)
    /// The longest pause after an address failed once.
    package var reconnectBase = TimeAmount.milliseconds(50)
    /// The longest pause between two tries of an address.
    package var reconnectCap = TimeAmount.seconds(2)
    /// How long names are believed after they were looked up, whatever fails.
    package var minResolveInterval = TimeAmount.seconds(1)
    /// Failures in a row to eject an address.
    package var maxConsecutiveFailures = 5
    /// How long the first ejection lasts; the n-th lasts n times as long.
    package var ejectionTime = TimeAmount.seconds(10)
    /// How long an ejection lasts at the most.
    package var maxEjectionTime = TimeAmount.seconds(60)
    /// Of a hundred addresses, this many may be ejected at once; rounded down.
    package var maxEjectedPercent = 50
    /// Attempts of one call, the first included.
    package var maxAttempts = 3
    /// The longest pause before a call's second attempt.
    package var retryBase = TimeAmount.milliseconds(25)
    /// The longest pause between two attempts of a call.
    package var retryCap = TimeAmount.seconds(1)
    /// Of a hundred calls, this many may be made once more.
    package var retryBudgetPercent = 10
    /// Retries that are there before any call was made.
    package var retryBudgetFloor = 10
    /// Retries that can be saved up.
    package var retryBudgetCapacity = 100

    package init(endpoints: [PoolEndpoint]) {
        self.endpoints = endpoints
    }

    /// The configuration of a connection to an address.
    func client(_ address: PoolAddress) -> ClientConfiguration {
        var client = connection
        client.host = address.host
        client.port = address.port
        client.serverName = address.name
        client.connectTimeout = connectTimeout
        return client
    }

    var newHealth: EndpointHealth {
        EndpointHealth(
            maxFailures: maxConsecutiveFailures,
            baseTime: ejectionTime,
            maxTime: maxEjectionTime
        )
    }

    var newBudget: RetryBudget {
        RetryBudget(
            percent: retryBudgetPercent,
            floor: retryBudgetFloor,
            capacity: retryBudgetCapacity
        )
    }
}
