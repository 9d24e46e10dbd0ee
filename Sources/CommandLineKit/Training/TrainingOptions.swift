public import ArgumentParser

/// How a model is trained: spelled alike in all programs. What is not given comes from the configuration file, then from
/// the preset.
public struct TrainingOptions: ParsableArguments {
    public enum Schedule: String, ExpressibleByArgument, CaseIterable, Sendable {
        case constant, linear, cosine
        case inverseSquareRoot = "inverse-square-root"
        case step, plateau
    }

    public enum Method: String, ExpressibleByArgument, CaseIterable, Sendable { case adamw, sgd }

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Folder of the run, which is made: checkpoints, metrics, curve.", valueName: "folder"))
    public var output: String?
    @Option(
        help: ArgumentHelp(
            "Go on with the run in this folder, with its options; the end and the intervals may be changed.",
            valueName: "folder"))
    public var resume: String?
    @Option(
        help: ArgumentHelp(
            "Take options from this JSON file, {\"batch-size\": 16, …}, or from a run's run.json; options of the command line win.",
            valueName: "file"))
    public var config: String?

    @Option(help: ArgumentHelp("Stop after this many steps.", valueName: "count"))
    public var maxSteps: Int?
    @Option(help: ArgumentHelp("Stop after this many passes over the data.", valueName: "count"))
    public var epochs: Int?
    @Option(help: ArgumentHelp("Stop after this time: 90s, 45m, 2h, 1h30m.", valueName: "time"))
    public var maxTime: TimeSpan?
    @Option(help: ArgumentHelp("Samples computed at once.", valueName: "count"))
    public var batchSize: Int?
    @Option(help: ArgumentHelp("Batches whose gradients make one step.", valueName: "count"))
    public var accumulation: Int?
    @Option(help: ArgumentHelp("Highest learning rate.", valueName: "rate"))
    public var learningRate: Double?
    @Option(help: "How the learning rate goes on after its warm-up.")
    public var schedule: Schedule?
    @Option(help: ArgumentHelp("Steps in which the learning rate rises to its highest.", valueName: "steps"))
    public var warmUp: Int?
    @Option(help: ArgumentHelp("Steps between evaluations, each preceded by a checkpoint.", valueName: "steps"))
    public var evaluateEvery: Int?
    @Option(help: ArgumentHelp("Stop when so many evaluations in a row have not been better.", valueName: "count"))
    public var patience: Int?
    @Option(help: ArgumentHelp("Seed of all random numbers.", valueName: "number"))
    public var seed: UInt32?
    @Flag(help: "Do one step, tell its time and memory, and write nothing.")
    public var dryRun = false
    @Flag(help: "Train on the first batch alone: a model that can learn brings its loss near zero.")
    public var overfitBatch = false

    // Less often needed: shown by --help-hidden.
    @Option(
        help: ArgumentHelp(
            "Learning rate at the end, as a fraction of the highest.", valueName: "fraction", visibility: .hidden))
    public var finalRate: Double?
    @Option(
        help: ArgumentHelp(
            "Steps between the reductions of the schedule 'step'.", valueName: "steps", visibility: .hidden))
    public var stepInterval: Int?
    @Option(
        help: ArgumentHelp("Factor of a reduction by 'step' or 'plateau'.", valueName: "factor", visibility: .hidden))
    public var stepFactor: Double?
    @Option(
        help: ArgumentHelp(
            "Evaluations without improvement that 'plateau' bears before it reduces the rate.", valueName: "count",
            visibility: .hidden))
    public var plateauPatience: Int?
    @Option(help: ArgumentHelp("Optimizer.", visibility: .hidden))
    public var optimizer: Method?
    @Option(help: ArgumentHelp("Weight decay of matrices.", valueName: "number", visibility: .hidden))
    public var weightDecay: Double?
    @Option(help: ArgumentHelp("Decay of AdamW's mean of gradients.", valueName: "number", visibility: .hidden))
    public var beta1: Double?
    @Option(help: ArgumentHelp("Decay of AdamW's mean of squared gradients.", valueName: "number", visibility: .hidden))
    public var beta2: Double?
    @Option(help: ArgumentHelp("Momentum of 'sgd'.", valueName: "number", visibility: .hidden))
    public var momentum: Double?
    @Flag(help: ArgumentHelp("Nesterov's momentum for 'sgd'.", visibility: .hidden))
    public var nesterov = false
    @Option(help: ArgumentHelp("Largest norm of the gradient; 0 for no limit.", valueName: "norm", visibility: .hidden))
    public var clip: Double?
    @Option(
        help: ArgumentHelp(
            "Evaluate and keep the moving average of the weights with this decay.", valueName: "decay",
            visibility: .hidden))
    public var average: Double?
    @Option(help: ArgumentHelp("Batches that an evaluation looks at.", valueName: "count", visibility: .hidden))
    public var evaluationBatches: Int?
    @Option(help: ArgumentHelp("Steps between further checkpoints.", valueName: "steps", visibility: .hidden))
    public var saveEvery: Int?
    @Option(
        help: ArgumentHelp(
            "Newest checkpoints that are kept beside the best one.", valueName: "count", visibility: .hidden))
    public var keep: Int?

    public init() {}

    public func validate() throws {
        for (name, value) in [("output", output), ("resume", resume), ("config", config)] where value == "" {
            throw ValidationError("--\(name) is empty; name a \(name == "config" ? "file" : "folder").")
        }
        if resume != nil, dryRun { throw ValidationError("--resume and --dry-run exclude each other.") }
        if resume != nil, output != nil {
            throw ValidationError("--resume goes on in its own folder; leave --output out.")
        }
        if let batchSize, batchSize < 1 {
            throw ValidationError("--batch-size \(batchSize) is not possible; give at least 1.")
        }
    }

    /// Throws where nothing says into which folder a run goes. Not part of `validate()`: it may stand in a configuration file.
    public func checkFolder() throws {
        if resume == nil, output == nil, !dryRun {
            throw ValidationError("--output is missing; name the run's folder.")
        }
    }
}
