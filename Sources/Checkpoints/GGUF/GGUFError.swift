/// A GGUF file that breaks a rule of the format, or holds what cannot be used.
public struct GGUFError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What the rule is about.
    public enum Subject: Sendable, Equatable {
        case file
        case key(String)
        case tensor(String)
    }

    public enum Rule: Sendable, Equatable {
        // The frame
        case notGGUF
        case unsupportedVersion(UInt32)
        case bigEndian
        case endsTooEarly(offset: Int, wanted: UInt64)
        case tooMany(what: String, count: UInt64, limit: Int)
        case nameTooLong(byteCount: UInt64, limit: Int)
        case emptyName
        case notUTF8(offset: Int)
        case controlCharacterInName
        case duplicate

        // Metadata
        case unknownValueType(UInt32)
        case notAFlag(UInt8)
        case nestedTooDeep(limit: Int)
        case invalidAlignment(Int)

        // Tensors
        case unsupportedType(code: UInt32, name: String?)
        case unsupportedShape([UInt64])
        case rowNotWholeBlocks(row: Int, type: String, block: Int)
        case misaligned(offset: UInt64, alignment: Int)
        case dataPastEnd(end: UInt64, dataByteCount: Int)
        case overlap(with: String)
        /// Of a tensor that is to be written.
        case notWritable(count: Int, type: String)

        // As a language model
        case missing
        case wrongType(expected: String, found: String)
        case outOfRange(expected: String)
        case unsupportedArchitecture(String, known: [String])
        case unsupportedValue(String, supported: String)
        case unknownTensor(architecture: String)
        case wrongCount(found: Int, expected: Int)
    }

    public let path: String
    public let subject: Subject
    public let rule: Rule

    public init(path: String, _ subject: Subject, _ rule: Rule) {
        self.path = path
        self.subject = subject
        self.rule = rule
    }

    public var description: String {
        let place =
            switch subject {
            case .file: ""
            case .key(let key): ", key \(key.quotedForMessage)"
            case .tensor(let tensor): ", tensor \(tensor.quotedForMessage)"
            }
        return "\(path.quotedForMessage)\(place): \(rule.text)"
    }
}

extension GGUFError.Rule {
    fileprivate var text: String {
        switch self {
        case .notGGUF: "does not begin with GGUF; this is no GGUF file"
        case .unsupportedVersion(let version):
            "has version \(version) of the format where 2 or 3 is expected; convert the model again with a current "
                + "llama.cpp"
        case .bigEndian: "is written for big-endian processors; convert the model again without --bigendian"
        case .endsTooEarly(let offset, let wanted):
            "ends too early: \(wanted) bytes are expected at \(offset); the file is cut short, fetch it again"
        case .tooMany(let what, let count, let limit):
            "claims \(count) \(what), more than the allowed \(limit); fetch the file again"
        case .nameTooLong(let byteCount, let limit):
            "a name of \(byteCount) bytes, more than the allowed \(limit); fetch the file again"
        case .emptyName: "a name is empty; write the file again"
        case .notUTF8(let offset): "the text at byte \(offset) is not UTF-8; write the file again"
        case .controlCharacterInName: "the name holds a control character; write the file again"
        case .duplicate: "occurs twice; write the file again with each name once"
        case .unknownValueType(let code):
            "has the type \(code), GGUF defines the types 0 to 12; fetch the file again"
        case .notAFlag(let byte): "a truth value is \(byte) instead of 0 or 1; fetch the file again"
        case .nestedTooDeep(let limit): "arrays are nested deeper than the allowed \(limit); write the file again"
        case .invalidAlignment(let alignment):
            "is \(alignment) where a power of two from 8 to 65536 is expected; write the file again"
        case .unsupportedType(let code, let name):
            "the type \(name.map { "\($0) (\(code))" } ?? "\(code)") cannot be read; fetch the model in one of F32, F16, "
                + "BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K (Q4_K_M and Q8_0 are common)"
        case .unsupportedShape(let shape):
            "the shape \(shape) is not one to four extents from 1 to 2147483647; write the file again"
        case .rowNotWholeBlocks(let row, let type, let block):
            "rows of \(row) numbers are not whole blocks of \(type), which hold \(block); write the file again"
        case .misaligned(let offset, let alignment):
            "its data begins at \(offset), not at a multiple of \(alignment); write the file again"
        case .dataPastEnd(let end, let dataByteCount):
            "its data ends at \(end), the file's data at \(dataByteCount); the file is cut short, fetch it again"
        case .overlap(let other): "its data overlaps that of \(other.quotedForMessage); write the file again"
        case .notWritable(let count, let type):
            "\(count) values are infinite, no numbers or too large for \(type); choose float32 or bfloat16, or mend the model"
        case .missing: "is missing; convert the model again with a current llama.cpp, or use its Hugging Face folder"
        case .wrongType(let expected, let found): "holds \(found) where \(expected) is expected; write the file again"
        case .outOfRange(let expected): "holds a number out of range, \(expected) is expected; write the file again"
        case .unsupportedArchitecture(let name, let known):
            "the architecture \(name.quotedForMessage) is not supported; known are \(known.joined(separator: ", "))"
        case .unsupportedValue(let value, let supported):
            "holds \(value.quotedForMessage), supported is \(supported); use the model's Hugging Face folder"
        case .unknownTensor(let architecture):
            "is not known of the architecture \(architecture); use the model's Hugging Face folder"
        case .wrongCount(let found, let expected): "has \(found) entries where \(expected) are expected; fetch it again"
        }
    }
}
