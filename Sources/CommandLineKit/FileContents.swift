import Foundation

/// The bytes of files, a piece at a time.
enum FileContents {
    private static let pieceByteCount = 1 << 18

    /// Whether two files hold the same bytes; false where one of them cannot be read.
    static func areEqual(_ first: String, _ second: String) -> Bool {
        let files = [open(first, O_RDONLY | O_CLOEXEC), open(second, O_RDONLY | O_CLOEXEC)]
        defer { for file in files where file >= 0 { close(file) } }
        var status = [stat(), stat()]
        for index in 0..<2 {
            guard files[index] >= 0, fstat(files[index], &status[index]) == 0,
                status[index].st_mode & S_IFMT == S_IFREG
            else { return false }
        }
        guard status[0].st_size == status[1].st_size else { return false }
        if status[0].st_dev == status[1].st_dev, status[0].st_ino == status[1].st_ino { return true }
        while true {
            guard case .success(let a) = piece(of: files[0]), case .success(let b) = piece(of: files[1]), a == b
            else { return false }
            if a.isEmpty { return true }
        }
    }

    /// Copies a file with its permissions and times to a place where none is; nil where that went well.
    static func copy(_ source: String, to target: String) -> SystemError? {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { return .last }
        defer { close(input) }
        var status = stat()
        guard fstat(input, &status) == 0 else { return .last }
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, status.st_mode & 0o777)
        guard output >= 0 else { return .last }
        defer { close(output) }
        while true {
            switch piece(of: input) {
            case .failure(let error): return error
            case .success(let bytes):
                if bytes.isEmpty {
                    // The date of a picture says when it was taken; where it cannot be kept, the copy is whole all the same.
                    let times = [status.st_atim, status.st_mtim]
                    _ = times.withUnsafeBufferPointer { futimens(output, $0.baseAddress) }
                    return fsync(output) == 0 ? nil : .last
                }
                do {
                    try writeAll(bytes, to: output)
                } catch {
                    return error
                }
            }
        }
    }

    /// As much as a piece holds; less only at the end, nothing behind it.
    static func piece(of descriptor: Int32) -> Result<[UInt8], SystemError> {
        var error: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: pieceByteCount) { buffer, count in
            while count < pieceByteCount {
                // The C function wants the address of the unfilled part.
                let received = read(descriptor, buffer.baseAddress! + count, pieceByteCount - count)
                if received < 0, errno == EINTR { continue }
                if received < 0 { error = .last }
                if received <= 0 { break }
                count += received
            }
        }
        return error.map(Result.failure) ?? .success(bytes)
    }
}
