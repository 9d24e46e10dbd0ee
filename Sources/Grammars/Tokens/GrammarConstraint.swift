/// Holds a text to a grammar while a model writes it, token by token.
///
/// ```swift
/// var constraint = try GrammarConstraint(grammar, tokens: trie, endTokens: [0])
/// while !constraint.isFinished {
///     try constraint.restrict(&logits, remaining: 100)
///     let token = choose(logits)
///     if constraint.endTokens.contains(token) { break }
///     try constraint.accept(token)
/// }
/// ```
public struct GrammarConstraint: Sendable {
    public let tokens: TokenTrie
    /// Allowed where the text may end, and only there.
    public let endTokens: Set<Int>
    private var automaton: GrammarAutomaton
    private var state: Int32
    private var masks: [Int32: TokenMask] = [:]
    private var dropsSpace = false
    /// The end of what was accepted, for messages.
    private var tail: [UInt8] = []

    private static let largestCache = 64 << 20
    private static let tailLength = 40

    /// At the beginning of a text.
    public init(_ grammar: Grammar, tokens: TokenTrie, endTokens: Set<Int>) throws(GrammarError) {
        self.tokens = tokens
        self.endTokens = endTokens
        automaton = GrammarAutomaton(grammar)
        state = try automaton.start()
    }

    public var grammar: Grammar { automaton.grammar }

    /// Begins another text; what was found out about the grammar is kept.
    ///
    /// - Parameter droppingFirstSpace: whether a space that the first token begins with is no part of the text, as at
    ///   the very beginning of what SentencePiece decodes.
    public mutating func restart(droppingFirstSpace: Bool = false) throws(GrammarError) {
        automaton.beginWork()
        state = try automaton.start()
        dropsSpace = droppingFirstSpace
        tail = []
    }

    /// Whether what was accepted is a whole text of the grammar.
    public var isComplete: Bool { automaton.canEnd(state) }
    /// Whether it is, and nothing may follow.
    public var isFinished: Bool { isComplete && automaton.isFinal(state) }
    /// The fewest bytes that complete the text.
    public var missingByteCount: Int { automaton.distance(state) }

    /// Sets the logits of all tokens that may not come next to -∞.
    ///
    /// The text is led to its end in time: a token is only allowed if what it leaves to be written is no longer, in
    /// bytes, than the number of tokens that remain. Where no token satisfies that and the text may not end either, those that
    /// leave least are.
    ///
    /// - Parameters:
    ///   - logits: one per token; tokens that the trie does not hold are forbidden.
    ///   - remaining: how many tokens can still be written, the one to be chosen among them; at least 1.
    /// - Throws: ``GrammarError/noTokenFits(after:)`` where nothing is left to choose from.
    public mutating func restrict(_ logits: inout [Float], remaining: Int) throws(GrammarError) {
        automaton.beginWork()
        if automaton.isCrowded || masks.count * (tokens.vocabularySize / 8 + 64) > Self.largestCache {
            state = try automaton.forgetAll(but: state)
            masks = [:]
        }
        let mask = try mask(remaining: remaining)
        guard mask.count > 0 || isComplete else { throw noTokenFits }
        mask.restrict(&logits, keeping: isComplete ? endTokens : [])
    }

    private mutating func mask(remaining: Int) throws(GrammarError) -> TokenMask {
        var mask: TokenMask
        if let known = masks[state], !dropsSpace {
            mask = known
        } else {
            mask = try automaton.mask(from: state, tokens, droppingSpace: dropsSpace)
            if !dropsSpace { masks[state] = mask }
        }
        let budget = max(remaining - 1, 0)
        if mask.largestDistance > budget, mask.count > 0 {
            mask = try automaton.mask(
                from: state, tokens, budget: isComplete ? budget : max(budget, mask.smallestDistance),
                droppingSpace: dropsSpace)
        }
        return mask
    }

    /// Goes on by a token.
    ///
    /// - Throws: ``GrammarError/noTokenFits(after:)`` where the token does not fit.
    public mutating func accept(_ token: Int) throws(GrammarError) {
        automaton.beginWork()
        var bytes = tokens.bytes(of: token)[...]
        if dropsSpace, bytes.first == UInt8(ascii: " ") { bytes = bytes.dropFirst() }
        guard !bytes.isEmpty else { throw noTokenFits }
        var next = state
        for byte in bytes { next = try automaton.state(after: next, byte) }
        guard next != GrammarAutomaton.dead else { throw noTokenFits }
        state = next
        dropsSpace = false
        tail = (tail + bytes).suffix(Self.tailLength)
    }

    private var noTokenFits: GrammarError { .noTokenFits(after: String(decoding: tail, as: UTF8.self)) }
}

extension Grammar {
    /// Whether all of `text` is a text of the grammar.
    ///
    /// - Throws: ``GrammarError/tooAmbiguous(limit:)`` where that takes too many steps to find out.
    public func matches(_ text: some Sequence<UInt8>) throws(GrammarError) -> Bool {
        var automaton = GrammarAutomaton(self)
        var state = try automaton.start()
        for byte in text {
            state = try automaton.state(after: state, byte)
            if state == GrammarAutomaton.dead { return false }
        }
        return automaton.canEnd(state)
    }
}
