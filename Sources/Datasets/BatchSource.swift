/// Data as micro-batches that can be asked for by number, so that the place in the data is a number too, and a run that is
/// resumed there sees what an uninterrupted one would have seen.
public protocol BatchSource<Batch>: Sendable {
    associatedtype Batch: Sendable

    /// Micro-batches of one pass over the data; at least 1.
    var batchesPerEpoch: Int { get }

    /// The micro-batch `index`, below ``batchesPerEpoch``, of the pass `epoch`. The same arguments give the same batch
    /// whatever was asked before: a shuffle is keyed by the pass, and random changes to a sample by its number as well.
    func batch(_ index: Int, epoch: Int) throws -> Batch
}

extension BatchSource {
    /// How many batches so many samples make; in training those that do not fill one wait for another pass, unless there are
    /// no others.
    public static func batchCount(_ samples: Int, batchSize: Int, isTraining: Bool) -> Int {
        let whole = samples / batchSize
        return isTraining && whole > 0 ? whole : (samples - 1) / batchSize + 1
    }
}
