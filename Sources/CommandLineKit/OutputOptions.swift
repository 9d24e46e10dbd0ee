public import ArgumentParser

/// The forms in which one verb can give its result.
public protocol OutputFormat: ExpressibleByArgument, CaseIterable, Hashable, Sendable {
    /// The form used where neither `--format` nor the ending of `--output` says otherwise.
    static var standard: Self { get }
    /// The ending of mirrored output files, without the dot.
    var fileExtension: String { get }
}

/// `--format` and `--output`, spelled alike in all programs.
public struct OutputOptions<Format: OutputFormat>: ParsableArguments {
    @Option(
        name: .customLong("format"),
        help: ArgumentHelp(
            "Form of the result; by default the ending of --output decides, else \(Format.standard.defaultValueDescription)."
        ))
    var requestedFormat: Format?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write to this file, or with several inputs into this folder, which mirrors theirs; '-' is standard output.",
            valueName: "path"))
    public var output: String?

    public init() {}

    public var format: Format {
        if let requestedFormat { return requestedFormat }
        guard let output, let dot = output.lastIndex(of: ".") else { return .standard }
        let ending = output[output.index(after: dot)...].lowercased()
        return Format.allCases.first { $0.fileExtension == ending } ?? .standard
    }

    public func validate() throws {
        if output == "" { throw ValidationError("--output is empty; name a file or a folder, or '-'.") }
    }

    /// Decides where each result goes.
    public func plan(for list: InputList) throws(OutputError) -> OutputPlan {
        try OutputPlan(for: list, output: output, fileExtension: format.fileExtension)
    }
}
