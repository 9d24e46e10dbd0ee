import JSON
public import Parameters
public import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A model whose tensors are spread over several safetensors files, listed by an index
/// (`model.safetensors.index.json`).
///
/// The index is believed in nothing: it may name plain files of its own folder only, and every tensor must be exactly
/// where it says.
public struct ShardedSafetensors: TensorSource {
    public let indexPath: String
    /// The opened files, by name.
    public let shards: [String: SafetensorsFile]
    /// Sorted.
    public let names: [String]
    private let shardNames: [String: String]

    /// Opens every file that the index names. Throws ``FileError`` for the index itself, otherwise ``ShardIndexError``
    /// with everything that is wrong.
    public init(indexPath: String, limits: SafetensorsLimits = SafetensorsLimits()) throws {
        let file = try MappedFile(path: indexPath)
        let index = try Self.readIndex(file, limits: limits)
        let folder = AtomicFile.split(indexPath).folder
        var complaints = index.complaints
        var shards: [String: SafetensorsFile] = [:]
        for name in Set(index.shardNames.values).sorted() {
            do {
                shards[name] = try Self.openShard(name, in: folder, limits: limits)
            } catch let error as FileError {
                complaints.append(.unreadableShard(error))
            } catch let error as SafetensorsError {
                complaints.append(.brokenShard(error))
            } catch let complaint as ShardIndexError.Complaint {
                complaints.append(complaint)
            }
        }
        for (tensor, shard) in index.shardNames.sorted(by: { $0.key < $1.key }) {
            if let file = shards[shard], file.storedTensor(named: tensor) == nil {
                complaints.append(.tensorAbsent(tensor: tensor, shard: shard))
            }
        }
        for (shard, file) in shards.sorted(by: { $0.key < $1.key }) {
            for tensor in file.names where index.shardNames[tensor] != shard {
                complaints.append(.tensorNotListed(tensor: tensor, shard: shard))
            }
        }
        guard complaints.isEmpty else { throw ShardIndexError(path: indexPath, complaints: complaints) }
        self.indexPath = indexPath
        self.shards = shards
        shardNames = index.shardNames
        names = index.shardNames.keys.sorted()
    }

    public func releasePages() {
        for file in shards.values { file.releasePages() }
    }

    public func shape(of name: String) -> Shape? { shard(holding: name)?.shape(of: name) }

    public func tensor(named name: String) throws -> Tensor? { try shard(holding: name)?.tensor(named: name) }

    private func shard(holding name: String) -> SafetensorsFile? { shardNames[name].flatMap { shards[$0] } }

    // MARK: Reading

    private static func readIndex(
        _ file: MappedFile, limits: SafetensorsLimits
    ) throws -> (shardNames: [String: String], complaints: [ShardIndexError.Complaint]) {
        var shardNames: [String: String] = [:]
        var complaints: [ShardIndexError.Complaint] = []
        var keys: Set<String> = []
        let limit = limits.headerByteCount
        guard file.bytes.count <= limit else {
            throw FileError(path: file.path, .tooLarge(byteCount: file.bytes.count, limit: limit))
        }
        do {
            try JSONReader.read(file.bytes) { reader in
                try reader.readObject { key, reader in
                    if !keys.insert(key).inserted { complaints.append(.duplicateKey(key)) }
                    guard key == "weight_map" else { return try reader.skipValue() }
                    try reader.readObject { tensor, reader in
                        let shard = try reader.readString()
                        if shardNames.updateValue(shard, forKey: tensor) != nil {
                            complaints.append(.duplicateKey(tensor))
                        }
                    }
                }
            }
        } catch let error as JSONError {
            throw ShardIndexError(path: file.path, complaints: [.malformedIndex(error)])
        }
        if !keys.contains("weight_map") { complaints.append(.missingKey("weight_map")) }
        return (shardNames, complaints)
    }

    private static func openShard(
        _ name: String, in folder: String, limits: SafetensorsLimits
    ) throws -> SafetensorsFile {
        let isPlain = !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == 0x2F || $0 < 0x20 }
        guard isPlain else { throw ShardIndexError.Complaint.notAPlainFileName(name) }
        let path = folder + "/" + name
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK {
            throw ShardIndexError.Complaint.isLink(name)
        }
        return try SafetensorsFile(path: path, limits: limits)
    }
}
