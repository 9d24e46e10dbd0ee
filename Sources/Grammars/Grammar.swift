/// A context-free grammar over bytes, ready to be followed.
///
/// What it matches is always UTF-8, since its parts are texts and classes of characters.
///
/// ```swift
/// let grammar = try Grammar(text: #"root ::= "yes" | "no" [a-z]{0,5}"#)
/// ```
public struct Grammar: Sendable, Equatable {
    /// A place in a rule; the number of the place that comes after it is `next`.
    enum Node: Sendable, Equatable {
        /// The end of a rule or of a repetition's body.
        case end
        /// A byte of a set.
        case match(set: Int32, next: Int32)
        /// One of `targets[range]`.
        case split(Range<Int32>)
        case call(rule: Int32, next: Int32)
        /// A repetition that counts.
        case loop(body: Int32, minimum: Int32, maximum: Int32, next: Int32)
    }

    /// What no finite number of bytes reaches.
    static let infinity = Int.max

    var nodes: [Node] = []
    var targets: [Int32] = []
    /// Where each rule begins; the text begins with rule 0.
    var starts: [Int32] = []
    /// The sets of `Node.match`, as classes of bytes.
    var sets: [ByteSet] = []
    /// Bytes that no set tells apart are of one class.
    var byteClasses: [UInt8] = []
    var classCount = 0
    /// The fewest bytes from a node to the end of its rule; 0 where it can end at once.
    var distances: [Int] = []

    /// Of no rule yet: what the compiler begins with.
    init() {}

    /// Reads a grammar from its text; the rule `root` is where a text begins.
    ///
    /// - Throws: ``GrammarError``, with line and column where the text is not understood.
    public init(text: String) throws(GrammarError) { try self.init(utf8: Array(text.utf8)) }

    /// The same from bytes.
    public init(utf8 bytes: [UInt8]) throws(GrammarError) {
        try self.init(rules: GrammarText.rules(in: bytes), root: "root")
    }

    /// - Parameters:
    ///   - rules: no two of one name.
    ///   - root: the rule that a text begins with.
    ///   - allowsEndlessRules: whether rules that no text matches are left out where there is another way, instead of
    ///     being errors. The root must match something in any case.
    public init(
        rules: [(name: String, expression: GrammarExpression)], root: String, allowsEndlessRules: Bool = false
    ) throws(GrammarError) {
        var compiler = GrammarCompiler(rules.map(\.name))
        try compiler.compile(rules, root: root)
        self = compiler.grammar
        distances = GrammarDistances.compute(self)
        for (number, start) in starts.enumerated() where distances[Int(start)] == Self.infinity {
            if number == 0 || !allowsEndlessRules { throw .endlessRule(compiler.names[number]) }
        }
        if let cycle = LeftRecursion.find(in: self) { throw .leftRecursion(cycle.map { compiler.names[$0] }) }
    }

    /// The fewest bytes that a whole text can have.
    public var shortestByteCount: Int { distances[Int(starts[0])] }
}

/// A set of bytes, or of classes of bytes.
struct ByteSet: Sendable, Hashable {
    private var words: SIMD4<UInt64> = .zero

    init() {}

    init(_ range: ClosedRange<UInt8>) { for byte in range { insert(byte) } }

    func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1 }
    mutating func insert(_ byte: UInt8) { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }
    mutating func formUnion(_ other: ByteSet) { words |= other.words }
}
