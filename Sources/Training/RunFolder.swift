import Checkpoints
import FoundationEssentials
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The folder of one training run: what defined it, how it went, and its checkpoints (docs/formats/runs.md).
///
/// While this object lives, the folder is locked against a second process that would train in it.
public final class RunFolder: Sendable {
    public let path: String
    private let stored: Mutex<RunDescription>
    private let lock: Int32

    static let descriptionName = "run.json"

    /// Makes the folder of a new run. Throws ``TrainingError`` where there is one already.
    public init(creating path: String, _ description: RunDescription) throws {
        let checkpoints = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/checkpoints")) ?? []
        guard !Self.exists("\(path)/\(Self.descriptionName)"), checkpoints.isEmpty else {
            throw TrainingError.runExists(path: path)
        }
        try FileManager.default.createDirectory(atPath: "\(path)/checkpoints", withIntermediateDirectories: true)
        self.path = path
        stored = Mutex(description)
        lock = try Self.lock(path)
        try Self.write(Self.json(description), to: "\(path)/\(Self.descriptionName)")
    }

    /// Opens the folder of a run, to go on with it.
    public init(resuming path: String) throws {
        let file = "\(path)/\(Self.descriptionName)"
        guard Self.exists(file) else { throw TrainingError.notARun(path: path) }
        self.path = path
        let description = try Self.read(RunDescription.self, from: file)
        guard description.format == RunDescription.currentFormat else {
            throw TrainingError.damagedFile(
                path: file,
                reason:
                    "is in the format \"\(description.format)\", this program reads \"\(RunDescription.currentFormat)\""
            )
        }
        stored = Mutex(description)
        lock = try Self.lock(path)
        try removeLeftOvers()
    }

    /// What `run.json` says.
    public var description: RunDescription { stored.withLock { $0 } }

    /// Takes up what a resumed run may change (see ``RunDescription/changeableOptions``). Throws ``TrainingError`` where
    /// something else is new: another model, other data.
    public func update(_ new: RunDescription) throws {
        try description.checkContinuation(new)
        guard new != description else { return }
        try Self.write(Self.json(new), to: file(Self.descriptionName))
        stored.withLock { $0 = new }
    }

    deinit { close(lock) }

    // MARK: Places

    /// The folder's own name, for the picture.
    var title: String {
        URL(filePath: path).standardizedFileURL.lastPathComponent.map { $0.isASCII ? String($0) : "?" }.joined()
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    var checkpointsPath: String { file("checkpoints") }

    static func checkpointName(step: Int) -> String {
        let digits = String(step)
        return "step-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    func checkpointPath(step: Int) -> String { "\(checkpointsPath)/\(Self.checkpointName(step: step))" }

    /// The steps of all checkpoints, ascending.
    var checkpointSteps: [Int] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: checkpointsPath).compactMap { name in
                guard name.hasPrefix("step-"), let step = Int(name.dropFirst(5)), step > 0 else { return nil }
                return name == Self.checkpointName(step: step) ? step : nil
            }.sorted()
        }
    }

    // MARK: Changes

    /// Makes `best` or `last` lead to a checkpoint, in one stroke: a relative link, so that the folder can be moved.
    func link(_ name: String, toStep step: Int) throws {
        let temporary = file(".\(name).\(UInt64.random(in: .min ... .max))")
        guard symlink("checkpoints/\(Self.checkpointName(step: step))", temporary) == 0 else {
            throw FileError(path: file(name), .cannotWrite(code: errno))
        }
        guard rename(temporary, file(name)) == 0 else {
            let code = errno
            unlink(temporary)
            throw FileError(path: file(name), .cannotWrite(code: code))
        }
    }

    /// The step that `best` or `last` leads to.
    func linkedStep(_ name: String) -> Int? {
        guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: file(name)),
            let last = target.split(separator: "/").last, last.hasPrefix("step-")
        else { return nil }
        return Int(last.dropFirst(5))
    }

    /// The path of the newest checkpoint, if there is one.
    var lastCheckpoint: String? { linkedStep("last").map(checkpointPath) }

    func removeLink(_ name: String) { unlink(file(name)) }

    /// Removes a checkpoint; its name goes first, so that nobody takes the remains for one.
    func removeCheckpoint(step: Int) throws {
        let hidden = "\(checkpointsPath)/.\(Self.checkpointName(step: step)).\(UInt64.random(in: .min ... .max))"
        guard rename(checkpointPath(step: step), hidden) == 0 else {
            throw FileError(path: checkpointPath(step: step), .cannotWrite(code: errno))
        }
        try FileManager.default.removeItem(atPath: hidden)
    }

    /// Sets aside a checkpoint that cannot be used, so that its step can be saved again; returns its new path.
    func setAsideCheckpoint(step: Int) throws -> String {
        let path = checkpointPath(step: step)
        for number in 1... {
            let target = path + ".damaged" + (number == 1 ? "" : "-\(number)")
            if Self.exists(target) { continue }
            guard rename(path, target) == 0 else { throw FileError(path: path, .cannotWrite(code: errno)) }
            return target
        }
        preconditionFailure("the numbers do not end")
    }

    /// What a killed process left half written: hidden names that end in a number.
    private func removeLeftOvers() throws {
        for folder in [path, checkpointsPath] where Self.exists(folder) {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix(".") {
                guard let last = name.split(separator: ".").last, UInt64(last) != nil else { continue }
                try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            }
        }
    }

    /// The lock goes with the process, however it ends.
    private static func lock(_ path: String) throws -> Int32 {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path: path, .cannotOpen(code: errno)) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw TrainingError.runInUse(path: path)
        }
        return descriptor
    }

    // MARK: Small files

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func write(_ contents: Data, to path: String) throws {
        let file = try AtomicFile(path: path)
        try contents.withUnsafeBytes { try file.write($0) }
        try file.commit()
    }

    static func json(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value) + Data("\n".utf8)
    }

    static func read<Value: Decodable>(_ type: Value.Type, from path: String) throws -> Value {
        let file = try MappedFile(path: path)
        guard file.bytes.count <= 16 << 20 else {
            throw FileError(path: path, .tooLarge(byteCount: file.bytes.count, limit: 16 << 20))
        }
        do {
            return try JSONDecoder().decode(type, from: Data(file.bytes))
        } catch {
            throw TrainingError.damagedFile(
                path: path, reason: "is not what this program writes; it may have been cut short")
        }
    }
}
