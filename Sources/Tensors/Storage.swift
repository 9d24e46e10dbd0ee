/// The bytes behind one or several tensors: a block of the pool, or a part of a mapped file that `owner` keeps alive.
///
/// `@unchecked Sendable`: the memory is written before the first tensor that refers to it can be seen by anyone else, and
/// only read afterwards, unless a single tensor is left that refers to it (``Tensor/withUniqueFloats(_:)``).
package final class Storage: @unchecked Sendable {
    package let bytes: UnsafeRawBufferPointer
    private let block: BufferPool.Block?
    private let owner: (any AnyObject & Sendable)?

    /// A block of the pool, filled by `initialize`.
    package init(byteCount: Int, initializing initialize: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        let block = BufferPool.shared.allocate(byteCount: byteCount)
        do {
            try initialize(UnsafeMutableRawBufferPointer(start: block.start, count: byteCount))
        } catch {
            BufferPool.shared.release(block)
            throw error
        }
        self.block = block
        owner = nil
        bytes = UnsafeRawBufferPointer(start: block.start, count: byteCount)
    }

    /// Where a block of the pool begins; nil for bytes that belong to somebody else.
    var mutableStart: UnsafeMutableRawPointer? { block?.start }

    /// Bytes that belong to somebody else.
    package init(viewing bytes: UnsafeRawBufferPointer, owner: any AnyObject & Sendable) {
        self.bytes = bytes
        self.owner = owner
        block = nil
    }

    deinit {
        if let block { BufferPool.shared.release(block) }
    }
}
