import Checkpoints
import FoundationEssentials
import Hashing
import Kernels
import Parameters
import Synchronization
import Tensors

/// A ``PromptCache`` as a file, so that a long prompt is read by the model once and not at every start: safetensors with the
/// tokens, and each layer's keys and values. docs/formats/prompt-cache.md has the details.
public enum PromptCacheFile {
    public enum Content: Sendable {
        case cache(PromptCache)
        /// There is no such file yet.
        case absent
        /// What another model, or this one on another kind of processor, has read.
        case otherModel
    }

    static let format = "triptych-prompt-cache"
    static let version = "1"

    /// What the file at `path` holds for `model`.
    ///
    /// - Throws: ``PromptCacheError``, or the errors of safetensors, where it is none or is damaged.
    public static func read(_ path: String, for model: LanguageModel) throws -> Content {
        guard FileManager.default.fileExists(atPath: path) else { return .absent }
        let file = try SafetensorsFile(path: path)
        guard file.metadata["format"] == format, file.metadata["version"] == version else {
            throw PromptCacheError(path: path, .notAPromptCache)
        }
        guard try file.metadata["model"] == fingerprint(of: model) else { return .otherModel }
        guard let stored = try file.tensor(named: "tokens"), stored.elementType == .int32, stored.rank == 1 else {
            throw PromptCacheError(path: path, .unfitting(tensor: "tokens"))
        }
        let tokens = stored.integers().map(Int.init)
        guard (1..<model.configuration.context).contains(tokens.count),
            tokens.allSatisfy({ (0..<model.configuration.vocabularySize).contains($0) })
        else { throw PromptCacheError(path: path, .unfitting(tensor: "tokens")) }
        return .cache(
            try PromptCache(model: model, tokens: tokens) {
                let past = model.network.makePast(positions: tokens.count)
                for layer in 0..<past.cache.layerCount {
                    func part(_ name: String) throws -> Tensor {
                        let name = "layers.\(layer).\(name)"
                        guard let part = try file.tensor(named: name), part.elementType == .float32,
                            part.shape == [tokens.count, past.cache.width], part.floats().allSatisfy(\.isFinite)
                        else { throw PromptCacheError(path: path, .unfitting(tensor: name)) }
                        return part.viewed(as: [1, tokens.count, past.cache.width])
                    }
                    past.cache.write(keys: try part("keys"), values: try part("values"), layer: layer)
                }
                past.cache.advance(by: tokens.count, sequences: 1)
                return past
            })
    }

    /// Writes what was read, the first `count` tokens of it at most. The file appears whole or not at all; nothing is
    /// written where nothing was read.
    public static func write(_ cache: PromptCache, upTo count: Int = .max, to path: String) throws {
        try cache.state.withLock { read in
            let count = min(count, read.tokens.count)
            guard count > 0, let past = read.cache else { return }
            var declarations = [
                SafetensorsWriter.Declaration(name: "tokens", shape: [count], elementType: .int32)
            ]
            var layers: [String: (layer: Int, isKeys: Bool)] = [:]
            for layer in 0..<past.layerCount {
                for isKeys in [true, false] {
                    let name = "layers.\(layer).\(isKeys ? "keys" : "values")"
                    layers[name] = (layer, isKeys)
                    declarations.append(.init(name: name, shape: [count, past.width], elementType: .float32))
                }
            }
            let metadata = ["format": format, "version": version, "model": try fingerprint(of: read.model)]
            let tokens = read.tokens
            try SafetensorsWriter.write(declarations, metadata: metadata, to: path) { name in
                guard let place = layers[name] else {
                    return Tensor(tokens.prefix(count).map { Int32($0) }, shape: [count])
                }
                let contents = past.contents(layer: place.layer, length: count)
                return place.isKeys ? contents.keys : contents.values
            }
        }
    }

    /// Tells models apart by what they compute: the SHA-256 of what a model makes of four tokens, which depends on all its
    /// layers, on an adapter, on how weights are stored and on the kernels that are in use.
    static func fingerprint(of model: LanguageModel) throws -> String {
        let size = model.configuration.vocabularySize
        let tokens = [0, size / 3, size / 3 * 2, size - 1].prefix(model.configuration.context)
        let past = model.network.makePast(positions: tokens.count)
        let states = model.network(Tensor(tokens.map { Int32($0) }, shape: [1, tokens.count]), extending: past)
        var hash = SHA256()
        hash.update(Array(model.configuration.modelType.utf8))
        for number in try model.lastLogits(of: states) {
            withUnsafeBytes(of: number.bitPattern.littleEndian) { hash.update($0) }
        }
        return hash.finalized().hexadecimal
    }
}

/// Why a file is no prompt cache.
public struct PromptCacheError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        case notAPromptCache
        /// A tensor that is missing, or is not what this model would have written.
        case unfitting(tensor: String)
    }

    public let path: String
    public let reason: Reason

    init(path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    public var description: String {
        switch reason {
        case .notAPromptCache:
            "\(path): not a prompt cache that this version reads; name another file, or remove this one"
        case .unfitting(let tensor): "\(path): '\(tensor)' is missing or damaged; remove the file, it will be made anew"
        }
    }
}
