/// A token that is looked for in the text itself, before it is cut into words.
public struct AddedToken: Sendable, Equatable {
    public let id: Int
    public let content: String
    /// Found only where no letter, digit or underscore stands beside it.
    public let isSingleWord: Bool
    /// Takes the white space before it along.
    public let stripsLeft: Bool
    /// Takes the white space after it along.
    public let stripsRight: Bool
    /// Looked for in the normalized text instead of the original.
    public let isNormalized: Bool
    /// A control token: left out when decoding with `skippingSpecial`.
    public let isSpecial: Bool

    public init(
        id: Int, content: String, isSingleWord: Bool = false, stripsLeft: Bool = false, stripsRight: Bool = false,
        isNormalized: Bool = false, isSpecial: Bool = true
    ) {
        self.id = id
        self.content = content
        self.isSingleWord = isSingleWord
        self.stripsLeft = stripsLeft
        self.stripsRight = stripsRight
        self.isNormalized = isNormalized
        self.isSpecial = isSpecial
    }

    // Synthesised equality would compare the content by canonical equivalence.
    public static func == (left: AddedToken, right: AddedToken) -> Bool {
        left.id == right.id && left.content.utf8.elementsEqual(right.content.utf8)
            && left.isSingleWord == right.isSingleWord && left.stripsLeft == right.stripsLeft
            && left.stripsRight == right.stripsRight && left.isNormalized == right.isNormalized
            && left.isSpecial == right.isSpecial
    }
}
