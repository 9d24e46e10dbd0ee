import CommandLineKit
import Foundation

/// Where a result goes: standard output, or a file that is whole or absent.
final class ResultStream {
    private let console: Console
    private let file: ResultFileWriter?
    /// Whether what there is of a file stays, beside its place, where the work was cut short: for work that cannot be
    /// repeated.
    private let keepsPartial: Bool

    init(_ path: String?, keepsPartial: Bool = false, _ console: Console) throws {
        self.console = console
        self.keepsPartial = keepsPartial
        file = try path.map { try ResultFileWriter($0) }
    }

    func write(_ text: String) throws {
        if let file { try file.write(text) } else { try console.write(text) }
    }

    /// - Parameter isWhole: whether a file gets its name.
    func finish(isWhole: Bool) throws {
        if isWhole {
            try file?.finish()
        } else if keepsPartial, let path = file?.keepPartial() {
            console.note("what was written until then is in \(path)")
        }
    }
}

/// A result of rows, in one of the forms.
enum DelimitedForm {
    case commas, tabs

    func row(_ fields: [String]) -> String {
        switch self {
        case .commas: fields.map(Self.quoted).joined(separator: ",") + "\n"
        case .tabs: fields.map(Self.plain).joined(separator: "\t") + "\n"
        }
    }

    /// RFC 4180, section 2.
    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { ",\"\n\r".contains($0) || $0.isNewline }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    /// A field cannot hold what separates fields and rows.
    private static func plain(_ text: String) -> String {
        String(text.map { $0 == "\t" || $0.isNewline ? " " : $0 })
    }
}

/// A value as JSON on one line.
func lineOfJSON(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}
