/// An error that can name a value of a configuration file which is not possible.
public protocol ConfigurationValueError: Error {
    static func invalidConfiguration(file: String, key: String, value: String, expected: String) -> Self
}

/// Holds the values of one configuration file against what is possible, with the errors of the module that reads it.
public struct ConfigurationLimits<Key: CodingKey, Failure: ConfigurationValueError>: Sendable {
    /// What errors call the file.
    public let file: String

    public init(file: String) { self.file = file }

    /// The error for a value that is not possible.
    public func invalid(_ key: Key, _ value: String, _ expected: String) -> Failure {
        .invalidConfiguration(file: file, key: key.stringValue, value: value, expected: expected)
    }

    /// Throws unless `value` lies in `range`; one that is not there does.
    public func check<Value: Comparable>(
        _ key: Key, _ value: Value?, _ range: ClosedRange<Value>
    ) throws(Failure) {
        guard let value, !range.contains(value) else { return }
        throw invalid(key, "\(value)", "\(range.lowerBound) to \(range.upperBound)")
    }
}
