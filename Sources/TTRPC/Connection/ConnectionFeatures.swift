/// What an end of a connection understands beyond ttRPC. Nothing of it is sent to an end that did
/// not name it in `Hello`.
struct ConnectionFeatures: OptionSet, Equatable {
    let rawValue: UInt8

    /// Answers pings.
    static let ping = ConnectionFeatures(rawValue: 1)
    /// Takes word that a call is given up.
    static let cancel = ConnectionFeatures(rawValue: 2)
    /// Takes word that the other end will close.
    static let drain = ConnectionFeatures(rawValue: 4)
    /// Counts what it sends on each stream.
    static let window = ConnectionFeatures(rawValue: 8)

    /// What our client names.
    static let ofClient: ConnectionFeatures = [.ping, .drain, .window]
    /// What our server names.
    static let ofServer: ConnectionFeatures = [.ping, .cancel, .window]

    private static let names: [(ConnectionFeatures, RPCV1.Feature)] = [
        (.ping, .ping), (.cancel, .cancel), (.drain, .drain), (.window, .window),
    ]

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Features that this version has no name for are left out.
    init(_ features: [RPCV1.Feature]) {
        self.init()
        for (feature, name) in Self.names where features.contains(name) { insert(feature) }
    }

    /// As they stand in `Hello`.
    var wire: [RPCV1.Feature] {
        Self.names.filter { contains($0.0) }.map(\.1)
    }
}

/// What one end has said about itself in `Hello`.
struct PeerHello: Equatable {
    var features: ConnectionFeatures
    /// Bytes that may be sent to it on each stream before it says more; `.max` when it counts
    /// nothing.
    var windowBytes: UInt64

    /// A peer that said nothing.
    static let plain = PeerHello(features: [], windowBytes: .max)

    /// - Returns: nil for a window that is smaller than any may be.
    init?(_ features: [RPCV1.Feature], streamWindowBytes: UInt32) {
        self.features = ConnectionFeatures(features)
        windowBytes = .max
        guard self.features.contains(.window) else { return }
        guard streamWindowBytes >= StreamLimits.initialWindowBytes else { return nil }
        windowBytes = UInt64(streamWindowBytes)
    }

    private init(features: ConnectionFeatures, windowBytes: UInt64) {
        self.features = features
        self.windowBytes = windowBytes
    }
}
