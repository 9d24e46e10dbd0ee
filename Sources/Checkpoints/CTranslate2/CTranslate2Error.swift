/// A CTranslate2 `model.bin` that is broken, or not a Whisper model as this project knows it.
public struct CTranslate2Error: Error, Sendable, Equatable, CustomStringConvertible {
    /// The rules; they are explained in docs/formats/checkpoints.md.
    public enum Rule: Sendable, Equatable {
        // The file
        case unsupportedVersion(UInt32)
        case unsupportedModel(String)
        case unsupportedRevision(UInt32)
        case endsTooEarly(offset: Int, wanted: Int)
        case malformedText(offset: Int)
        case tooManyVariables(limit: Int)
        case bytesAfterEnd(count: Int)

        // One variable
        case duplicateName
        case unsupportedRank(Int)
        case unsupportedShape([Int])
        case unknownElementType(UInt8)
        case sizeOverflow(shape: [Int])
        case sizeMismatch(expected: Int, stored: Int)
        case aliasWithoutTarget(String)

        // Whisper
        case missingVariables([String])
        case unknownVariables([String])
        case missingLayers
        case wrongRank(expected: Int, shape: [Int])
        case unequalRows(count: Int, parts: Int)
        case unsupportedValue(Int, expected: Int)
        case notAnInteger
        case keyBiasNotZero
        case unsupportedElementType(String)
        case missingScale
        case scaleCount(Int, rows: Int)
        case scaleNotPositive(index: Int)
    }

    public let path: String
    /// The variable in question, by its name in the file; nil where the rule is about the whole file.
    public let variable: String?
    public let rule: Rule

    public init(path: String, variable: String? = nil, _ rule: Rule) {
        self.path = path
        self.variable = variable
        self.rule = rule
    }

    public var description: String {
        let subject = variable.map { ", variable \($0.quotedForMessage)" } ?? ""
        return "\(path.quotedForMessage)\(subject): \(rule.text)"
    }
}

extension CTranslate2Error.Rule {
    fileprivate var text: String {
        switch self {
        case .unsupportedVersion(let version):
            "has the version \(version), supported are 5 and 6; convert the model with CTranslate2 3 or 4"
        case .unsupportedModel(let name): "is a \(name.quotedForMessage), only WhisperSpec is supported"
        case .unsupportedRevision(let revision):
            "has the layout revision \(revision), supported is 3; convert the model with CTranslate2 3 or 4"
        case .endsTooEarly(let offset, let wanted):
            "ends too early: \(wanted) bytes were expected at byte \(offset); fetch the file again"
        case .malformedText(let offset): "a name at byte \(offset) is malformed; fetch the file again"
        case .tooManyVariables(let limit): "holds more than the allowed \(limit) variables; fetch the file again"
        case .bytesAfterEnd(let count): "\(count) bytes follow after the end; fetch the file again"
        case .duplicateName: "the name occurs twice; convert the model again"
        case .unsupportedRank(let rank): "has \(rank) axes, at most 6 are supported; convert the model again"
        case .unsupportedShape(let shape):
            "an extent of the shape \(shape) is above 2147483647; convert the model again"
        case .unknownElementType(let code): "has the unknown element type \(code); convert the model again"
        case .sizeOverflow(let shape): "the shape \(shape) overflows; convert the model again"
        case .sizeMismatch(let expected, let stored):
            "shape and element type need \(expected) bytes, \(stored) are stored; convert the model again"
        case .aliasWithoutTarget(let target):
            "stands for \(target.quotedForMessage), which does not exist; convert the model again"
        case .missingVariables(let names): "lacks \(Self.list(names)); convert the model again"
        case .unknownVariables(let names): "holds \(Self.list(names)), which Whisper does not have"
        case .missingLayers: "has no layers; convert the model again"
        case .wrongRank(let expected, let shape): "has the shape \(shape), expected are \(expected) axes"
        case .unequalRows(let count, let parts): "its \(count) rows cannot be split into \(parts) equal parts"
        case .unsupportedValue(let value, let expected): "is \(value), only \(expected) is supported"
        case .notAnInteger: "is not a single integer; convert the model again"
        case .keyBiasNotZero: "the key projection has a bias, which Whisper does not have"
        case .unsupportedElementType(let type): "the element type \(type) cannot be used as a tensor"
        case .missingScale: "is quantized but has no scale; convert the model again"
        case .scaleCount(let count, let rows): "has \(count) scales for \(rows) rows; convert the model again"
        case .scaleNotPositive(let index): "scale \(index) is not a positive number; convert the model again"
        }
    }

    private static func list(_ names: [String]) -> String {
        let limit = 6
        let shown = names.prefix(limit).map(\.quotedForMessage).joined(separator: ", ")
        return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
    }
}
