/// The fields of one message in the wire format of protocol buffers
/// (<https://protobuf.dev/programming-guides/encoding/>), one after the other.
///
/// Lengths come from a file: each is checked against what is left before it is used.
struct ProtocolBuffer {
    enum Field: Equatable {
        /// A number, true or false, or a case of an enumeration.
        case integer(UInt64)
        case float(Float)
        /// A number of eight bytes, which no message here has.
        case double
        /// A text, bytes, or a message, by its place.
        case bytes(Range<Int>)
    }

    /// What is not a message.
    enum Fault: Error, Equatable {
        case cutShort
        case varintTooLong
        case fieldNumber
        /// Groups, which no message has had for a decade, and what is no kind at all.
        case unknownWireType(Int)
    }

    private let bytes: [UInt8]
    private var index: Int
    private let end: Int

    /// - Parameter range: of the message in `bytes`.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        (index, end) = (range.lowerBound, range.upperBound)
    }

    /// The next field; nil at the end.
    mutating func next() throws(Fault) -> (number: Int, field: Field)? {
        guard index < end else { return nil }
        let tag = try varint()
        guard (1..<1 << 29).contains(tag >> 3) else { throw .fieldNumber }
        let number = Int(tag >> 3)
        switch tag & 7 {
        case 0: return (number, .integer(try varint()))
        case 1:
            _ = try take(8)
            return (number, .double)
        case 2:
            let length = try varint()
            guard length <= UInt64(end - index) else { throw .cutShort }
            return (number, .bytes(try take(Int(length))))
        case 5:
            let range = try take(4)
            let bits = bytes[range].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return (number, .float(Float(bitPattern: bits)))
        case let type: throw .unknownWireType(Int(type))
        }
    }

    private mutating func take(_ count: Int) throws(Fault) -> Range<Int> {
        guard count <= end - index else { throw .cutShort }
        defer { index += count }
        return index..<index + count
    }

    private mutating func varint() throws(Fault) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            guard index < end else { throw .cutShort }
            let byte = bytes[index]
            index += 1
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte & 0x80 == 0 { return value }
        }
        throw .varintTooLong
    }
}
