import FoundationEssentials

/// Scalars over steps for TensorBoard: a TFRecord file of `tensorflow.Event` messages in protocol buffers.
///
/// <https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto>. Only the fields that
/// scalars need are written.
struct EventFile {
    private let file: AppendedFile
    private let now: () -> Double

    /// Begins a new file in `folder`. TensorBoard reads all files of a folder in the order of their names; a session that
    /// starts after `step` makes it drop what earlier files hold beyond.
    init(folder: String, step: Int, now: @escaping () -> Double = { Date().timeIntervalSince1970 }) throws {
        self.now = now
        var path: String
        var seconds = Int(now())
        repeat {
            path = "\(folder)/events.out.tfevents.\(seconds).triptych"
            seconds += 1
        } while RunFolder.exists(path)
        file = try AppendedFile(path: path)
        try append(event { $0.add(3, Array("brain.Event:2".utf8)) })
        let start = ProtocolBuffer { $0.add(1, integer: 1) }
        try append(event(step: step + 1) { $0.add(7, start.bytes) })
    }

    func add(_ scalars: [(tag: String, value: Double)], step: Int) throws {
        let summary = ProtocolBuffer { summary in
            for scalar in scalars {
                let value = ProtocolBuffer {
                    $0.add(1, Array(scalar.tag.utf8))
                    $0.add(2, float: Float(scalar.value))
                }
                summary.add(1, value.bytes)
            }
        }
        try append(event(step: step) { $0.add(5, summary.bytes) })
    }

    private func event(step: Int = 0, _ content: (inout ProtocolBuffer) -> Void) -> ProtocolBuffer {
        ProtocolBuffer {
            $0.add(1, double: now())
            if step != 0 { $0.add(2, integer: UInt64(step)) }
            content(&$0)
        }
    }

    private func append(_ event: ProtocolBuffer) throws { try file.append(Self.record(event.bytes)) }

    /// Length, its masked checksum, the data, their masked checksum; all little-endian.
    static func record(_ data: [UInt8]) -> [UInt8] {
        let length = bytes(UInt64(data.count))
        var record = length
        record += bytes(CRC32C.masked(length))
        record += data
        record += bytes(CRC32C.masked(data))
        return record
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}

/// A message in the wire format of protocol buffers, field by field.
struct ProtocolBuffer {
    private(set) var bytes: [UInt8] = []

    init(_ content: (inout ProtocolBuffer) -> Void) { content(&self) }

    mutating func add(_ field: UInt64, integer value: UInt64) {
        addVariableLength(field << 3)
        addVariableLength(value)
    }

    mutating func add(_ field: UInt64, double value: Double) {
        addVariableLength(field << 3 | 1)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }

    mutating func add(_ field: UInt64, float value: Float) {
        addVariableLength(field << 3 | 5)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }

    /// A text or an embedded message.
    mutating func add(_ field: UInt64, _ content: [UInt8]) {
        addVariableLength(field << 3 | 2)
        addVariableLength(UInt64(content.count))
        bytes += content
    }

    private mutating func addVariableLength(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F | 0x80))
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
