import Foundation

/// A text file taken apart into lines, without byte-order mark and carriage returns.
struct ManifestText: Sendable {
    struct Line: Sendable {
        /// Counted from 1.
        let number: Int
        let text: String

        var isBlank: Bool { text.allSatisfy(\.isWhitespace) }
    }

    let path: String
    let allLines: [Line]

    /// Those that are not blank.
    var lines: [Line] { allLines.filter { !$0.isBlank } }

    init(path: String) throws(ManifestError) {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw ManifestError(path: path, .unreadable(Self.reason(error)))
        }
        try self.init(path: path, bytes: data)
    }

    init(path: String, bytes: some Sequence<UInt8>) throws(ManifestError) {
        self.path = path
        var bytes = Array(bytes)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        var lines: [Line] = []
        for (index, var line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            if line.last == 0x0D { line.removeLast() }
            guard let text = String(validating: line, as: UTF8.self) else {
                throw ManifestError(path: path, line: index + 1, .notUTF8)
            }
            lines.append(Line(number: index + 1, text: text))
        }
        allLines = lines
    }

    /// The recordings that `parse` finds, one a line; a name met before is an error.
    func recordings(
        _ lines: some Sequence<Line>, parse: (Line) throws(ManifestError) -> TranscribedRecording
    ) -> [Result<TranscribedRecording, ManifestError>] {
        var names = UniqueNames(path: path)
        return lines.map { line in
            do throws(ManifestError) {
                var recording = try parse(line)
                try names.add(recording.name, line: line.number)
                recording.place = "\(path):\(line.number)"
                return .success(recording)
            } catch {
                return .failure(error)
            }
        }
    }

    /// The system's words for a failed read, without the path, which our errors name themselves.
    static func reason(_ error: any Error) -> String {
        let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        guard let cause, cause.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
        return String(cString: strerror(Int32(cause.code))).lowercased()
    }
}

/// The names met so far in a manifest.
struct UniqueNames {
    let path: String
    private var firstLines: [String: Int] = [:]

    init(path: String) { self.path = path }

    mutating func add(_ name: String, line: Int) throws(ManifestError) {
        if let firstLine = firstLines[name] {
            throw ManifestError(path: path, line: line, .duplicate(name: name, firstLine: firstLine))
        }
        firstLines[name] = line
    }
}

extension StringProtocol {
    /// Without white space at either end.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
