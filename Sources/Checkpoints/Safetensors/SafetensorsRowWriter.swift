import Kernels
import Tensors

/// Writes a safetensors file that holds one matrix of `float32`, row by row, where the number of rows is known only at the
/// end: room for the longest header that is possible is left at the beginning, and filled in last.
///
/// The file appears whole or not at all; without ``finish(metadata:)`` nothing of it remains.
public final class SafetensorsRowWriter {
    private let name: String
    private let width: Int
    private let largestRowCount: Int
    private let headerByteCount: Int
    private let file: AtomicFile
    private var rowCount = 0

    /// - Parameters:
    ///   - name: of the tensor `[rows, width]`.
    ///   - largestMetadata: what the metadata can become at the most.
    /// - Throws: ``SafetensorsError`` where readers would refuse such a header; ``FileError``.
    public init(
        _ name: String, width: Int, largestRowCount: Int, largestMetadata: [String: String], to path: String
    ) throws {
        (self.name, self.width, self.largestRowCount) = (name, width, largestRowCount)
        let limits = SafetensorsLimits()
        if let rule = SafetensorsHeader.rule(refusing: name, limits: limits) {
            throw SafetensorsError(path: path, tensor: name, rule)
        }
        let header = Self.header(name, width: width, rows: largestRowCount, largestMetadata)
        headerByteCount = header.count
        guard headerByteCount - 8 <= limits.headerByteCount else {
            throw SafetensorsError(
                path: path,
                .headerTooLong(byteCount: UInt64(headerByteCount - 8), limit: limits.headerByteCount))
        }
        file = try AtomicFile(path: path)
        try header.withUnsafeBytes { try file.write($0) }
    }

    /// - Precondition: `row` has the width of the matrix, and there is room for it.
    public func append(_ row: [Float]) throws(FileError) {
        precondition(
            row.count == width && rowCount < largestRowCount,
            "row \(rowCount) of \(row.count) numbers in a matrix of at most [\(largestRowCount), \(width)]")
        // The format is little-endian.
        let words = row.map(\.bitPattern.littleEndian)
        do {
            try words.withUnsafeBytes { try file.write($0) }
        } catch let error as FileError {
            throw error
        } catch {
            preconditionFailure("a file throws FileError alone")
        }
        rowCount += 1
    }

    /// Fills in the header and gives the file its name.
    ///
    /// - Precondition: `metadata` is not longer than was said.
    public func finish(metadata: [String: String]) throws(FileError) {
        let header = Self.header(name, width: width, rows: rowCount, metadata, minimum: headerByteCount)
        precondition(header.count == headerByteCount, "metadata has outgrown the room that was left for it")
        try file.overwriteBeginning(header)
        try file.commit()
    }

    private static func header(
        _ name: String, width: Int, rows: Int, _ metadata: [String: String], minimum: Int = 0
    ) -> [UInt8] {
        SafetensorsWriter.header(
            [.init(name: name, shape: [rows, width], elementType: .float32)], metadata: metadata, minimum: minimum)
    }
}
