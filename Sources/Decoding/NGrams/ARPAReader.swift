/// Reads the text format of n-gram models (ARPA), strictly and within limits: nothing is allocated by what a header says.
public enum ARPAReader {
    /// N-grams of all lengths that are read at most.
    public static let largestCount = 50_000_000

    /// - Parameter file: what errors call it.
    public static func read(_ bytes: [UInt8], file: String) throws(NGramError) -> NGramModel {
        var lines = Lines(bytes, file: file)
        try lines.skip(to: "\\data\\")
        let declared = try header(&lines)
        var model: NGramModel?
        var words: [(word: String, logProbability: Float, backoff: Float, line: Int)] = []
        for length in declared.indices.map({ $0 + 1 }) {
            try lines.expect("\\\(length)-grams:")
            var found = 0
            while let line = try lines.next(), !line.isEmpty, !line.hasPrefix("\\") {
                found += 1
                // A header that says less would let a file grow without end.
                guard found <= declared[length - 1] else {
                    throw lines.error(.count(length: length, found: found, declared: declared[length - 1]))
                }
                let entry = try Entry(line, length: length, isLongest: length == declared.count, lines)
                if length == 1 {
                    words.append((entry.words[0], entry.logProbability, entry.backoff, lines.number))
                } else {
                    try add(entry, to: &model, lines)
                }
            }
            guard found == declared[length - 1] else {
                throw lines.error(.count(length: length, found: found, declared: declared[length - 1]))
            }
            if length == 1 { model = try vocabulary(words, order: declared.count, file: file) }
            if lines.current?.isEmpty == true { try lines.skipBlank() } else { lines.stepBack() }
        }
        try lines.expect("\\end\\")
        guard let model else { throw lines.error(.expected("ngram 1=")) }
        return model
    }

    private static func header(_ lines: inout Lines) throws(NGramError) -> [Int] {
        var declared: [Int] = []
        while let line = try lines.next(), !line.isEmpty {
            let parts = line.dropFirst("ngram ".count).split(separator: "=", omittingEmptySubsequences: false)
            guard line.hasPrefix("ngram "), parts.count == 2, let length = Int(parts[0].filter { $0 != " " }),
                let count = Int(parts[1].filter { $0 != " " }), count >= 0
            else { throw lines.error(.expected("ngram \(declared.count + 1)=")) }
            guard length == declared.count + 1, NGramEstimator.orders.contains(length) else {
                throw lines.error(.order(length))
            }
            declared.append(count)
            guard declared.allSatisfy({ $0 <= largestCount }), declared.reduce(0, +) <= largestCount else {
                throw lines.error(.tooMany(count: count, limit: largestCount))
            }
        }
        guard !declared.isEmpty else { throw lines.error(.expected("ngram 1=")) }
        try lines.skipBlank()
        return declared
    }

    private static func vocabulary(
        _ entries: [(word: String, logProbability: Float, backoff: Float, line: Int)], order: Int, file: String
    ) throws(NGramError) -> NGramModel {
        var model = NGramModel(order: order, words: entries.map(\.word))
        for (id, entry) in entries.enumerated() {
            guard model.ids[entry.word] == Int32(id) else {
                throw .malformed(file: file, line: entry.line, .duplicate(entry.word))
            }
            _ = model.add(
                prefix: 0, word: Int32(id), logProbability: entry.logProbability, backoff: entry.backoff)
        }
        return model
    }

    private static func add(_ entry: Entry, to model: inout NGramModel?, _ lines: Lines) throws(NGramError) {
        guard model != nil else { throw lines.error(.expected("\\1-grams:")) }
        var ids: [Int32] = []
        for word in entry.words {
            guard let id = model?.ids[word] else { throw lines.error(.unknownWord(word)) }
            ids.append(id)
        }
        guard let prefix = model?.node(ids.dropLast()) else {
            throw lines.error(.noPrefix(entry.words.joined(separator: " ")))
        }
        let isNew =
            model?.add(
                prefix: prefix, word: ids[ids.count - 1], logProbability: entry.logProbability, backoff: entry.backoff)
            ?? false
        guard isNew else { throw lines.error(.duplicate(entry.words.joined(separator: " "))) }
    }

