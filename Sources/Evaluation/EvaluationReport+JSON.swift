public import Foundation

/// Why a file is no evaluation report.
public enum EvaluationReportError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Not JSON, or JSON of another shape; `reason` says where.
    case notAReport(reason: String)
    /// A report of a later or unknown form.
    case unknownFormat(String)
    /// A number that JSON cannot hold.
    case notFinite(name: String)

    public var description: String {
        switch self {
        case .notAReport(let reason): "not an evaluation report: \(reason)"
        case .unknownFormat(let format):
            "a report in the format \"\(format)\", but this program reads \"\(EvaluationReport.currentFormat)\""
        case .notFinite(let name): "the figure \(name) is not a finite number and cannot be written as JSON"
        }
    }
}

extension EvaluationReport {
    /// The report as JSON: keys sorted, so that equal reports are equal texts; ends with a line end.
    public func json() throws(EvaluationReportError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        } catch EncodingError.invalidValue(_, let context) {
            throw .notFinite(name: Self.path(context.codingPath))
        } catch {
            throw .notFinite(name: "\(error)")
        }
    }

    /// Reads a report back.
    public init(json data: Data) throws(EvaluationReportError) {
        let decoder = JSONDecoder()
        do {
            let format = try decoder.decode(Header.self, from: data).format
            guard format == Self.currentFormat else { throw EvaluationReportError.unknownFormat(format) }
            self = try decoder.decode(EvaluationReport.self, from: data)
        } catch let error as EvaluationReportError {
            throw error
        } catch let error as DecodingError {
            throw .notAReport(reason: Self.reason(error))
        } catch {
            throw .notAReport(reason: error.localizedDescription)
        }
    }

    private struct Header: Decodable { let format: String }

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context): "\(path(context.codingPath + [key])) is missing"
        case .typeMismatch(let type, let context): "\(path(context.codingPath)) should be of type \(type)"
        case .valueNotFound(let type, let context): "\(path(context.codingPath)) is null, but should be a \(type)"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty ? "not valid JSON" : "\(path(context.codingPath)) cannot be read"
        @unknown default: "\(error)"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)" }.joined()
            .trimmingCharacters(in: CharacterSet(charactersIn: "."))
    }
}
