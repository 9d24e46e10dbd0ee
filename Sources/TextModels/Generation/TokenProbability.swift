import Decoding
import Tokenizers

/// How probable a token was to the model itself, before temperature and other rules, and which were the most probable ones.
public struct TokenProbability: Codable, Sendable, Equatable {
    public struct Alternative: Codable, Sendable, Equatable {
        public var token: Int
        public var text: String
        /// The natural logarithm of its probability.
        public var logProbability: Float

        enum CodingKeys: String, CodingKey {
            case token, text
            case logProbability = "log_probability"
        }
    }

    public var token: Int
    /// A part of a character is U+FFFD.
    public var text: String
    /// The natural logarithm of its probability.
    public var logProbability: Float
    /// The most probable ones, the best first; the token itself may be among them.
    public var alternatives: [Alternative]

    enum CodingKeys: String, CodingKey {
        case token, text, alternatives
        case logProbability = "log_probability"
    }

    init(of token: Int, _ logits: [Float], alternatives count: Int, _ tokenizer: any Tokenizer) {
        let total = LogProbabilities.logSumExp(logits, in: 0..<logits.count)
        self.token = token
        text = tokenizer.text(of: token) ?? ""
        // Minus infinity, which a forbidden token would have, is nothing that JSON can say.
        logProbability = max(logits[token] - total, -.greatestFiniteMagnitude)
        alternatives = (count > 0 ? LogProbabilities.largest(count, logits) : []).map { id in
            Alternative(token: id, text: tokenizer.text(of: id) ?? "", logProbability: logits[id] - total)
        }
    }
}
