import Foundation

/// An `errno` value with the system's words for it.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    public let code: Int32

    public init(code: Int32) { self.code = code }

    /// The error of the system call that has just failed.
    static var last: SystemError { SystemError(code: errno) }

    // glibc's strerror returns constant strings for every code a system call sets.
    public var description: String { String(cString: strerror(code)).lowercased() }
}
