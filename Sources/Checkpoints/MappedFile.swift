#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A regular file, mapped read-only into memory. Its pages are read when they are touched.
///
/// A file that is cut short while it is mapped ends the process with SIGBUS when a lost page is touched; files written
/// by this module never are, because they are replaced by renaming.
public final class MappedFile: Sendable {
    public let path: String
    /// The contents. Valid for as long as this object lives.
    ///
    /// `nonisolated(unsafe)`: the pages are never written, and unmapped only when nobody refers to this object.
    public nonisolated(unsafe) let bytes: UnsafeRawBufferPointer
    private let isMapped: Bool

    /// Opens and maps the file; refuses folders, devices, pipes and empty files.
    public init(path: String) throws(FileError) {
        // Without O_NONBLOCK, opening a pipe would wait for its writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw FileError(path: path, errno == ENOENT ? .missing : .cannotOpen(code: errno))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, .cannotOpen(code: errno)) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw FileError(path: path, .isFolder)
        default: throw FileError(path: path, .notARegularFile)
        }
        let byteCount = Int(status.st_size)
        guard byteCount > 0 else { throw FileError(path: path, .empty) }
        guard let start = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw FileError(path: path, .cannotMap(code: errno))
        }
        self.path = path
        bytes = UnsafeRawBufferPointer(start: start, count: byteCount)
        isMapped = true
    }

    /// A copy in a block of exactly its size, so that a sanitizer sees every byte read beyond it.
    package init(copying contents: UnsafeRawBufferPointer, path: String) {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: contents.count, alignment: 1)
        block.copyMemory(from: contents)
        self.path = path
        bytes = UnsafeRawBufferPointer(block)
        isMapped = false
    }

    /// Takes the pages out of this process's memory; a page that is touched again is read from the file.
    public func releasePages() {
        if isMapped {
            madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_DONTNEED)
        }
    }

    deinit {
        if isMapped {
            munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
        } else {
            bytes.deallocate()
        }
    }

    /// The bytes of a range that lies inside the file.
    func view(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }
}
