import FuzzDriver
import Grammars

/// Any bytes as a grammar and as a JSON schema. What is accepted is followed along the bytes themselves and along the
/// tokens that it allows.
@main
enum FuzzGrammar {
    static func main() {
        fuzz { bytes in
            let bytes = Array(bytes)
            if let grammar = try? Grammar(utf8: bytes) { follow(grammar, bytes) }
            if let grammar = try? Grammar(jsonSchema: bytes) { follow(grammar, bytes) }
        }
    }

    /// A few tokens of each length.
    private static let tokens = TokenTrie(vocabularySize: 260) { id in
        id < 256 ? [UInt8(id)] : [Array("{\"".utf8), Array("\":".utf8), Array("abc".utf8), Array("00".utf8)][id - 256]
    }

    private static func follow(_ grammar: Grammar, _ bytes: [UInt8]) {
        _ = try? grammar.matches(bytes.prefix(64))
        guard var constraint = try? GrammarConstraint(grammar, tokens: tokens, endTokens: []) else { return }
        for count in 0..<12 where !constraint.isFinished {
            var logits = [Float](repeating: 0, count: tokens.vocabularySize)
            do { try constraint.restrict(&logits, remaining: 12 - count) } catch { return }
            let allowed = logits.indices.filter { logits[$0] == 0 }
            let choice = bytes.isEmpty ? 0 : Int(bytes[count % bytes.count])
            guard !allowed.isEmpty else { return }
            do { try constraint.accept(allowed[choice % allowed.count]) } catch {
                // Only what is allowed is taken.
                preconditionFailure("an allowed token does not fit: \(error)")
            }
        }
    }
}
