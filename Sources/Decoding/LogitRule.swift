/// Changes the logits of the next token, given the tokens that were generated so far.
public protocol LogitRule: Sendable {
    /// - Parameters:
    ///   - logits: one per token of the vocabulary; -∞ forbids a token.
    ///   - tokens: what was generated, the prompt not included.
    func apply(to logits: inout [Float], after tokens: [Int])
}

/// Forbids some tokens everywhere.
public struct TokenSuppression: LogitRule {
    private let suppressed: [Int]

    public init(_ suppressed: [Int]) { self.suppressed = suppressed }

    public func apply(to logits: inout [Float], after tokens: [Int]) {
        for token in suppressed where logits.indices.contains(token) { logits[token] = -.infinity }
    }
}

/// Forbids some tokens as the first one: an end that comes before anything was said.
public struct InitialTokenSuppression: LogitRule {
    private let suppressed: [Int]

    public init(_ suppressed: [Int]) { self.suppressed = suppressed }

    public func apply(to logits: inout [Float], after tokens: [Int]) {
        guard tokens.isEmpty else { return }
        for token in suppressed where logits.indices.contains(token) { logits[token] = -.infinity }
    }
}
