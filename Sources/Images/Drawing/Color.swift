/// Red, green and blue from 0 to 255, and how opaque they are from 0 to 1.
public struct Color: Sendable, Hashable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8
    public var opacity: Double

    /// - Parameter rgb: as in `0x1F4E8C`.
    public init(_ rgb: UInt32, opacity: Double = 1) {
        (red, green, blue) = (UInt8(rgb >> 16 & 255), UInt8(rgb >> 8 & 255), UInt8(rgb & 255))
        self.opacity = opacity
    }

    /// How bright the colour is, 0 to 255 (ITU-R BT.601).
    public var luminance: UInt8 {
        let thousandths: Int = Int(red) * 299 + Int(green) * 587 + Int(blue) * 114
        return UInt8((thousandths + 500) / 1000)
    }

    /// Black or white, whichever is easier to read on this colour.
    public var contrasting: Color { luminance < 140 ? Color(0xFFFFFF) : Color(0x000000) }
}
