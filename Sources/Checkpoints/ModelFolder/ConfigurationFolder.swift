public import FoundationEssentials

/// A folder with small files that say how the weights beside them are used: a model's, or an adapter's.
public protocol ConfigurationFolder: Sendable {
    var url: URL { get }

    /// The content of a file; nil where there is none.
    func contents(of name: String) throws -> Data?
}

extension ConfigurationFolder {
    /// Decodes a JSON file; nil where there is none. Errors name the file and the key.
    public func decode<Value: Decodable>(_ type: Value.Type, from name: String) throws -> Value? {
        guard let contents = try contents(of: name) else { return nil }
        return try ConfigurationFile.decode(type, contents, path: ModelFolder.path(url.appending(path: name)))
    }
}
