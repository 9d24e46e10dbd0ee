/// Why a run cannot begin, go on or be resumed.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A loss or a gradient that is NaN or infinite.
    public enum Quantity: String, Sendable, Equatable { case loss, gradient }

    case invalidSetting(name: String, expected: String)
    /// The learning rate follows a curve to an end that is not known.
    case scheduleNeedsEnd
    /// The last checkpoint is from before the step.
    case notFinite(Quantity, step: Int, batches: ClosedRange<Int>, epoch: Int, lastCheckpoint: String?)
    case validationLossNotFinite(step: Int, lastCheckpoint: String?)
    /// A step whose batches hold nothing to predict.
    case noTargets(step: Int)
    case runExists(path: String)
    case runInUse(path: String)
    case notARun(path: String)
    /// All checkpoints are damaged; what is wrong with the newest.
    case noCheckpoint(path: String, newest: String, reason: String)
    case damagedFile(path: String, reason: String)
    /// What a resumed run would be trained on is not what it was trained on.
    case dataChanged(path: String)
    /// An option that a resumed run cannot change; its value, if it had one.
    case optionIsFixed(name: String, value: String?)
    case otherModel(parameterCount: Int, expected: Int)
    case cannotSave(step: Int, reason: String, lastCheckpoint: String?)

    public var description: String {
        switch self {
        case .invalidSetting(let name, let expected): "--\(name) is not possible; give \(expected)"
        case .scheduleNeedsEnd:
            "the learning rate falls towards the end of the run, which is not known; give --max-steps, --epochs or "
                + "--max-time, or another --schedule"
        case .notFinite(let quantity, let step, let batches, let epoch, let lastCheckpoint):
            "the \(quantity) of step \(step) is not a finite number (\(Self.text(batches)) of pass \(epoch + 1)); look at "
                + "that data, or try a lower --learning-rate or --clip\(Self.kept(lastCheckpoint))"
        case .validationLossNotFinite(let step, let lastCheckpoint):
            "the validation loss after step \(step) is not a finite number\(Self.kept(lastCheckpoint))"
        case .noTargets(let step): "the batches of step \(step) hold nothing to predict"
        case .runExists(let path):
            "\(path.debugDescription) holds a training run already; resume it with --resume, or choose another --output"
        case .runInUse(let path): "another process is training in \(path.debugDescription)"
        case .notARun(let path): "\(path.debugDescription) is not a training run: it has no run.json"
        case .noCheckpoint(let path, let newest, let reason):
            "the run \(path.debugDescription) has no whole checkpoint to resume from; of the newest, "
                + "\(newest.debugDescription), this is wrong: \(reason)"
        case .damagedFile(let path, let reason): "\(path.debugDescription): \(reason)"
        case .dataChanged(let path):
            "\(path.debugDescription) is not what the run was trained on; bring the old data back, or start a new run"
        case .optionIsFixed(let name, let value):
            "--\(name) \(value.map { "was \($0)" } ?? "was not given") when the run began, and cannot change; start a new run"
        case .otherModel(let parameterCount, let expected):
            "the model has \(parameterCount) parameters, but the run's has \(expected)"
        case .cannotSave(let step, let reason, let lastCheckpoint):
            "step \(step) could not be saved: \(reason)\(Self.kept(lastCheckpoint))"
        }
    }

    private static func text(_ batches: ClosedRange<Int>) -> String {
        batches.count == 1
            ? "batch \(batches.lowerBound + 1)" : "batches \(batches.lowerBound + 1)-\(batches.upperBound + 1)"
    }

    private static func kept(_ checkpoint: String?) -> String {
        checkpoint.map { "; the last checkpoint is \($0.debugDescription)" } ?? "; nothing was saved before"
    }
}
