/// Reads the list of tensors in the header of a GGUF file.
enum GGUFTensorTable {
    private struct Entry {
        let name: String
        let shape: [Int]
        let type: GGUFTensorType
        let offset: UInt64
        let byteCount: Int
    }

    /// - Parameter cursor: at the first entry; afterwards at the data.
    static func read(
        _ cursor: inout GGUFCursor, count: Int, alignment: Int
    ) throws(GGUFError) -> [GGUFTensor] {
        var entries: [Entry] = []
        var names: Set<String> = []
        for _ in 0..<count {
            let entry = try readEntry(&cursor, alignment: alignment)
            guard names.insert(entry.name).inserted else { throw cursor.refused(.tensor(entry.name), .duplicate) }
            entries.append(entry)
        }
        guard !entries.isEmpty else { return [] }
        _ = try cursor.take(UInt64((alignment - cursor.offset % alignment) % alignment))
        let (start, dataByteCount) = (cursor.offset, cursor.remaining)
        var tensors: [GGUFTensor] = []
        for entry in entries {
            let (end, overflow) = entry.offset.addingReportingOverflow(UInt64(entry.byteCount))
            guard !overflow, end <= UInt64(dataByteCount) else {
                throw cursor.refused(
                    .tensor(entry.name), .dataPastEnd(end: overflow ? .max : end, dataByteCount: dataByteCount))
            }
            let begin = start + Int(entry.offset)
            tensors.append(
                GGUFTensor(
                    name: entry.name, shape: entry.shape, type: entry.type,
                    byteRange: begin..<begin + entry.byteCount))
        }
        let ordered = tensors.sorted { $0.byteRange.lowerBound < $1.byteRange.lowerBound }
        for (before, after) in zip(ordered, ordered.dropFirst())
        where before.byteRange.upperBound > after.byteRange.lowerBound {
            throw cursor.refused(.tensor(after.name), .overlap(with: before.name))
        }
        return tensors
    }

    private static func readEntry(_ cursor: inout GGUFCursor, alignment: Int) throws(GGUFError) -> Entry {
        let name = try cursor.readName()
        let subject = GGUFError.Subject.tensor(name)
        let rank = try cursor.read(UInt32.self, subject)
        guard (1...4).contains(rank) else {
            throw cursor.refused(subject, .tooMany(what: "axes", count: UInt64(rank), limit: 4))
        }
        var extents: [UInt64] = []
        for _ in 0..<rank { extents.append(try cursor.read(UInt64.self, subject)) }
        guard extents.allSatisfy({ (1...UInt64(Int32.max)).contains($0) }) else {
            throw cursor.refused(subject, .unsupportedShape(extents))
        }
        let shape = extents.reversed().map { Int($0) }
        let code = try cursor.read(UInt32.self, subject)
        guard let type = GGUFTensorType(code: code) else {
            throw cursor.refused(
                subject, .unsupportedType(code: code, name: GGUFTensorType.name(ofCode: code)))
        }
        let row = shape[shape.count - 1]
        guard row.isMultiple(of: type.elementsPerBlock) else {
            throw cursor.refused(
                subject,
                .rowNotWholeBlocks(row: row, type: type.description, block: type.elementsPerBlock))
        }
        let blocks = Array(shape.dropLast()) + [row / type.elementsPerBlock]
        guard case .bytes(let byteCount) = ByteCount.of(blocks, bitsPerElement: 8 * type.bytesPerBlock) else {
            throw cursor.refused(subject, .unsupportedShape(extents))
        }
        let offset = try cursor.read(UInt64.self, subject)
        guard offset.isMultiple(of: UInt64(alignment)) else {
            throw cursor.refused(subject, .misaligned(offset: offset, alignment: alignment))
        }
        return Entry(name: name, shape: shape, type: type, offset: offset, byteCount: byteCount)
    }
}
