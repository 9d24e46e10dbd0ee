import CommandLineKit
import SpeechModels

/// Where the results of one recording go while it is heard: to files, which have their names only when they are whole,
/// or to standard output, phrase by phrase as far as the form allows.
final class TranscriptDelivery {
    private struct File {
        var writer: any TranscriptWriter
        let file: ResultFileWriter
    }

    private var files: [File] = []
    private var printed: (any TranscriptWriter)?
    private let print: (String) throws -> Void
    /// JSON that is not whole is no JSON: it waits for its end.
    private let printsAtOnce: Bool
    private var waiting = ""
    private var hasBegun = false

    /// - Parameters:
    ///   - formats: one for each file of `destination`, or the one for standard output.
    ///   - makeWriter: given the form and whether it must be a line.
    ///   - print: writes to standard output.
    init(
        _ destination: OutputPlan.Destination, formats: [TranscriptFormat],
        makeWriter: (TranscriptFormat, Bool) -> any TranscriptWriter, print: @escaping (String) throws -> Void
    ) throws {
        self.print = print
        printsAtOnce = formats != [.json]
        switch destination {
        case .standardOutput: printed = formats.first.map { makeWriter($0, true) }
        case .files(let paths):
            files = try zip(formats, paths).map { format, path in
                File(writer: makeWriter(format, false), file: try ResultFileWriter(path))
            }
        }
    }

    func add(_ segment: TranscriptSegment) throws {
        try begin()
        if let text = try printed?.add(segment) { try show(text) }
        for index in files.indices { try files[index].file.write(files[index].writer.add(segment)) }
    }

    /// Completes every result that can be completed; throws the first error of those that cannot.
    func finish(_ transcript: Transcript) throws {
        try begin()
        if let printed { try print(waiting + printed.closing(transcript, isComplete: true)) }
        let outcomes = files.map { entry in
            Result {
                try entry.file.write(entry.writer.closing(transcript, isComplete: true))
                try entry.file.finish()
            }
        }
        for outcome in outcomes { try outcome.get() }
    }

    /// Keeps what files hold that will not be completed, if there is anything.
    ///
    /// - Parameter transcript: what was heard so far.
    /// - Returns: the names of the files that hold it.
    func keepPartial(_ transcript: Transcript) -> [String] {
        files.compactMap { entry in
            guard !transcript.segments.isEmpty else {
                entry.file.discard()
                return nil
            }
            // An error has brought us here and is reported; if the disk is full, what it holds already is kept.
            if let end = try? entry.writer.closing(transcript, isComplete: false) { try? entry.file.write(end) }
            return entry.file.keepPartial()
        }
    }

    private func begin() throws {
        guard !hasBegun else { return }
        hasBegun = true
        if let text = try printed?.opening { try show(text) }
        for entry in files { try entry.file.write(entry.writer.opening) }
    }

    private func show(_ text: String) throws {
        if printsAtOnce { try print(text) } else { waiting += text }
    }
}
