/// What an evaluation found, and all that is needed to judge and repeat it: one form for speech, vision and text.
///
/// Names of models and data are accompanied by hashes of their contents; no path of this machine is kept beside the
/// names of items.
public struct EvaluationReport: Sendable, Hashable, Codable {
    /// Changes whenever an older reader would misunderstand a report.
    public static let currentFormat = "triptych-evaluation/1"

    public var format = Self.currentFormat
    /// What was done: `speech transcription`.
    public var task: String
    public var model: Model
    public var data: DataSet
    /// Everything that was chosen: normalizer, decoding, language.
    public var settings: [String: Setting]
    /// The headline first.
    public var figures: [Figure]
    public var items: [Item]
    /// How the classes fared, where the task is to tell them apart.
    public var classes: Classes?
    /// How the classes fared, where the task is to find things.
    public var detection: DetectionScores?
    /// Which words were wrong, where texts were heard.
    public var wordErrors: WordErrors?
    /// How each speaker fared, in the order of their names, where they are known.
    public var speakers: [Speaker]?
    public var environment: Environment
    public var timing: Timing

    public init(
        task: String, model: Model, data: DataSet, settings: [String: Setting], figures: [Figure], items: [Item],
        environment: Environment, timing: Timing
    ) {
        self.task = task
        self.model = model
        self.data = data
        self.settings = settings
        self.figures = figures
        self.items = items
        self.environment = environment
        self.timing = timing
    }

    public struct Model: Sendable, Hashable, Codable {
        public var name: String
        public var architecture: String
        /// SHA-256 of the weights file, in hexadecimal; of several, that of the lines `hash  name` in order of names.
        public var weightsSHA256: String
        public var parameterCount: Int

        public init(name: String, architecture: String, weightsSHA256: String, parameterCount: Int) {
            self.name = name
            self.architecture = architecture
            self.weightsSHA256 = weightsSHA256
            self.parameterCount = parameterCount
        }
    }

    public struct DataSet: Sendable, Hashable, Codable {
        public var name: String
        /// SHA-256, in hexadecimal, of one line per item in order: its name, the hash of its contents (`-` where it
        /// could not be read) and its reference, between tabs.
        public var sha256: String
        public var itemCount: Int

        public init(name: String, sha256: String, itemCount: Int) {
            self.name = name
            self.sha256 = sha256
            self.itemCount = itemCount
        }
    }

    /// One thing that the model was tried on.
    public struct Item: Sendable, Hashable, Codable {
        /// Its name in the manifest.
        public var name: String
        public var reference: String?
        public var output: String?
        /// Its share in each figure that sums over items.
        public var figures: [String: Ratio]
        /// What those shares were made from, by the figure's name: its substitutions and the like. Nil where there are none.
        public var parts: [String: [String: Double]]?
        /// Who speaks, where that is known.
        public var speaker: String?
        /// Reference and output as they were compared, in one text (``Alignment/marked(reference:hypothesis:)``); nil where
        /// they agree, or are not compared by words.
        public var alignment: String?
        /// Why it failed; then it is in no figure.
        public var error: String?

        public init(
            name: String, reference: String?, output: String? = nil, figures: [String: Ratio] = [:],
            parts: [String: [String: Double]]? = nil, error: String? = nil
        ) {
            self.name = name
            self.reference = reference
            self.output = output
            self.figures = figures
            self.parts = parts
            self.error = error
        }
    }

    public struct Classes: Sendable, Hashable, Codable {
        public var scores: [ConfusionMatrix.Score]
        public var confusion: ConfusionMatrix

        public init(_ confusion: ConfusionMatrix) { (scores, self.confusion) = (confusion.scores, confusion) }
    }

    public struct Environment: Sendable, Hashable, Codable {
        /// Of Triptych.
        public var version: String
        /// The instruction set that the kernels ran with: `avx512`.
        public var kernelLevel: String
        public var threads: Int

        public init(version: String, kernelLevel: String, threads: Int) {
            self.version = version
            self.kernelLevel = kernelLevel
            self.threads = threads
        }
    }

    public struct Timing: Sendable, Hashable, Codable {
        /// What was worked through, failed items left out.
        public var amount: Double
        /// Of what: `seconds of audio`.
        public var unit: String
        /// Wall time of the work itself, loading left out.
        public var wallSeconds: Double
        /// Wall time for each unit (the real-time factor, for seconds of audio); nil where nothing was done.
        public var wallSecondsPerUnit: Double?

        public init(amount: Double, unit: String, wallSeconds: Double) {
            self.amount = amount
            self.unit = unit
            self.wallSeconds = wallSeconds
            wallSecondsPerUnit = amount > 0 ? wallSeconds / amount : nil
        }
    }

    /// Items that could not be evaluated.
    public var failedItemCount: Int { items.count { $0.error != nil } }

    /// The items with the most errors by the ratio `figure` first; those that failed or have none are left out.
    public func worstItems(by figure: String, count: Int) -> [Item] {
        let ranked = items.filter { ($0.figures[figure]?.numerator ?? 0) > 0 }
        // Errors over nothing (text invented over silence) are worse than any rate.
        func badness(_ item: Item) -> Double { item.figures[figure]?.value ?? .infinity }
        return Array(
            ranked.enumerated().sorted {
                (-badness($0.element), $0.offset) < (-badness($1.element), $1.offset)
            }.map(\.element).prefix(max(count, 0)))
    }
}
