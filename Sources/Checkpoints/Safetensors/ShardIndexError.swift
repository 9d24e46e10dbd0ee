public import JSON

/// Everything in which an index and its files disagree.
public struct ShardIndexError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Complaint: Error, Sendable, Equatable, CustomStringConvertible {
        case malformedIndex(JSONError)
        case missingKey(String)
        case duplicateKey(String)
        case notAPlainFileName(String)
        case isLink(String)
        case unreadableShard(FileError)
        case brokenShard(SafetensorsError)
        case tensorAbsent(tensor: String, shard: String)
        case tensorNotListed(tensor: String, shard: String)

        public var description: String {
            switch self {
            case .malformedIndex(let error): "the index is malformed \(error)"
            case .missingKey(let key): "the key \(key) is missing"
            case .duplicateKey(let key): "the key \(key.quotedForMessage) occurs twice"
            case .notAPlainFileName(let name): "\(name.quotedForMessage) is not a plain file name in the same folder"
            case .isLink(let name): "\(name.quotedForMessage) is a link; copy the file itself into the folder"
            case .unreadableShard(let error): error.description
            case .brokenShard(let error): error.description
            case .tensorAbsent(let tensor, let shard):
                "tensor \(tensor.quotedForMessage) is not in \(shard.quotedForMessage)"
            case .tensorNotListed(let tensor, let shard):
                "\(shard.quotedForMessage) holds tensor \(tensor.quotedForMessage), which the index does not place there"
            }
        }
    }

    public let path: String
    public let complaints: [Complaint]

    public init(path: String, complaints: [Complaint]) {
        self.path = path
        self.complaints = complaints
    }

    public var description: String {
        let limit = 6
        var shown = complaints.prefix(limit).map(\.description).joined(separator: "; ")
        if complaints.count > limit { shown += " and \(complaints.count - limit) more" }
        return "\(path.quotedForMessage): \(shown); fetch the model again"
    }
}
