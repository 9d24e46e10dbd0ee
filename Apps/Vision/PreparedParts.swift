import CommandLineKit

/// Reads all pictures once, as a network wants them: a bad one is found before the training, not in its midst.
struct PreparedParts: Sendable {
    let console: Console
    /// Pictures that may be left out.
    let badLimit: Int

    /// - Parameters:
    ///   - training: how many pictures there are to learn from.
    ///   - hasValidation: whether there are others to judge by.
    ///   - bad: what was left out of a part.
    ///   - read: reads one of the two parts.
    func read<Prepared>(
        training count: Int, hasValidation: Bool, bad: (Prepared) -> [any Error],
        _ read: (_ isValidation: Bool, _ badLimit: Int, _ progress: @escaping @Sendable (Int) -> Void) throws ->
            Prepared
    ) throws -> (training: Prepared, validation: Prepared?) {
        let meter = ProgressMeter(on: console, label: "reading", unit: .items("pictures"))
        defer { meter.finish() }
        let learnt = try read(false, badLimit) { meter.update(completed: Double($0), of: Double(count)) }
        let kept = hasValidation ? try read(true, badLimit - bad(learnt).count) { _ in } : nil
        meter.finish()
        for error in bad(learnt) + (kept.map(bad) ?? []) { console.error("left out: \(error)") }
        return (learnt, kept)
    }
}
