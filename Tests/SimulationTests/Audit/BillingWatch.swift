import GRDB
import ServiceKit
import Storage

/// Looks at billing's books after every commit: what must hold at every moment, and not only in
/// the end.
///
/// `@unchecked Sendable`: see `SimulatedExecutor`.
final class BillingWatch: @unchecked Sendable {
    private unowned let world: World
    private var changes = 0
    private var isPlanted = false

    init(_ world: World) {
        self.world = world
    }

    /// Something was committed or read.
    func committed() {
        do {
            let isChanged = try world.databases.billing.inspect { database in
                let total = database.totalChangesCount
                defer { changes = total }
                return total != changes
            }
            guard isChanged else { return }
            try plant()
            try look()
        } catch {
            world.fail("billing's books cannot be read: \(error)")
        }
    }

    private func look() throws {
        let (live, mixed) = try world.databases.billing.inspect { database in
            (
                try database.number(
                    """
                    SELECT COUNT(*) - COUNT(DISTINCT account) FROM payments
                    WHERE state IN (1, 2, 3, 4, 5)
                    """
                ),
                try database.number(
                    "SELECT COUNT(*) FROM balances WHERE outstanding > 0 AND credit > 0"
                )
            )
        }
        if live != 0 { world.fail("an account has more than one live payment") }
        if mixed != 0 { world.fail("an account has open invoices and free credit") }
    }

    /// Plants the world's bug, once.
    private func plant() throws {
        guard let sabotage = world.sabotage, !isPlanted else { return }
        for statement in sabotage.statements where !isPlanted {
            try world.databases.billing.tamper { database in
                try database.run(statement)
                isPlanted = database.changesCount > 0
            }
        }
        if isPlanted { world.note("the bug is planted") }
    }
}
