/// How often things go wrong in a world, each in thousandths.
struct Faults {
    /// A request or a reply is lost.
    var loss = 0
    /// A message between the two services is lost: customers and operators reach both.
    var partition = 0
    /// A request arrives twice.
    var doubling = 0
    /// A message takes seconds, and arrives after others that were sent later.
    var lateness = 0
    /// A process ends at one of the places where it may.
    var crash = 0
    /// The line to the bank loses a request or a reply, or brings a request late.
    var bankSilence = 0
    /// A commit or a reading takes its time.
    var slowDisk = 0

    /// How often a message is lost.
    func loss(isBetweenServices: Bool) -> Int {
        isBetweenServices ? max(loss, partition) : loss
    }

    /// Nothing goes wrong.
    static let none = Faults()

    /// The faults of a while: it is calm in one way and bad in another, and sometimes a line is
    /// dead.
    static func drawn(_ random: inout SplitMix64) -> Faults {
        Faults(
            loss: random.pick([0, 20, 60, 150, 0, 20, 60, 1000]),
            doubling: random.pick([0, 50, 200]),
            lateness: random.pick([0, 30, 100]),
            crash: random.pick([0, 2, 5, 12]),
            bankSilence: random.pick([0, 30, 100, 0, 30, 1000]),
            slowDisk: random.pick([0, 50, 200])
        )
    }
}
