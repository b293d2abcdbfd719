package import TTRPC

extension PoolConfiguration {
    /// A pool over the servers that an operator named.
    package init(_ addresses: [ListenAddress]) {
        self.init(endpoints: addresses.map { PoolEndpoint(host: $0.host, port: $0.port) })
    }
}
