/// What defines a run, as its `run.json` keeps it.
public struct RunDescription: Sendable, Hashable, Codable {
    /// Changes whenever an older reader would misunderstand a run.
    public static let currentFormat = "triptych-run/1"

    public var format = Self.currentFormat
    /// `text`
    public var program: String
    public var version: String
    /// Every option of the program by its long name, with the value that was resolved from flags, configuration file and
    /// preset. As a configuration file, it repeats the run.
    public var options: [String: OptionValue]
    public var settings: TrainingSettings
    public var parameterCount: Int
    public var data: [DataFile]

    /// A file that the model was trained or evaluated on.
    public struct DataFile: Sendable, Hashable, Codable {
        public var path: String
        public var byteCount: Int
        /// In hexadecimal.
        public var sha256: String

        public init(path: String, byteCount: Int, sha256: String) {
            (self.path, self.byteCount, self.sha256) = (path, byteCount, sha256)
        }
    }

    public init(
        program: String, version: String, options: [String: OptionValue], settings: TrainingSettings,
        parameterCount: Int,
        data: [DataFile]
    ) {
        (self.program, self.version, self.options) = (program, version, options)
        (self.settings, self.parameterCount, self.data) = (settings, parameterCount, data)
    }

    /// Options that may change when a run is resumed: its end, and what is written how often.
    public static let changeableOptions: Set = [
        "max-steps", "epochs", "max-time", "patience", "evaluate-every", "evaluation-batches", "save-every", "keep",
    ]

    /// Throws ``TrainingError`` where `new` is not this run gone on with.
    func checkContinuation(_ new: RunDescription) throws(TrainingError) {
        for name in Set(options.keys).union(new.options.keys).subtracting(Self.changeableOptions).sorted()
        where options[name] != new.options[name] {
            throw .optionIsFixed(name: name, value: options[name]?.description)
        }
        for (old, new) in zip(data, new.data) where (old.byteCount, old.sha256) != (new.byteCount, new.sha256) {
            throw .dataChanged(path: new.path)
        }
        if data.count != new.data.count {
            let longer = data.count > new.data.count ? data : new.data
            throw .dataChanged(path: longer[min(data.count, new.data.count)].path)
        }
        guard parameterCount == new.parameterCount else {
            throw .otherModel(parameterCount: new.parameterCount, expected: parameterCount)
        }
    }
}
