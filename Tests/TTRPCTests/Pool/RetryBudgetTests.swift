import TTRPC
import Testing

@Suite("Pool: retry budget")
struct RetryBudgetTests {
    @Test("the floor is there before any call, and no more")
    func floor() {
        var budget = RetryBudget(percent: 10, floor: 3, capacity: 100)
        #expect((0..<3).allSatisfy { _ in budget.take() })
        #expect(budget.take() == false)
    }

    @Test("ten calls pay for one retry")
    func tenth() {
        var budget = RetryBudget(percent: 10, floor: 0, capacity: 100)
        for _ in 0..<9 { budget.called() }
        #expect(budget.take() == false)
        budget.called()
        #expect(budget.take() == true)
        #expect(budget.take() == false)
    }

    @Test("no more is saved up than the capacity")
    func capacity() {
        var budget = RetryBudget(percent: 10, floor: 1, capacity: 2)
        for _ in 0..<1000 { budget.called() }
        #expect((0..<2).allSatisfy { _ in budget.take() })
        #expect(budget.take() == false)
    }

    @Test("with nought percent nothing is paid for")
    func none() {
        var budget = RetryBudget(percent: 0, floor: 0, capacity: 0)
        for _ in 0..<1000 { budget.called() }
        #expect(budget.take() == false)
    }

    @Test("at no time were there more retries than the floor and a tenth", arguments: 0..<50)
    func bound(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let floor = Int.random(in: 0...20, using: &random)
        var budget = RetryBudget(percent: 10, floor: floor, capacity: floor + 30)
        var calls = 0
        var retries = 0
        for _ in 0..<5000 {
            if Bool.random(using: &random) {
                budget.called()
                calls += 1
            } else if budget.take() {
                retries += 1
            }
            #expect(retries * 10 <= floor * 10 + calls, "seed \(seed)")
        }
        #expect(retries > floor, "seed \(seed): the budget is used")
    }
}
