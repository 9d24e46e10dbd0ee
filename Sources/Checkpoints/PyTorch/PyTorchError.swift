/// A file of `torch.save` that is broken, or that asks for more than building tensors and plain containers.
public struct PyTorchError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The rules; they are explained in docs/formats/pytorch.md.
    public enum Rule: Sendable, Equatable {
        // The container
        case notPyTorch(firstBytes: [UInt8])
        case endsTooEarly(offset: Int, wanted: Int)
        case malformedArchive(offset: Int)
        case tooManyEntries(count: Int, limit: Int)
        case duplicateEntry(String)
        case compressedEntry(String)
        case encryptedEntry(String)
        case pickleCount(Int)
        case bigEndian
        case unsupportedVersion(Int)
        case bytesAfterEnd(count: Int)

        // The pickle
        case pickleTooLong(byteCount: Int, limit: Int)
        case forbiddenGlobal(String)
        case unsupportedOpcode(UInt8, offset: Int)
        case unsupportedProtocol(UInt8)
        case emptyStack(offset: Int)
        case missingMark(offset: Int)
        case missingMemo(Int, offset: Int)
        case malformedText(offset: Int)
        case unexpectedValue(expected: String, offset: Int)
        case tooManyValues(limit: Int)

        // Storages and tensors
        case unknownStorage(String)
        case storageSize(key: String, expected: Int, stored: Int)
        case storageTypes(key: String)
        case storageIsView(key: String)
        case unsupportedShape([Int])
        case wrongStrideCount(shape: [Int], strides: [Int])
        case outsideStorage(shape: [Int], strides: [Int], offset: Int, count: Int)
        case moreThanStorage(shape: [Int], count: Int)
        case integerDoesNotFit(index: Int, value: Int64)

        // The state dictionary
        case noStateDictionary(found: String)
        case duplicateTensor
        case nameRefused
        case tooManyTensors(limit: Int)
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

extension PyTorchError.Rule {
    fileprivate var text: String {
        switch self {
        case .notPyTorch(let bytes):
            "begins with the bytes \(bytes), as no file of torch.save does; check what it is"
        case .endsTooEarly(let offset, let wanted):
            "ends too early: \(wanted) bytes were expected at byte \(offset); fetch the file again"
        case .malformedArchive(let offset):
            "the zip archive is damaged at byte \(offset); fetch the file again"
        case .tooManyEntries(let count, let limit):
            "the archive claims \(count) entries, at most \(limit) are allowed; this is no file of weights"
        case .duplicateEntry(let name):
            "the archive holds \(name.quotedForMessage) twice; save the weights again with torch.save"
        case .compressedEntry(let name):
            "\(name.quotedForMessage) is compressed, as torch.save never does; unpack it and save the weights again"
        case .encryptedEntry(let name):
            "\(name.quotedForMessage) is encrypted; save the weights again with torch.save"
        case .pickleCount(let count):
            "the archive holds \(count) files called data.pkl where there must be one; save the weights with torch.save"
        case .bigEndian: "was written on a big-endian machine; save the weights again on another"
        case .unsupportedVersion(let version):
            "has the version \(version) of the format, known is 1001; save the weights again with a newer PyTorch"
        case .bytesAfterEnd(let count): "\(count) bytes follow after the last storage; fetch the file again"
        case .pickleTooLong(let byteCount, let limit):
            "the pickle has \(byteCount) bytes, more than the allowed \(limit); save a plain state dictionary"
        case .forbiddenGlobal(let name):
            "asks for \(name.quotedForMessage), which could run code; only tensors and plain containers are read. Save "
                + "model.state_dict() and nothing else"
        case .unsupportedOpcode(let opcode, let offset):
            "the pickle has the operation \(opcode) at byte \(offset), which no state dictionary needs; save "
                + "model.state_dict() and nothing else"
        case .unsupportedProtocol(let version):
            "the pickle has the protocol \(version), supported are 2 to 5; save the weights again"
        case .emptyStack(let offset), .missingMark(let offset), .missingMemo(_, let offset):
            "the pickle is damaged at byte \(offset); fetch the file again"
        case .malformedText(let offset): "a text at byte \(offset) is not UTF-8; fetch the file again"
        case .unexpectedValue(let expected, let offset):
            "the pickle is damaged at byte \(offset), where \(expected) was expected; fetch the file again"
        case .tooManyValues(let limit):
            "the pickle builds more than the allowed \(limit) values; save a plain state dictionary"
        case .unknownStorage(let key): "the storage \(key.quotedForMessage) is not in the file; fetch the file again"
        case .storageSize(let key, let expected, let stored):
            "the storage \(key.quotedForMessage) has \(stored) bytes instead of \(expected); fetch the file again"
        case .storageTypes(let key):
            "the storage \(key.quotedForMessage) is used with two types or sizes; save the weights again"
        case .storageIsView(let key):
            "the storage \(key.quotedForMessage) is a view of another, as PyTorch before 0.4 wrote it; save it again"
        case .unsupportedShape(let shape):
            "the shape \(shape) has more than 6 axes or an extent that is out of range; reshape the tensor"
        case .wrongStrideCount(let shape, let strides):
            "the shape \(shape) does not fit the strides \(strides); fetch the file again"
        case .outsideStorage(let shape, let strides, let offset, let count):
            "the shape \(shape) with the strides \(strides) from element \(offset) leaves a storage of \(count) elements; "
                + "fetch the file again"
        case .moreThanStorage(let shape, let count):
            "the shape \(shape) has more elements than its storage, \(count); save the tensor with .contiguous()"
        case .integerDoesNotFit(let index, let value):
            "element \(index) is \(value), which does not fit into 32 bits; convert the tensor"
        case .noStateDictionary(let found):
            "holds no dictionary of tensors by name, but \(found); save model.state_dict()"
        case .duplicateTensor: "the name occurs twice; save the weights again"
        case .nameRefused: "the name is empty, too long or holds a control character; rename the tensor"
        case .tooManyTensors(let limit): "holds more than the allowed \(limit) tensors; split it"
        }
    }
}
