/// How a stored picture has to be turned to stand upright (EXIF 2.32, tag 0x0112): where its first row and first column
/// belong.
public enum ImageOrientation: Int, Sendable, Hashable, CaseIterable {
    case topLeft = 1
    case topRight, bottomRight, bottomLeft, leftTop, rightTop, rightBottom, leftBottom

    /// Whether rows become columns.
    public var swapsSides: Bool { rawValue >= 5 }

    // MARK: Reading

    /// The orientation that a file states; nil where it states none, or where what should state it is damaged: turning a
    /// picture is not worth refusing it for.
    init?(_ bytes: [UInt8], format: ImageFormat) {
        let tags =
            switch format {
            case .png: Self.tagsOfPNG(bytes)
            case .jpeg: Self.tagsOfJPEG(bytes)
            }
        guard let tags, let orientation = Self.value(in: tags).flatMap(Self.init(rawValue:)) else { return nil }
        self = orientation
    }

    /// The contents of the first APP1 segment called Exif, before the picture's data.
    private static func tagsOfJPEG(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        let name = Array("Exif\0\0".utf8)
        var rest = bytes.dropFirst(2)
        while rest.popFirst() == 0xFF {
            while rest.first == 0xFF { rest.removeFirst() }
            guard let marker = rest.popFirst() else { return nil }
            switch marker {
            case 0x01, 0xD0...0xD7: continue
            case 0xD9, 0xDA: return nil
            default: break
            }
            guard let length = rest.integer(at: 0, count: 2, isBigEndian: true), length >= 2, length <= rest.count
            else {
                return nil
            }
            let contents = rest.prefix(length).dropFirst(2)
            if marker == 0xE1, contents.starts(with: name) { return contents.dropFirst(name.count) }
            rest = rest.dropFirst(length)
        }
        return nil
    }

    /// The contents of the chunk `eXIf`.
    private static func tagsOfPNG(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var rest = bytes.dropFirst(8)
        while let length = rest.integer(at: 0, count: 4, isBigEndian: true), length <= rest.count - 12 {
            let chunk = rest.dropFirst(4)
            if chunk.starts(with: "eXIf".utf8) { return chunk.dropFirst(4).prefix(length) }
            rest = rest.dropFirst(12 + length)
        }
        return nil
    }

    /// The value of the tag in the first directory of a TIFF structure.
    private static func value(in tags: ArraySlice<UInt8>) -> Int? {
        let isBigEndian = tags.starts(with: "MM\0*".utf8)
        guard isBigEndian || tags.starts(with: "II*\0".utf8) else { return nil }
        func integer(_ offset: Int, _ count: Int) -> Int? {
            tags.integer(at: offset, count: count, isBigEndian: isBigEndian)
        }
        guard let directory = integer(4, 4), let count = integer(directory, 2) else { return nil }
        for index in 0..<count {
            let entry = directory + 2 + index * 12
            guard let tag = integer(entry, 2), let type = integer(entry + 2, 2) else { return nil }
            guard tag == 0x0112 else { continue }
            // SHORT, or LONG as some programs write it.
            return type == 3 ? integer(entry + 8, 2) : type == 4 ? integer(entry + 8, 4) : nil
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    /// The unsigned integer of `count` bytes that begins `offset` bytes from the start; nil where there are not as many.
    func integer(at offset: Int, count: Int, isBigEndian: Bool) -> Int? {
        guard offset >= 0, offset <= self.count - count else { return nil }
        let bytes = dropFirst(offset).prefix(count)
        return isBigEndian
            ? bytes.reduce(0) { $0 << 8 | Int($1) } : bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
