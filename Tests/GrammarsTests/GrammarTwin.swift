import Grammars
import Tensors

/// A grammar read in the most obvious way: where a match that begins at a position can end.
struct GrammarTwin {
    let rules: [String: GrammarExpression]

    init(_ rules: [(name: String, expression: GrammarExpression)]) {
        self.rules = Dictionary(rules.map { ($0.name, $0.expression) }) { first, _ in first }
    }

    func matches(_ text: [UInt8], rule: String = "root") -> Bool {
        guard let root = rules[rule] else { return false }
        return ends(of: root, in: text, from: 0).contains(text.count)
    }

    private func ends(of expression: GrammarExpression, in text: [UInt8], from start: Int) -> Set<Int> {
        switch expression {
        case .literal(let bytes): return text[start...].starts(with: bytes) ? [start + bytes.count] : []
        case .scalar(let set):
            for length in 1...4 where start + length <= text.count {
                guard let character = String(validating: text[start..<start + length], as: UTF8.self) else { continue }
                let scalars = character.unicodeScalars
                if scalars.count == 1, let scalar = scalars.first {
                    return set.contains(scalar) ? [start + length] : []
                }
            }
            return []
        case .sequence(let parts):
            return parts.reduce([start]) { positions, part in
                positions.reduce(into: []) { $0.formUnion(ends(of: part, in: text, from: $1)) }
            }
        case .choice(let choices):
            return choices.reduce(into: []) { $0.formUnion(ends(of: $1, in: text, from: start)) }
        case .repetition(let body, let minimum, let maximum):
            var (reached, rounds) = (Set([start]), 0)
            var all: Set<Int> = minimum == 0 ? reached : []
            // More rounds than bytes bring nothing new.
            while rounds < min(maximum ?? .max, max(minimum, text.count + 1)), !reached.isEmpty {
                reached = reached.reduce(into: []) { $0.formUnion(ends(of: body, in: text, from: $1)) }
                rounds += 1
                if rounds >= minimum { all.formUnion(reached) }
            }
            return all
        case .reference(let name): return rules[name].map { ends(of: $0, in: text, from: start) } ?? []
        }
    }

    /// All texts of up to `length` bytes out of `alphabet`, shortest first.
    static func texts(of alphabet: [UInt8], upTo length: Int) -> [[UInt8]] {
        var all: [[UInt8]] = [[]]
        var last = all
        for _ in 0..<length {
            last = last.flatMap { text in alphabet.map { text + [$0] } }
            all += last
        }
        return all
    }
}

/// Grammars at random, over the letters a and b.
struct RandomGrammar {
    var random: RandomSource
    let names = ["root", "one", "two"]

    mutating func rules() -> [(name: String, expression: GrammarExpression)] {
        names.map { ($0, expression(depth: 3)) }
    }

    private mutating func expression(depth: Int) -> GrammarExpression {
        switch Int.random(in: 0..<(depth == 0 ? 4 : 10), using: &random) {
        case 0, 1:
            return .literal(Array("ab".utf8).shuffled(using: &random).dropLast(Int.random(in: 0...1, using: &random)))
        case 2: return .scalar(ScalarSet(["a", "b", "ab"].randomElement(using: &random) ?? "a"))
        case 3: return .reference(names.randomElement(using: &random) ?? "root")
        case 4, 5, 6:
            return .sequence((0..<Int.random(in: 0...3, using: &random)).map { _ in expression(depth: depth - 1) })
        case 7, 8:
            return .choice((0..<Int.random(in: 1...3, using: &random)).map { _ in expression(depth: depth - 1) })
        default:
            let minimum = Int.random(in: 0...3, using: &random)
            let maximum = Bool.random(using: &random) ? nil : minimum + Int.random(in: 0...2, using: &random)
            return .repetition(expression(depth: depth - 1), minimum: minimum, maximum: maximum)
        }
    }
}
