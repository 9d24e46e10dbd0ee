public import ArgumentParser

/// The forms in which one verb can give its result.
public protocol OutputFormat: ExpressibleByArgument, CaseIterable, Hashable, Sendable {
    /// The form used where neither `--format` nor the ending of `--output` says otherwise.
    static var standard: Self { get }
    /// The ending of mirrored output files, without the dot.
    var fileExtension: String { get }
}

/// What follows `--format`: one form, or several with commas between.
struct FormatList<Format: OutputFormat>: ExpressibleByArgument {
    let formats: [Format]

    init?(argument: String) {
        var formats: [Format] = []
        for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let format = Format(argument: name.filter { $0 != " " }) else { return nil }
            if !formats.contains(format) { formats.append(format) }
        }
        self.formats = formats
    }

    static var allValueStrings: [String] { Format.allValueStrings }
}

/// `--format` and `--output`, spelled alike in all programs.
public struct OutputOptions<Format: OutputFormat>: ParsableArguments {
    @Option(
        name: .customLong("format"),
        help: ArgumentHelp(
            "Form of the result, or several with commas between; by default the ending of --output decides, else "
                + "\(Format.standard.defaultValueDescription)."
        ))
    var requestedFormats: FormatList<Format>?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write to this file, or with several inputs into this folder, which mirrors theirs; '-' is standard output.",
            valueName: "path"))
    public var output: String?

    public init() {}

    /// At least one, each once.
    public var formats: [Format] {
        if let requestedFormats { return requestedFormats.formats }
        guard let output, let dot = output.lastIndex(of: ".") else { return [.standard] }
        let ending = output[output.index(after: dot)...].lowercased()
        return [Format.allCases.first { $0.fileExtension.lowercased() == ending } ?? .standard]
    }

    public func validate() throws {
        if output == "" { throw ValidationError("--output is empty; name a file or a folder, or '-'.") }
        if formats.count > 1, writesToStandardOutput {
            throw ValidationError(
                "\(formats.count) forms do not fit into one standard output; give --output FOLDER, or the part that "
                    + "their names have in common.")
        }
    }

    public var writesToStandardOutput: Bool { output == nil || output == "-" }

    /// Decides where each result goes.
    public func plan(for list: InputList) throws(OutputError) -> OutputPlan {
        try OutputPlan(for: list, output: output, fileExtensions: formats.map(\.fileExtension))
    }
}
