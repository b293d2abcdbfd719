package import NIOCore

// Connections: made, lost, drained, ejected; and the addresses they lead to.

extension PoolStateMachine {
    /// A connection was made.
    package mutating func connected(_ id: ConnectionID, actions: inout [Action]) {
        guard isCurrent(id, .dialling) else {
            // Its address went away, or the pool was shut down, while it was made.
            actions.append(.close(id))
            return
        }
        slots[id.slot].state = .ready
        slots[id.slot].inFlight = 0
        slots[id.slot].isProven = false
        downSince = nil
        refresh()
        if waiting > 0 { actions.append(.admit) }
    }

    /// A connection could not be made.
    ///
    /// - Parameter random: 64 bits, uniform.
    package mutating func connectFailed(
        _ id: ConnectionID,
        now: NIODeadline,
        random: UInt64,
        actions: inout [Action]
    ) {
        guard isCurrent(id, .dialling) else { return }
        vacate(id, now, random, &actions)
        giveUp(now, &actions)
    }

    /// A connection is gone. Calls on it end by themselves; it is closed after the last of them,
    /// which may have been sent over a new one already.
    ///
    /// - Parameter random: 64 bits, uniform.
    package mutating func lost(
        _ id: ConnectionID,
        now: NIODeadline,
        random: UInt64,
        actions: inout [Action]
    ) {
        guard isCurrent(id, .ready) else { return }
        drained(id, now: now, random: random, actions: &actions)
        failed(slots[id.slot].address, now)
    }

    /// A connection takes no more calls; it finishes those that it has.
    ///
    /// - Parameter random: 64 bits, uniform.
    package mutating func drained(
        _ id: ConnectionID,
        now: NIODeadline,
        random: UInt64,
        actions: inout [Action]
    ) {
        guard isCurrent(id, .ready) else { return }
        if slots[id.slot].isProven { addresses[slots[id.slot].address].isMissed = true }
        leave(id, &actions)
        vacate(id, now, random, &actions)
    }

    /// Lets a connection finish its calls.
    private mutating func leave(_ id: ConnectionID, _ actions: inout [Action]) {
        let calls = slots[id.slot].inFlight
        if calls > 0 { leaving[id] = calls } else { actions.append(.close(id)) }
    }

    /// Empties a slot, and lets its address pause.
    private mutating func vacate(
        _ id: ConnectionID,
        _ now: NIODeadline,
        _ random: UInt64,
        _ actions: inout [Action]
    ) {
        slots[id.slot].state = .idle
        slots[id.slot].inFlight = 0
        let address = slots[id.slot].address
        // Several connections lost at once are one failure.
        if addresses[address].dialAt == nil {
            addresses[address].dialAt = now + addresses[address].backoff.failed(random: random)
        }
        addresses[address].callsAtFailure = calls
        refresh()
        if open.isEmpty, downSince == nil { downSince = now }
        let isOld = lastResolved.map { now - $0 >= configuration.minResolveInterval } ?? true
        if hasNames, !isResolving, isOld { resolve(now, &actions) }
    }

    /// A call or a connection of an address failed.
    mutating func failed(_ address: Int, _ now: NIODeadline) {
        guard addresses[address].health.failed() else { return }
        let used = addresses.count { !$0.isGone }
        let ejected = addresses.count { !$0.isGone && $0.health.isEjected }
        guard (ejected + 1) * 100 <= used * configuration.maxEjectedPercent else { return }
        addresses[address].health.eject(now)
        refresh()
    }

    /// Fails those that wait when nothing is connected for too long, and nothing is on its way.
    mutating func giveUp(_ now: NIODeadline, _ actions: inout [Action]) {
        guard waiting > 0, open.isEmpty, !isDialling, !isResolving, let downSince,
            now - downSince >= configuration.connectPatience
        else { return }
        actions.append(.giveUp)
    }

