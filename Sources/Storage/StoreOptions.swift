/// The limits of a store.
package struct StoreOptions: Sendable {
    /// Steps that share one commit.
    package var maxBatch = 128
    /// Steps that may wait; one more is refused.
    package var maxQueued = 8192
    /// Frames of the write-ahead log after which the writer moves them into the database. A
    /// quarter more throughput than SQLite's own 1,000, measured.
    package var checkpointFrames = 8000
    /// Readers at once.
    package var maxReaders = 4
    /// Overwrite what is deleted with zeros.
    package var secureDelete = false
    /// Runs what answers all those of one commit: their tasks are resumed in it one by one, and
    /// may be gathered.
    package var answering: @Sendable (_ answers: () -> Void) -> Void = { answers in answers() }

    package init() {}
}
