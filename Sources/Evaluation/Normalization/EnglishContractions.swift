/// Fillers left out, contractions and titles written out.
enum EnglishContractions {
    static func writtenOut(in text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var text = text.rewritingWords { fillers.contains($0) ? "" : nil }
        text = text.rewritten { index in
            guard text[index].isSpace else { return nil }
            let end = text.end(from: index, while: \.isSpace)
            return text.scalar(at: end) == "'" ? (end, []) : (end, Array(text[index..<end]))
        }
        if text.contains("'") { text = phrases.reduce(text) { $1.written(in: $0) } }
        text = text.rewritingWords { words[$0] }
        if text.contains("'") { text = endings.reduce(text) { $1.written(in: $0) } }
        return text
    }

    private static let fillers: Set<String> = ["hmm", "mm", "mhm", "mmm", "uh", "um"]

    /// One contraction and what it stands for.
    private struct Contraction: Sendable {
        let short: [Unicode.Scalar]
        let long: [Unicode.Scalar]
        let beginsWord: Bool

        init(_ short: String, _ long: String, beginsWord: Bool) {
            (self.short, self.long, self.beginsWord) = (short.scalars, long.scalars, beginsWord)
        }

        func written(in text: [Unicode.Scalar]) -> [Unicode.Scalar] {
            text.rewritten { index in
                guard text[index] == short[0], text.has(short, at: index),
                    text.isWordBoundary(at: index + short.count), !beginsWord || text.isWordBoundary(at: index)
                else { return nil }
                return (index + short.count, long)
            }
        }
    }

    private static let phrases = [
        ("won't", "will not"), ("can't", "can not"), ("let's", "let us"), ("ain't", "aint"), ("y'all", "you all"),
        ("i'ma", "i am going to"), ("ma'am", "madam"),
    ].map { Contraction($0, $1, beginsWord: true) }

    /// Titles take a space with them, since a name may follow their point at once.
    private static let words = [
        "wanna": "want to", "gotta": "got to", "gonna": "going to", "imma": "i am going to", "woulda": "would have",
        "coulda": "could have", "shoulda": "should have",
        "mr": "mister ", "mrs": "missus ", "st": "saint ", "dr": "doctor ", "prof": "professor ", "capt": "captain ",
        "gov": "governor ", "ald": "alderman ", "gen": "general ", "sen": "senator ", "rep": "representative ",
        "pres": "president ", "rev": "reverend ", "hon": "honorable ", "asst": "assistant ", "assoc": "associate ",
        "lt": "lieutenant ", "col": "colonel ", "jr": "junior ", "sr": "senior ", "esq": "esquire ",
    ]

    /// In this order, each through the whole text: the certain readings of 'd and 's before the usual ones.
    private static let endings = [
        ("'d been", " had been"), ("'s been", " has been"), ("'d gone", " had gone"), ("'s gone", " has gone"),
        ("'d done", " had done"), ("'s got", " has got"),
        ("n't", " not"), ("'re", " are"), ("'s", " is"), ("'d", " would"), ("'ll", " will"), ("'t", " not"),
        ("'ve", " have"), ("'m", " am"),
    ].map { Contraction($0, $1, beginsWord: false) }
}

extension [Unicode.Scalar] {
    /// Replaces every run of word characters for which `replacement` has something.
    fileprivate func rewritingWords(_ replacement: (String) -> String?) -> [Unicode.Scalar] {
        rewritten { index in
            guard self[index].isWordCharacter else { return nil }
            let end = end(from: index, while: \.isWordCharacter)
            let word = self[index..<end]
            return (end, replacement(Array(word).text)?.scalars ?? Array(word))
        }
    }
}
