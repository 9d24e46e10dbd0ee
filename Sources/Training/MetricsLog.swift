import FoundationEssentials
import JSON

/// `metrics.jsonl`: one line per step and one per evaluation, with nothing in them that a repetition of the run would not
/// give again; `metrics.csv` holds the same as a table.
struct MetricsLog {
    /// The points of the learning curve.
    private(set) var history = History()
    private let lines: AppendedFile
    private let table: AppendedFile
    private let figureNames: [String]
    private let decisiveFigure: String?

    struct History: Sendable, Equatable {
        /// One for each step.
        var steps: [Step] = []
        var validation: [Evaluation] = []

        struct Step: Sendable, Equatable {
            var step: Int
            var loss: Double
            var smoothedLoss: Double
        }

        struct Evaluation: Sendable, Equatable {
            var step: Int
            var loss: Double
            /// What the model is chosen by, where that is not the loss.
            var figure: Double?
        }
    }

    static let linesName = "metrics.jsonl"
    static let tableName = "metrics.csv"
    private static let columns = [
        "step", "loss", "smoothed_loss", "learning_rate", "gradient_norm", "targets", "validation_loss",
    ]

    /// Opens the log of a run that stands at `step`. Steps after it, and evaluations of it or later ones, are cut off: the
    /// run will do them again.
    init(folder: String, step: Int, figureNames: [String], decisiveFigure: String? = nil) throws {
        (self.figureNames, self.decisiveFigure) = (figureNames.sorted(), decisiveFigure)
        let (linesPath, tablePath) = ("\(folder)/\(Self.linesName)", "\(folder)/\(Self.tableName)")
        let kept = try Self.keptLines(of: linesPath, through: step)
        let text = kept.map { $0.text + "\n" }.joined()
        var rows = (Self.columns + self.figureNames).joined(separator: ",")
        rows += "\n"
        for line in kept {
            rows += Self.row(line.values, figureNames: self.figureNames)
            history.add(line.values, decisiveFigure: decisiveFigure)
        }
        try RunFolder.write(Data(text.utf8), to: linesPath)
        try RunFolder.write(Data(rows.utf8), to: tablePath)
        lines = try AppendedFile(path: linesPath)
        table = try AppendedFile(path: tablePath)
    }

    mutating func add(_ report: StepReport) throws {
        let entries: [(key: String, value: JSONValue)] = [
            ("step", .integer(report.step)), ("loss", .number(report.loss)),
            ("smoothed_loss", .number(report.smoothedLoss)), ("learning_rate", .number(report.learningRate)),
            ("gradient_norm", .number(report.gradientNorm)), ("targets", .integer(report.targetCount)),
        ]
        try add(entries)
    }

    mutating func add(_ report: ValidationReport) throws {
        var entries: [(key: String, value: JSONValue)] = [
            ("step", .integer(report.step)), ("validation_loss", .number(report.loss)),
            ("validation_targets", .integer(report.targetCount)),
        ]
        for (name, value) in report.figures.sorted(by: { $0.key < $1.key }) { entries.append((name, .number(value))) }
        try add(entries)
    }

    func sync() throws {
        try lines.sync()
        try table.sync()
    }

    private mutating func add(_ entries: [(key: String, value: JSONValue)]) throws {
        let text = entries.map { "\"\($0.key)\":\(Self.text($0.value))" }.joined(separator: ",")
        try lines.append("{\(text)}\n")
        let values = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value) })
        try table.append(Self.row(values, figureNames: figureNames))
        history.add(values, decisiveFigure: decisiveFigure)
    }

    // MARK: Lines

    private static func text(_ value: JSONValue?) -> String {
        switch value {
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        default: ""
        }
    }

    private static func row(_ values: [String: JSONValue], figureNames: [String]) -> String {
        let cells = (columns + figureNames).map { text(values[$0]) }
        return cells.joined(separator: ",") + "\n"
    }

    /// The lines that stay, up to the first one that a killed process left unfinished.
    private static func keptLines(
        of path: String, through step: Int
    ) throws -> [(text: String, values: [String: JSONValue])] {
        guard step > 0, RunFolder.exists(path) else { return [] }
        // An empty file cannot be mapped.
        let contents = try Data(contentsOf: URL(filePath: path))
        var kept: [(String, [String: JSONValue])] = []
        for line in contents.split(separator: UInt8(ascii: "\n")) {
            guard let values = object(Array(line)), case .integer(let lineStep)? = values["step"] else { break }
            let isEvaluation = values["validation_loss"] != nil
            if isEvaluation ? lineStep < step : lineStep <= step {
                kept.append((String(decoding: line, as: UTF8.self), values))
            }
        }
        return kept
    }

    private static func object(_ line: [UInt8]) -> [String: JSONValue]? {
        let value = try? JSONReader.read(line) { reader in try reader.readValue() }
        guard case .object(let entries)? = value else { return nil }
        return entries
    }
}

extension MetricsLog.History {
    fileprivate mutating func add(_ values: [String: JSONValue], decisiveFigure: String?) {
        func number(_ key: String) -> Double? {
            switch values[key] {
            case .integer(let value): Double(value)
            case .number(let value): value
            default: nil
            }
        }
        guard let step = number("step").map({ Int($0) }) else { return }
        if let loss = number("loss"), let smoothed = number("smoothed_loss") {
            steps.append(Step(step: step, loss: loss, smoothedLoss: smoothed))
        } else if let loss = number("validation_loss") {
            validation.append(Evaluation(step: step, loss: loss, figure: decisiveFigure.flatMap(number)))
        }
    }
}
