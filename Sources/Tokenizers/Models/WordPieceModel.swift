/// The longest token that a word begins with, then the longest that continues it, and so on; a word that cannot be spelt so
/// is unknown as a whole (Schuster and Nakajima 2012; Devlin et al. 2019).
struct WordPieceModel: Sendable {
    let unknownID: Int
    /// Stands before tokens that continue a word: "##".
    let continuingPrefix: [UInt8]
    /// Words of more characters are unknown.
    let longestWord: Int
    private let longestToken: Int

    init(tokens: ByteStringTable, unknownID: Int, continuingPrefix: [UInt8], longestWord: Int) {
        self.unknownID = unknownID
        self.continuingPrefix = continuingPrefix
        self.longestWord = longestWord
        var longest = 0
        tokens.withEach { longest = max(longest, $0.count) }
        longestToken = longest
    }

    /// Appends the ids of `word`, which is valid UTF-8.
    func append(_ word: ArraySlice<UInt8>, _ vocabulary: Vocabulary, to ids: inout [Int32]) {
        let characters = word.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
        let first = ids.count
        guard characters <= longestWord else { return ids.append(Int32(unknownID)) }
        var start = word.startIndex
        while start < word.endIndex {
            let prefix = start > word.startIndex ? continuingPrefix : []
            // No token is longer, so nothing longer is looked up.
            var end = min(word.endIndex, start + max(longestToken - prefix.count, 0))
            while end < word.endIndex, end > start, word[end] & 0xC0 == 0x80 { end -= 1 }
            var found: Int32?
            var candidate = prefix + word[start..<end]
            while end > start {
                if let entry = vocabulary.tokens.index(of: candidate) {
                    found = vocabulary.ids[entry]
                    break
                }
                repeat {
                    end -= 1
                    candidate.removeLast()
                } while end > start && word[end] & 0xC0 == 0x80
            }
            guard let found else {
                ids.removeSubrange(first...)
                return ids.append(Int32(unknownID))
            }
            ids.append(found)
            start = end
        }
    }
}
