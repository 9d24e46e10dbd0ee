public import FoundationEssentials
import JSON

/// The page about a trained model that goes with it: what it was made from, how, and what was measured.
public struct ModelCard: Sendable {
    public let description: RunDescription
    /// The step of the checkpoint.
    public let step: Int
    /// Of the evaluation at that step, by name: `validation_loss` and what the model says beside it.
    public let figures: [(name: String, value: Double)]

    /// The card of a checkpoint in a run's folder; nil where `folder` is not one.
    ///
    /// - Parameter folder: A checkpoint's own path, or that of a link to it.
    public init?(checkpoint folder: String) throws {
        let url = URL(filePath: folder).resolvingSymlinksInPath()
        let run = url.deletingLastPathComponent().deletingLastPathComponent().path
        let file = "\(run)/\(RunFolder.descriptionName)"
        guard RunFolder.exists(file), url.lastPathComponent.hasPrefix("step-"),
            let step = Int(url.lastPathComponent.dropFirst(5))
        else { return nil }
        description = try RunFolder.read(RunDescription.self, from: file)
        self.step = step
        figures = try Self.figures(log: "\(run)/\(MetricsLog.linesName)", step: step)
    }

    /// The card as the file of a model folder, where the model comes from a run; else nothing.
    public static func files(ofCheckpoint folder: String, name: String) throws -> [String: Data] {
        guard let card = try ModelCard(checkpoint: folder) else { return [:] }
        return [fileName: Data(card.text(name: name).utf8)]
    }

    /// What the card of a model folder is called.
    public static let fileName = "README.md"

    private static func figures(log: String, step: Int) throws -> [(name: String, value: Double)] {
        guard RunFolder.exists(log) else { return [] }
        for line in try Data(contentsOf: URL(filePath: log)).split(separator: UInt8(ascii: "\n")) {
            // A line that a killed process left unfinished says nothing.
            guard let values = try? JSONReader.read(Array(line), { try $0.readValue() }),
                case .object(let entries) = values, entries["step"] == .integer(step), entries["validation_loss"] != nil
            else { continue }
            return entries.sorted { $0.key < $1.key }.compactMap { name, value in
                guard name != "step", name != "validation_targets", case .number(let number) = value else { return nil }
                return (name, number)
            }
        }
        return []
    }

    /// Whether the run trained adapters beside a model.
    public var isOfAdapters: Bool { description.options["lora"] != nil }

    /// The command that repeats the run, with every option as it was resolved; files by their names alone.
    public var command: String {
        var words = [description.program, "train"]
        for (name, value) in description.options.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .flag(let isSet): if isSet { words.append("--\(name)") }
            case .list(let values): for value in values { words += ["--\(name)", Self.word(value)] }
            case .number(let number): words += ["--\(name)", Self.short(number)]
            case .integer, .text: words += ["--\(name)", Self.word(value.description)]
            }
        }
        return words.joined(separator: " ")
    }

    /// Markdown.
    ///
    /// - Parameters:
    ///   - name: the model's.
    ///   - parameterCount: of a model that has in its weights what was trained beside them; nil where all of the model
    ///     was trained.
    public func text(name: String, mergedInto parameterCount: Int? = nil) -> String {
        let trained = "\(description.parameterCount) parameters"
        var lines = [
            "# \(name)", "",
            (parameterCount.map { "\($0) parameters, with adapters of \(trained) in them that were" } ?? "\(trained),")
                + " trained by Triptych \(description.version) "
                + "(`\(description.program) train`), checkpoint of step \(step).", "",
            "## Data", "", "| file | bytes | SHA-256 |", "|---|--:|---|",
        ]
        for file in description.data {
            lines.append("| \(Self.word(file.path)) | \(file.byteCount) | `\(file.sha256)` |")
        }
        lines += ["", "## Command", "", "```", command, "```"]
        if !figures.isEmpty {
            lines += ["", "## Measured", "", "On the part of the data that was kept for validation:", ""]
            lines += ["| figure | value |", "|---|--:|"]
            for (name, value) in figures {
                let words = name.split(separator: "_").joined(separator: " ")
                lines.append("| \(words) | \(Self.rounded(value)) |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The last component of a path: the card goes to others, folders of this machine mean nothing to them.
    private static func word(_ text: String) -> String {
        let name = text.hasPrefix("/") ? URL(filePath: text).lastPathComponent : text
        return name.contains(where: \.isWhitespace) ? "'\(name)'" : name
    }

    /// As few digits as tell a `Float` from its neighbours: options are kept as `Double`, even where they were not.
    private static func short(_ number: Double) -> String {
        if let integer = Int(exactly: number) { return "\(integer)" }
        return Double(Float(number)) == number ? "\(Float(number))" : "\(number)"
    }

    private static func rounded(_ value: Double) -> String {
        let scaled = (value * 10_000).rounded()
        guard abs(scaled) < 1e15 else { return "\(value)" }
        let digits = String(Int(abs(scaled)))
        let padded = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        return (scaled < 0 ? "-" : "") + padded.dropLast(4) + "." + padded.suffix(4)
    }
}
