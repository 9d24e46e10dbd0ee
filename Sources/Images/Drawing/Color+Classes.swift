extension Color {
    /// A colour for each class of a classifier or detector: the first 24 are easily told apart, then they come again.
    public static func forClass(_ index: Int) -> Color {
        let count = classColors.count
        return classColors[((index % count) + count) % count]
    }

    /// Each as far from those before it as can be in Oklab, among saturated colours that are neither dark nor pale.
    private static let classColors: [Color] = [
        0xE63B2E, 0x00FF00, 0x0000FF, 0x4DBCFF, 0x008C00, 0xDF00FF, 0xFFBC4D, 0x6D4D8C, 0xFF8CD4, 0x00FFDF, 0x69BF74,
        0x8C4600, 0x794DFF, 0xBF008F, 0xBF8D39, 0x007B8C, 0xAA69BF, 0x7800BF, 0xC9E600, 0x0080FF, 0xFF009F, 0x0060BF,
        0xFF794D, 0x8C8CFF,
    ].map { Color($0) }
}
