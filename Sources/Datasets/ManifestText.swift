import Foundation

/// A text file taken apart into lines: a byte-order mark, carriage returns and empty lines left out.
struct ManifestText: Sendable {
    struct Line: Sendable {
        /// Counted from 1.
        let number: Int
        let text: String
    }

    let path: String
    let lines: [Line]

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
            if text.contains(where: { !$0.isWhitespace }) { lines.append(Line(number: index + 1, text: text)) }
        }
        self.lines = lines
    }

    /// The recordings that `parse` finds, one a line; a name met before is an error.
    func recordings(
        _ lines: some Sequence<Line>, parse: (Line) throws(ManifestError) -> TranscribedRecording
    ) -> [Result<TranscribedRecording, ManifestError>] {
        var firstLines: [String: Int] = [:]
        return lines.map { line in
            do throws(ManifestError) {
                let recording = try parse(line)
                if let firstLine = firstLines[recording.name] {
                    throw ManifestError(
                        path: path, line: line.number, .duplicate(name: recording.name, firstLine: firstLine))
                }
                firstLines[recording.name] = line.number
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

extension StringProtocol {
    /// Without white space at either end.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
