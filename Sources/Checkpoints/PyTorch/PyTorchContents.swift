/// What a file of `torch.save` holds before anything is known of its tensors: the pickle's value, and the bytes of each
/// storage. Two containers are read: the zip archive (since PyTorch 1.6) and the sequence of pickles before it.
struct PyTorchContents {
    let value: PickleValue
    let machine: PickleMachine
    /// Where the bytes of each storage lie, by its key.
    let storages: [String: Range<Int>]

    /// 0x1950A86A20F9469CFC6C.
    private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    private static let version = 1001

    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(PyTorchError) {
        if ZipArchive.isArchive(bytes) {
            try self.init(archive: bytes, path: path)
        } else if bytes.first == PickleOpcode.proto.rawValue {
            try self.init(sequence: bytes, path: path)
        } else {
            throw PyTorchError(path: path, .notPyTorch(firstBytes: Array(bytes.prefix(4))))
        }
    }

    // MARK: The zip archive

    /// `NAME/data.pkl` is the pickle, `NAME/data/KEY` a storage, `NAME/byteorder` says `little`.
    private init(archive bytes: UnsafeRawBufferPointer, path: String) throws(PyTorchError) {
        let archive = try ZipArchive(bytes, path: path)
        let pickles = archive.entries.filter {
            $0.key.hasSuffix("/data.pkl") && $0.key.count(where: { $0 == "/" }) == 1
        }
        guard pickles.count == 1, let (name, range) = pickles.first else {
            throw PyTorchError(path: path, .pickleCount(pickles.count))
        }
        let root = name.dropLast("data.pkl".count)
        if let order = archive.entries[root + "byteorder"], !bytes[order].elementsEqual("little".utf8) {
            throw PyTorchError(path: path, .bigEndian)
        }
        // Only up to the end of its entry.
        let cursor = ByteCursor(
            bytes: UnsafeRawBufferPointer(rebasing: bytes[..<range.upperBound]), path: path, offset: range.lowerBound)
        var machine = PickleMachine(cursor)
        (value, _) = try machine.run()
        self.machine = machine
        let folder = root + "data/"
        storages = Dictionary(
            uniqueKeysWithValues: archive.entries.compactMap { name, range in
                name.hasPrefix(folder) ? (String(name.dropFirst(folder.count)), range) : nil
            })
    }

    // MARK: The sequence of pickles

    /// A magic number, a version, a description of the machine, the value, the keys of all storages; then for each of
    /// them a count of 64 bits and the bytes.
    private init(sequence bytes: UnsafeRawBufferPointer, path: String) throws(PyTorchError) {
        var cursor = ByteCursor(bytes: bytes, path: path)
        func next() throws(PyTorchError) -> (PickleValue, PickleMachine) {
            var machine = PickleMachine(cursor)
            let value: PickleValue
            (value, cursor) = try machine.run()
            return (value, machine)
        }
        guard case (.wideInteger(Self.magic), _) = try next() else {
            throw PyTorchError(path: path, .notPyTorch(firstBytes: Array(bytes.prefix(4))))
        }
        guard case (.integer(let version), _) = try next() else {
            throw cursor.error(.unexpectedValue(expected: "a version", offset: cursor.offset))
        }
        guard version == Self.version else { throw cursor.error(.unsupportedVersion(version)) }
        let (system, description) = try next()
        if case .dictionary(let index) = system {
            for case (.text("little_endian"), .flag(false)) in description.dictionaries[index] {
                throw cursor.error(.bigEndian)
            }
        }
        (value, machine) = try next()
        let (list, keyMachine) = try next()
        guard let elements = keyMachine.sequence(list) else {
            throw cursor.error(.unexpectedValue(expected: "a list of storages", offset: cursor.offset))
        }
        let types = Self.types(of: machine)
        var storages: [String: Range<Int>] = [:]
        for element in elements {
            guard let key = keyMachine.key(element), let type = types[key] else {
                throw cursor.error(.unexpectedValue(expected: "the key of a storage", offset: cursor.offset))
            }
            let count = Int(clamping: try cursor.readInteger(UInt64.self))
            let (byteCount, overflow) = count.multipliedReportingOverflow(by: type.bitCount / 8)
            guard !overflow else { throw cursor.error(.endsTooEarly(offset: cursor.offset, wanted: count)) }
            guard storages.updateValue(try cursor.take(byteCount), forKey: key) == nil else {
                throw cursor.error(.duplicateEntry(key))
            }
        }
        guard cursor.remaining == 0 else { throw cursor.error(.bytesAfterEnd(count: cursor.remaining)) }
        self.storages = storages
    }

    /// The element types of the storages that the pickle names. Two for one key are found when its tensors are.
    private static func types(of machine: PickleMachine) -> [String: StoredElementType] {
        Dictionary(machine.storages.map { ($0.key, $0.elementType) }, uniquingKeysWith: { first, _ in first })
    }
}
