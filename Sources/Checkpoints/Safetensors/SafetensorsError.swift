public import JSON

/// A safetensors file that breaks a rule of the format or holds what cannot become a tensor.
public struct SafetensorsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The rules; the numbers are those of docs/formats/checkpoints.md.
    public enum Rule: Sendable, Equatable {
        // The frame
        case fileTooShort(byteCount: Int)
        case headerTooLong(byteCount: UInt64, limit: Int)
        case headerPastEnd(headerByteCount: UInt64, fileByteCount: Int)
        case headerNotAnObject(firstByte: UInt8)
        case malformedHeader(JSONError)
        case textAfterHeader(offset: Int)

        // Keys
        case duplicateTensor
        case duplicateKey(String)
        case unknownKey(String)
        case missingKey(String)
        case metadataNotText(key: String)
        case tooManyTensors(limit: Int)
        case nameTooLong(byteCount: Int, limit: Int)
        case emptyName
        case reservedName
        case controlCharacterInName

        // One tensor
        case unknownElementType(String)
        case integerOutOfRange(key: String)
        case wrongOffsetCount(Int)
        case sizeOverflow(shape: [Int])
        case unsupportedShape([Int])
        case offsetsReversed(begin: Int, end: Int)
        case sizeMismatch(expected: Int, stored: Int)
        case notWholeBytes(bitCount: Int)

        // All tensors together
        case dataPastEnd(end: Int, dataByteCount: Int)
        case hole(from: Int, to: Int)
        case overlap(with: String)
        case bytesAfterData(count: Int)

        // Asked for as a tensor
        case unsupportedElementType(StoredElementType)
        case integerDoesNotFit(index: Int, value: Int64)
    }

    public let path: String
    /// The tensor in question; nil where the rule is about the whole file.
    public let tensor: String?
    public let rule: Rule

    public init(path: String, tensor: String? = nil, _ rule: Rule) {
        self.path = path
        self.tensor = tensor
        self.rule = rule
    }

    public var description: String {
        let subject = tensor.map { ", tensor \($0.quotedForMessage)" } ?? ""
        return "\(path.quotedForMessage)\(subject): \(rule.text)"
    }
}

extension SafetensorsError.Rule {
    fileprivate var text: String {
        switch self {
        case .fileTooShort(let byteCount):
            "has \(byteCount) bytes, a safetensors file has at least 8; fetch it again"
        case .headerTooLong(let byteCount, let limit):
            "the header claims \(byteCount) bytes, more than the allowed \(limit); this is no safetensors file"
        case .headerPastEnd(let headerByteCount, let fileByteCount):
            "the header claims \(headerByteCount) bytes but the file has only \(fileByteCount); fetch it again"
        case .headerNotAnObject(let byte):
            "the header begins with byte \(byte) instead of '{'; this is no safetensors file"
        case .malformedHeader(let error): "the header is malformed \(error); write the file again"
        case .textAfterHeader(let offset):
            "something other than spaces follows the header at byte \(offset); write the file again"
        case .duplicateTensor: "the name occurs twice in the header; write the file again with each name once"
        case .duplicateKey(let key): "the key \(key.quotedForMessage) occurs twice; write the file again"
        case .unknownKey(let key):
            "the key \(key.quotedForMessage) is none of dtype, shape and data_offsets; write the file again"
        case .missingKey(let key): "the key \(key) is missing; write the file again"
        case .metadataNotText(let key):
            "__metadata__ must hold strings only, \(key.quotedForMessage) is something else; write the file again"
        case .tooManyTensors(let limit): "holds more than the allowed \(limit) tensors; split it into shards"
        case .nameTooLong(let byteCount, let limit):
            "the name has \(byteCount) bytes, more than the allowed \(limit); rename the tensor"
        case .emptyName: "the name is empty; name the tensor"
        case .reservedName: "the name is reserved for the format; rename the tensor"
        case .controlCharacterInName: "the name holds a control character; rename the tensor"
        case .unknownElementType(let name):
            "the element type \(name.quotedForMessage) is not one that safetensors defines; convert the tensor"
        case .integerOutOfRange(let key):
            "\(key) holds a number that is negative, fractional or too large; write the file again"
        case .wrongOffsetCount(let count): "data_offsets must hold two numbers, not \(count); write the file again"
        case .sizeOverflow(let shape): "the shape \(shape) overflows; write the file again"
        case .unsupportedShape(let shape):
            "the shape \(shape) has more than 6 axes or an extent above 2147483647; reshape the tensor"
        case .offsetsReversed(let begin, let end):
            "its data ends at \(end), before it begins at \(begin); write the file again"
        case .sizeMismatch(let expected, let stored):
            "shape and element type need \(expected) bytes, the offsets span \(stored); write the file again"
        case .notWholeBytes(let bitCount):
            "its \(bitCount) bits do not fill whole bytes; pad the tensor"
        case .dataPastEnd(let end, let dataByteCount):
            "its data ends at \(end), the file's data at \(dataByteCount); the file is cut short, fetch it again"
        case .hole(let from, let to): "bytes \(from) to \(to) before its data belong to no tensor; write the file again"
        case .overlap(let other): "its data overlaps that of \(other.quotedForMessage); write the file again"
        case .bytesAfterData(let count): "\(count) bytes follow after the last tensor; write the file again"
        case .unsupportedElementType(let type):
            "the element type \(type) cannot be used; convert the tensor to F32, F16 or BF16"
        case .integerDoesNotFit(let index, let value):
            "element \(index) is \(value), which does not fit into 32 bits; convert the tensor"
        }
    }
}
