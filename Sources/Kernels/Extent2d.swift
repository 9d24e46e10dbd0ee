/// Two numbers for the two axes of a picture: an extent, a stride, a padding or a dilation. An integer literal means the
/// same for both.
public struct Extent2d: Sendable, Hashable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    public var height: Int
    public var width: Int

    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    public init(_ both: Int) { self.init(height: both, width: both) }

    public init(integerLiteral value: Int) { self.init(value) }

    public var count: Int { height * width }

    public var description: String { "\(height) × \(width)" }
}
