import Logging
import NIOConcurrencyHelpers
import ServiceKit
import TTRPC

// The gateway's feed: a stream, or pages where the gateway has none.
extension BillingRecovery {
    /// Follows the gateway's feed from the stored cursor until its stream ends, the task is
    /// cancelled, or the gateway's records are not those we know. A gateway without the stream is
    /// read by pages, once: it may be of an older version.
    func followFeed() async {
        guard !resolver.health.hasDataLoss else { return }
        guard configuration.streamsFeed, !takesPages() else { return await readPages() }
        do {
            let known = try await store.gatewayFeed()
            try await gateway.follow(after: known) { events, position in
                try await applyWhole(events, position)
            }
        } catch let error as RPCError where error.code == .unimplemented {
            logger.debug("the gateway's feed has no stream", metadata: ["error": "\(error)"])
            pagesLeft.withLockedValue { $0 = configuration.feedPagesWithoutStream }
            await readPages()
        } catch {
            failed(error)
        }
    }

    /// Whether pages are read this time.
    private func takesPages() -> Bool {
        pagesLeft.withLockedValue { left in
            guard left > 0 else { return false }
            left -= 1
            return true
        }
    }

    /// Reads pages, each in a task of its own: a step is not cut off by a shutdown, and a shutdown
    /// waits for one page at the most.
    private func readPages() async {
        while !Task.isCancelled {
            let page = scheduler.spawn { () async -> Bool in
                do {
                    return try await self.readPage()
                } catch {
                    self.failed(error)
                    return false
                }
            }
            guard await page.value else { return }
        }
    }

    private func failed(_ error: any Error) {
        if let error = error as? RPCError {
            guard !resolver.isDataLoss(error) else { return }
            logger.debug("the gateway's feed cannot be read", metadata: ["error": "\(error)"])
        } else if !Task.isCancelled {
            logger.warning("the gateway's feed was not applied", metadata: ["error": "\(error)"])
        }
    }

    /// Reads the gateway's feed up to its end.
    func readFeed() async {
        do {
            while try await readPage() {}
        } catch {
            failed(error)
        }
    }

    /// - Returns: whether there may be more.
    private func readPage() async throws -> Bool {
        guard !resolver.health.hasDataLoss else { return false }
        let known = try await store.gatewayFeed()
        let (events, position) = try await gateway.events(
            after: known,
            limit: configuration.feedPageSize
        )
        guard try await apply(events, position, since: known) else { return false }
        return events.count == configuration.feedPageSize
    }

    /// Applies a batch of a stream in a task of its own: the end of the task that reads cuts off no
    /// step.
    ///
    /// - Returns: whether the gateway's records are those we know.
    private func applyWhole(
        _ events: [GatewayEvent],
        _ position: GatewayPosition
    ) async throws -> Bool {
        let work = scheduler.spawn { () async -> Result<Bool, any Error> in
            do {
                return .success(try await self.applyInSteps(events, position))
            } catch {
                return .failure(error)
            }
        }
        return try await work.value.get()
    }

    private func applyInSteps(
        _ events: [GatewayEvent],
        _ position: GatewayPosition
    ) async throws -> Bool {
        var rest = events[...]
        // An empty batch says where the gateway's store stands.
        repeat {
            guard !resolver.health.hasDataLoss else { return false }
            let step = Array(rest.prefix(configuration.feedPageSize))
            rest = rest.dropFirst(step.count)
            let known = try await store.gatewayFeed()
            guard try await apply(step, position, since: known) else { return false }
        } while !rest.isEmpty
        return true
    }

    /// Applies events in one step, if they are of the store we know.
    ///
    /// - Parameters:
    ///   - events: in their order; none is nothing to apply.
    ///   - position: that came with them.
    ///   - known: the feed's position before they were asked for, or after those before them.
    /// - Returns: whether they are of the store we know.
    private func apply(
        _ events: [GatewayEvent],
        _ position: GatewayPosition,
        since known: GatewayCursor?
    ) async throws -> Bool {
        guard try await resolver.isKnown(position, since: known) else { return false }
        guard !events.isEmpty else { return true }
        let page = try await store.apply(events, epoch: position.epoch)
        if page.parked > 0 {
            logger.error(
                "events of the gateway could not be applied and are parked",
                metadata: ["count": "\(page.parked)"]
            )
        }
        if page.exceptions > 0 {
            logger.error(
                "the gateway contradicts how payments ended: exceptions are open",
                metadata: ["count": "\(page.exceptions)"]
            )
        }
        return true
    }
}