    /// Dials idle slots whose address does not pause.
    ///
    /// - Parameter wantedOnly: only addresses that are missed, or all when calls came meanwhile.
    mutating func dial(
        _ now: NIODeadline,
        _ actions: inout [Action],
        wantedOnly: Bool = false
    ) {
        // Nothing was tried for a while: what is connected shows only now.
        if !wantedOnly, open.isEmpty, !isDialling { downSince = now }
        for index in addresses.indices where addresses[index].dialAt == nil {
            let address = addresses[index]
            let isWanted = address.isMissed || waiting > 0 || calls != address.callsAtFailure
            guard !address.isGone, isWanted || !wantedOnly else { continue }
            addresses[index].isMissed = false
            for slot in address.slots where slots[slot].state == .idle {
                guard mayDial(address) else { break }
                slots[slot].state = .dialling
                slots[slot].generation += 1
                let id = ConnectionID(slot: slot, generation: slots[slot].generation)
                actions.append(.dial(id, address.address))
            }
        }
        refresh()
    }

    /// An address that has failed is tried with one connection first.
    private func mayDial(_ address: Address) -> Bool {
        guard address.backoff.failures > 0 else { return true }
        let states = address.slots.map { slots[$0].state }
        return states.contains(.ready) || !states.contains(.dialling)
    }

    /// Counts anew what may be picked and what may be dialled.
    mutating func refresh() {
        let ready = slots.indices.filter { slots[$0].state == .ready }
        open = ready.filter { !addresses[slots[$0].address].health.isEjected }
        // Better one that has failed than none.
        if open.isEmpty { open = ready }
        dialable = addresses.reduce(0) { count, address in
            guard !address.isGone, address.dialAt == nil, mayDial(address) else { return count }
            return count + address.slots.count { slots[$0].state == .idle }
        }
    }

    // MARK: Addresses

    mutating func resolve(_ now: NIODeadline, _ actions: inout [Action]) {
        isResolving = true
        lastResolved = now
        actions.append(.resolve)
    }

    /// The endpoints stand for these addresses from now on. Connections to others finish their
    /// calls.
    package mutating func resolved(
        _ found: [PoolAddress],
        now: NIODeadline,
        actions: inout [Action]
    ) {
        isResolving = false
        isResolved = true
        lastResolved = now
        resolveBackoff.succeeded()
        var wanted: [PoolAddress] = []
        for address in found where !wanted.contains(address) { wanted.append(address) }
        wanted = Array(wanted.prefix(configuration.maxAddresses))
        for index in addresses.indices where !addresses[index].isGone {
            if let position = wanted.firstIndex(of: addresses[index].address) {
                wanted.remove(at: position)
            } else {
                remove(index, &actions)
            }
        }
        for address in wanted { add(address) }
        refresh()
        if waiting > 0 { dial(now, &actions) }
        giveUp(now, &actions)
    }

    /// The names could not be looked up; what was known stays.
    ///
    /// - Parameter random: 64 bits, uniform.
    package mutating func unresolved(
        now: NIODeadline,
        random: UInt64,
        actions: inout [Action]
    ) {
        isResolving = false
        if !isResolved { resolveAt = now + resolveBackoff.failed(random: random) }
        giveUp(now, &actions)
    }

    private mutating func remove(_ index: Int, _ actions: inout [Action]) {
        addresses[index].isGone = true
        addresses[index].dialAt = nil
        for slot in addresses[index].slots {
            let id = ConnectionID(slot: slot, generation: slots[slot].generation)
            switch slots[slot].state {
            case .free, .idle: break
            // Closed when the dial is through.
            case .dialling: break
            case .ready: leave(id, &actions)
            }
            slots[slot].state = .free
            slots[slot].inFlight = 0
        }
    }

    /// Takes an address into use, in the place of one that is gone if there is one.
    private mutating func add(_ address: PoolAddress) {
        let place = addresses.firstIndex { $0.isGone } ?? addresses.count
        let count = configuration.maxConnectionsPerAddress
        let range = place * count..<(place + 1) * count
        let added = Address(
            address: address,
            health: configuration.newHealth,
            backoff: Backoff(base: configuration.reconnectBase, cap: configuration.reconnectCap),
            slots: range
        )
        if place == addresses.count {
            addresses.append(added)
            slots.append(contentsOf: range.map { _ in Slot(address: place) })
        } else {
            addresses[place] = added
            for slot in range { slots[slot].state = .idle }
        }
    }
}
