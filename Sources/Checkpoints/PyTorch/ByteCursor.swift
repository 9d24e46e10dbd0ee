/// Reads little-endian numbers and texts forward, and never past the end; nothing is allocated by a claimed number.
struct ByteCursor {
    let bytes: UnsafeRawBufferPointer
    let path: String
    var offset = 0

    var remaining: Int { bytes.count - offset }

    func error(_ rule: PyTorchError.Rule) -> PyTorchError { PyTorchError(path: path, rule) }

    mutating func take(_ count: Int) throws(PyTorchError) -> Range<Int> {
        guard count >= 0, count <= remaining else { throw error(.endsTooEarly(offset: offset, wanted: count)) }
        defer { offset += count }
        return offset..<offset + count
    }

    mutating func readInteger<Integer: FixedWidthInteger>(_ type: Integer.Type) throws(PyTorchError) -> Integer {
        let range = try take(MemoryLayout<Integer>.size)
        return Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: type))
    }

    /// Up to a line feed, which is not part of it: names of modules and classes.
    mutating func readLine() throws(PyTorchError) -> String {
        let start = offset
        let limit = min(bytes.count, offset + 1_024)
        guard let end = bytes[offset..<limit].firstIndex(of: UInt8(ascii: "\n")),
            let text = String(validating: bytes[start..<end], as: UTF8.self)
        else { throw error(.malformedText(offset: start)) }
        offset = end + 1
        return text
    }
}
