import Testing

@testable import Tokenizers

/// Hugging Face `tokenizers` looks scalars up in three libraries (Oniguruma, Rust's `regex`, Rust's `char`), each with a
/// version of Unicode of its own; the fixtures hold what they answer for all 1,112,064 scalars.
@Suite("Classes of scalars equal Hugging Face tokenizers")
struct ScalarClassTests {
    private static let all: [Unicode.Scalar] = (UInt32(0)..<0x110000).compactMap { Unicode.Scalar($0) }

    private func expect(
        _ ranges: [UInt32], _ name: Comment, sourceLocation: SourceLocation = #_sourceLocation,
        _ belongs: (Unicode.Scalar) -> Bool
    ) {
        var expected = Set<UInt32>()
        for start in stride(from: 0, to: ranges.count, by: 2) { expected.formUnion(ranges[start]...ranges[start + 1]) }
        let wrong = Self.all.filter { belongs($0) != expected.contains($0.value) }
            .map { String($0.value, radix: 16) }
        #expect(wrong.count == 0, "\(name): \(wrong.prefix(50))", sourceLocation: sourceLocation)
    }

    @Test func letters() { expect(Fixture.classes.letters, "letters") { ScalarClass($0) == .letter } }
    @Test func numbers() { expect(Fixture.classes.numbers, "numbers") { ScalarClass($0) == .number } }
    @Test func spaces() { expect(Fixture.classes.spaces, "spaces") { ScalarClass($0) == .space } }
    @Test func words() { expect(Fixture.classes.words, "words") { $0.isWord } }

    /// Rust's tables are those of its newest release; Swift's may be a version older or newer.
    @Test func digits() { expect(Fixture.classes.digits, "digits") { $0.isNumeric } }

    @Test("decoding a scalar from UTF-8")
    func scalars() {
        for scalar in Self.all {
            let text = Array(String(scalar).utf8)
            let (found, length) = ScalarClass.scalar(in: text, at: 0)
            guard found == scalar, length == text.count else {
                Issue.record("U+\(String(scalar.value, radix: 16)) became \(found), \(length) bytes")
                return
            }
        }
    }
}