    /// A line of an n-gram: a logarithm, the words, and a backoff where it is not of the longest.
    private struct Entry {
        let logProbability: Float
        let words: [String]
        let backoff: Float

        init(_ line: String, length: Int, isLongest: Bool, _ lines: Lines) throws(NGramError) {
            // By bytes: a mark after a space would be one character with it.
            let fields = line.utf8.split { $0 == 0x20 || $0 == 0x09 }.map { String(decoding: $0, as: UTF8.self) }
            guard fields.count == length + 1 || fields.count == length + 2 && !isLongest else {
                throw lines.error(.fields(found: fields.count))
            }
            func number(_ text: String) throws(NGramError) -> Float {
                guard let value = Float(text), value.isFinite else { throw lines.error(.number(text)) }
                return value
            }
            logProbability = try number(fields[0])
            guard logProbability <= 0 else { throw lines.error(.probability(logProbability)) }
            words = Array(fields[1...length])
            backoff = fields.count == length + 2 ? try number(fields[length + 1]) : 0
        }
    }

    /// The lines of a file, one at a time.
    private struct Lines {
        let file: String
        private let lines: [ArraySlice<UInt8>]
        private(set) var number = 0
        private(set) var current: String?

        init(_ bytes: [UInt8], file: String) {
            self.file = file
            lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        }

        private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

        func error(_ fault: NGramError.Fault) -> NGramError { .malformed(file: file, line: number, fault) }

        /// Without white space at its ends; nil after the last.
        mutating func next() throws(NGramError) -> String? {
            guard number < lines.count else {
                current = nil
                return nil
            }
            number += 1
            var line = lines[number - 1]
            while let first = line.first, Self.isBlank(first) { line.removeFirst() }
            while let last = line.last, Self.isBlank(last) { line.removeLast() }
            guard let text = String(validating: line, as: UTF8.self) else { throw error(.notUTF8) }
            current = text
            return text
        }

        mutating func stepBack() { number = max(0, number - 1) }

        mutating func skipBlank() throws(NGramError) {
            while let line = try next() {
                if !line.isEmpty { return stepBack() }
            }
        }

        mutating func skip(to wanted: String) throws(NGramError) {
            while let line = try next() { if line == wanted { return } }
            throw error(.expected(wanted))
        }

        mutating func expect(_ wanted: String) throws(NGramError) {
            try skipBlank()
            guard try next() == wanted else { throw error(.expected(wanted)) }
        }
    }
}

extension NGramModel {
    /// The text of an ARPA file, n-grams of each length in the order of their words.
    public func arpa() -> String {
        var text = "\\data\\\n"
        for (index, count) in counts.enumerated() { text += "ngram \(index + 1)=\(count)\n" }
        var levels = [[(words: [Int32], node: Node)]](repeating: [], count: order)
        for node in nodes.dropFirst() {
            var (ids, prefix) = ([node.word], node.prefix)
            while prefix != 0 {
                ids.append(nodes[Int(prefix)].word)
                prefix = nodes[Int(prefix)].prefix
            }
            levels[node.length - 1].append((ids.reversed(), node))
        }
        for (index, level) in levels.enumerated() {
            text += "\n\\\(index + 1)-grams:\n"
            for (ids, node) in level.sorted(by: { $0.words.lexicographicallyPrecedes($1.words) }) {
                text += "\(node.logProbability)\t\(ids.map { words[Int($0)] }.joined(separator: " "))"
                text += index + 1 < order ? "\t\(node.backoff)\n" : "\n"
            }
        }
        return text + "\n\\end\\\n"
    }
}
