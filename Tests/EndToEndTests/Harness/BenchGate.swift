/// Keeps the number of service pairs that run at once small: each is two processes that sync to
/// disk.
actor BenchGate {
    static let shared = BenchGate()
    /// Pairs at once.
    static let maxBenches = 4

    private var open = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        guard open >= Self.maxBenches else {
            open += 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        // The place goes to who waits longest.
        guard waiting.isEmpty else { return waiting.removeFirst().resume() }
        open -= 1
    }
}
