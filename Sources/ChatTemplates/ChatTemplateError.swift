/// Why a chat template cannot be used, or could not be rendered, and where in it.
public struct ChatTemplateError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Error, Sendable, Equatable {
        /// What stands there, and what should.
        case unexpected(String, expected: String)
        case unknownStatement(String)
        case unknownFilter(String)
        case unknownTest(String)
        /// A method that values of this kind do not have here.
        case unknownMethod(String, of: String)
        /// Something is done with a variable or an attribute that does not exist.
        case undefined(String)
        /// An operation that its operands do not allow.
        case invalidOperation(String)
        /// The template itself refuses the conversation.
        case raised(String)
        /// Templates are strangers' programs: what they may use up is limited.
        case limitExceeded(RenderingLimits.Kind, limit: Int)
        case unsupportedTimeFormat(String)
    }

    /// What errors call the template.
    public let template: String
    /// From 1; 0 where the fault has no place in the template.
    public let line: Int
    public let column: Int
    public let reason: Reason

    public init(template: String, line: Int, column: Int, _ reason: Reason) {
        self.template = template
        self.line = line
        self.column = column
        self.reason = reason
    }

    public var description: String {
        let place = line > 0 ? "\(template):\(line):\(column)" : template
        return "\(place): \(reasonText)"
    }

    private static let wayRound = "take another template with --chat-template FILE|NAME"

    private var reasonText: String {
        switch reason {
        case .unexpected(let found, let expected):
            "\(Self.shortened(found)) stands where \(expected) was expected; \(Self.wayRound)"
        case .unknownStatement(let name):
            "the statement '\(Self.shortened(name))' is not known here; \(Self.wayRound)"
        case .unknownFilter(let name): "the filter '\(Self.shortened(name))' is not known here; \(Self.wayRound)"
        case .unknownTest(let name): "the test '\(Self.shortened(name))' is not known here; \(Self.wayRound)"
        case .unknownMethod(let name, let kind):
            "a \(kind) has no method '\(Self.shortened(name))' here; \(Self.wayRound)"
        case .undefined(let name): "\(Self.shortened(name)), but something is done with it; \(Self.wayRound)"
        case .invalidOperation(let text): "\(Self.shortened(text)); \(Self.wayRound)"
        case .raised(let message): "the template refuses the conversation: \(Self.shortened(message))"
        case .limitExceeded(let kind, let limit): "\(kind.text) (\(limit)); \(Self.wayRound)"
        case .unsupportedTimeFormat(let format):
            "strftime_now does not know '\(Self.shortened(format))' here; \(Self.wayRound)"
        }
    }

    /// On one line and not endless: a template must not write on somebody's terminal.
    private static func shortened(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars.prefix(200) {
            result += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return text.unicodeScalars.count > 200 ? result + "…" : result
    }
}
