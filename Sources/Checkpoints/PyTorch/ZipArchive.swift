/// The directory of a zip archive whose entries are stored as they are, which is how PyTorch uses the format
/// (PKWARE's APPNOTE.TXT, sections 4.3 and 4.5.3).
struct ZipArchive {
    /// Where the bytes of each entry lie in the file, by its name.
    let entries: [String: Range<Int>]

    static let entryLimit = 1_000_000

    static func isArchive(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) }

    private enum Signature {
        static let local: UInt32 = 0x0403_4B50
        static let central: UInt32 = 0x0201_4B50
        static let end: UInt32 = 0x0605_4B50
        static let end64: UInt32 = 0x0606_4B50
        static let locator64: UInt32 = 0x0706_4B50
    }

    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(PyTorchError) {
        var cursor = ByteCursor(bytes: bytes, path: path)
        let directory = try Self.directory(&cursor)
        guard directory.count <= Self.entryLimit else {
            throw cursor.error(.tooManyEntries(count: directory.count, limit: Self.entryLimit))
        }
        cursor.offset = directory.offset
        var entries: [String: Range<Int>] = [:]
        for _ in 0..<directory.count {
            let (name, range) = try Self.readEntry(&cursor)
            guard entries.updateValue(range, forKey: name) == nil else { throw cursor.error(.duplicateEntry(name)) }
        }
        self.entries = entries
    }

    /// Where the list of entries is, and how many it has.
    private static func directory(_ cursor: inout ByteCursor) throws(PyTorchError) -> (offset: Int, count: Int) {
        let bytes = cursor.bytes
        let end = try endOfDirectory(cursor)
        cursor.offset = end + 10
        var count = Int(try cursor.readInteger(UInt16.self))
        _ = try cursor.readInteger(UInt32.self)
        var offset = Int(try cursor.readInteger(UInt32.self))
        if count == 0xFFFF || offset == 0xFFFF_FFFF {
            guard end >= 20 else { throw cursor.error(.malformedArchive(offset: end)) }
            cursor.offset = end - 20
            guard try cursor.readInteger(UInt32.self) == Signature.locator64 else {
                throw cursor.error(.malformedArchive(offset: end - 20))
            }
            _ = try cursor.readInteger(UInt32.self)
            let place = Int(clamping: try cursor.readInteger(UInt64.self))
            guard place <= bytes.count - 56 else { throw cursor.error(.malformedArchive(offset: end - 20)) }
            cursor.offset = place
            guard try cursor.readInteger(UInt32.self) == Signature.end64 else {
                throw cursor.error(.malformedArchive(offset: place))
            }
            cursor.offset = place + 32
            count = Int(clamping: try cursor.readInteger(UInt64.self))
            _ = try cursor.readInteger(UInt64.self)
            offset = Int(clamping: try cursor.readInteger(UInt64.self))
        }
        guard offset <= end else { throw cursor.error(.malformedArchive(offset: end)) }
        return (offset, count)
    }

    /// The record that closes the archive; behind it stands at most a comment, whose length it names.
    private static func endOfDirectory(_ cursor: ByteCursor) throws(PyTorchError) -> Int {
        let bytes = cursor.bytes
        guard bytes.count >= 22 else { throw cursor.error(.endsTooEarly(offset: 0, wanted: 22)) }
        for offset in stride(from: bytes.count - 22, through: max(0, bytes.count - 22 - 0xFFFF), by: -1)
        where UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) == Signature.end {
            let comment = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 20, as: UInt16.self))
            if offset + 22 + Int(comment) == bytes.count { return offset }
        }
        throw cursor.error(.malformedArchive(offset: bytes.count - 22))
    }

    private static func readEntry(_ cursor: inout ByteCursor) throws(PyTorchError) -> (String, Range<Int>) {
        let start = cursor.offset
        guard try cursor.readInteger(UInt32.self) == Signature.central else {
            throw cursor.error(.malformedArchive(offset: start))
        }
        _ = try cursor.take(4)
        let flags = try cursor.readInteger(UInt16.self)
        let method = try cursor.readInteger(UInt16.self)
        _ = try cursor.take(8)
        var packed = Int(try cursor.readInteger(UInt32.self))
        var size = Int(try cursor.readInteger(UInt32.self))
        let nameCount = Int(try cursor.readInteger(UInt16.self))
        let extraCount = Int(try cursor.readInteger(UInt16.self))
        let commentCount = Int(try cursor.readInteger(UInt16.self))
        _ = try cursor.take(8)
        var local = Int(try cursor.readInteger(UInt32.self))
        guard let name = String(validating: cursor.bytes[try cursor.take(nameCount)], as: UTF8.self) else {
            throw cursor.error(.malformedText(offset: start))
        }
        var extra = ByteCursor(
            bytes: UnsafeRawBufferPointer(rebasing: cursor.bytes[try cursor.take(extraCount)]), path: cursor.path)
        try readWideNumbers(&extra, size: &size, packed: &packed, local: &local)
        _ = try cursor.take(commentCount)

        guard flags & 1 == 0 else { throw cursor.error(.encryptedEntry(name)) }
        guard method == 0, packed == size else { throw cursor.error(.compressedEntry(name)) }
        var header = ByteCursor(bytes: cursor.bytes, path: cursor.path, offset: min(local, cursor.bytes.count))
        guard try header.readInteger(UInt32.self) == Signature.local else {
            throw cursor.error(.malformedArchive(offset: local))
        }
        _ = try header.take(22)
        let skipped = Int(try header.readInteger(UInt16.self)) + Int(try header.readInteger(UInt16.self))
        _ = try header.take(skipped)
        return (name, try header.take(size))
    }

    /// Of entries beyond 4 GiB: what has no room in its field stands in an extra one.
    private static func readWideNumbers(
        _ extra: inout ByteCursor, size: inout Int, packed: inout Int, local: inout Int
    ) throws(PyTorchError) {
        while extra.remaining >= 4 {
            let kind = try extra.readInteger(UInt16.self)
            let count = Int(try extra.readInteger(UInt16.self))
            let end = extra.offset + count
            guard kind == 1 else {
                _ = try extra.take(count)
                continue
            }
            func wide(_ value: inout Int) throws(PyTorchError) {
                guard value == 0xFFFF_FFFF else { return }
                value = Int(clamping: try extra.readInteger(UInt64.self))
            }
            try wide(&size)
            try wide(&packed)
            try wide(&local)
            guard extra.offset <= end, end <= extra.bytes.count else {
                throw extra.error(.endsTooEarly(offset: extra.offset, wanted: count))
            }
            extra.offset = end
        }
    }
}
