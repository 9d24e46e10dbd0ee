/// A conversation as the model is to read it.
public struct RenderedChat: Sendable, Equatable {
    public let text: String
    /// Where what people wrote stands, in bytes of UTF-8: there nothing is a special token, whatever it looks like.
    public let conversationRanges: [Range<Int>]
    /// What stands in `generation` blocks, in bytes of UTF-8: what a model is to learn. Blocks that touch are one range.
    public let generationRanges: [Range<Int>]

    init(_ text: TemplateText) {
        var result = String.UnicodeScalarView()
        var offset = 0
        var conversation: [Range<Int>] = []
        var generation: [Range<Int>] = []
        func extend(_ ranges: inout [Range<Int>], by length: Int) {
            if let last = ranges.last, last.upperBound == offset {
                ranges[ranges.count - 1] = last.lowerBound..<offset + length
            } else {
                ranges.append(offset..<offset + length)
            }
        }
        for unit in text.units {
            let scalar = TemplateText.scalar(unit)
            let length = UTF8.width(scalar)
            if unit & TemplateText.conversationMark != 0 { extend(&conversation, by: length) }
            if unit & TemplateText.generationMark != 0 { extend(&generation, by: length) }
            result.append(scalar)
            offset += length
        }
        self.text = String(result)
        conversationRanges = conversation
        generationRanges = generation
    }
}
