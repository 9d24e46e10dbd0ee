import Tensors
import Testing

@testable import TextModels

struct StopStringFilterTests {
    /// Cuts texts into pieces in every way, and compares with looking for the stop strings in the whole.
    @Test(arguments: [
        ("one two three", ["two"]), ("aaab", ["aab"]), ("ababac", ["abac", "zz"]), ("no stop here", ["here!"]),
        ("ends with en", ["end!", "en?"]), ("größer als groß", ["ß"]), ("x\n\ny", ["\n\n"]), ("stop", ["stop"]),
        ("abcabd", ["abd", "bca"]), ("", ["a"]), ("abc", []), ("abc", [""]),
    ])
    func whateverThePiecesAre(text: String, stops: [String]) {
        let whole = Array(text.utf8)
        let first = stops.filter { !$0.isEmpty }.compactMap { stop in
            whole.indices.first { whole[$0...].starts(with: Array(stop.utf8)) }
        }.min()
        let expected = String(decoding: whole[..<(first ?? whole.count)], as: UTF8.self)
        let characters = text.unicodeScalars.map { String($0) }
        for cuts in 0..<1 << min(max(characters.count - 1, 0), 12) {
            var filter = StopStringFilter(stops)
            var (result, piece) = ("", "")
            for (index, character) in characters.enumerated() {
                piece += character
                guard index == characters.count - 1 || cuts & 1 << min(index, 12) != 0 else { continue }
                result += filter.append(piece)
                #expect(expected.utf8.starts(with: result.utf8))
                piece = ""
            }
            #expect(filter.hasStopped == (first != nil))
            result += filter.finish()
            #expect(result.utf8.elementsEqual(expected.utf8))
        }
    }
}
