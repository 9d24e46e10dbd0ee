import Foundation
import Tensors
import TestKit
import Testing

@testable import Decoding

@Suite struct CTCSearchTests {
    /// Random logarithms of probabilities.
    private func frames(_ frames: Int, _ classes: Int, seed: UInt64) -> [Float] {
        let x = Tensor.random([frames, classes], seed: seed).floats().map { 2 * $0 }
        return (0..<frames).flatMap { frame -> [Float] in
            let row = x[frame * classes..<(frame + 1) * classes]
            let sum = Foundation.log(row.reduce(0) { $0 + Foundation.exp($1) })
            return row.map { $0 - sum }
        }
    }

    /// Every path of frames with its text and logarithm.
    private func paths(_ x: [Float], classes: Int) -> [(path: [Int], text: [Int], score: Double)] {
        let frames = x.count / classes
        return (0..<Int(pow(Double(classes), Double(frames)))).map { number in
            var (path, rest) = ([Int](), number)
            for _ in 0..<frames {
                path.append(rest % classes)
                rest /= classes
            }
            let text = path.indices.filter { path[$0] != 0 && ($0 == 0 || path[$0] != path[$0 - 1]) }.map { path[$0] }
            return (path, text, path.indices.reduce(0) { $0 + Double(x[$1 * classes + path[$1]]) })
        }
    }

    @Test func greedyTakesTheBestClassOfEachFrame() {
        let x: [Float] = [0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 2]
        let tokens = CTCGreedySearch().tokens(x[...], classes: 3)
        #expect(tokens.map(\.id) == [1, 1, 2])
        #expect(tokens.map(\.frames) == [0..<2, 3..<4, 4..<6])
        #expect(tokens.map(\.logProbability) == [1, 1, 2])
        #expect(CTCGreedySearch().tokens([], classes: 3).isEmpty)
    }

    /// With room for every prefix the search is exact.
    @Test(arguments: 1...8 as ClosedRange<UInt64>) func aWideBeamFindsTheMostProbableText(seed: UInt64) {
        let (classes, x) = (3, frames(6, 3, seed: seed))
        var sums: [[Int]: Double] = [:]
        for path in paths(x, classes: classes) { sums[path.text, default: 0] += exp(path.score) }
        let best = sums.max { $0.value < $1.value }!
        let found = CTCPrefixSearch(beamSize: 1_000, scorer: NoPrefixScorer()).run(x[...], classes: classes)
        #expect(found[0].tokens == best.key)
        for result in found {
            #expect(abs(Double(result.logProbability) - log(sums[result.tokens]!)) < 1e-4, "\(result.tokens)")
        }
        let narrow = CTCPrefixSearch(beamSize: 3, scorer: NoPrefixScorer()).run(x[...], classes: classes)
        #expect(narrow.count == 3 && narrow[0].logProbability <= found[0].logProbability + 1e-5)
    }

    /// Adds to every token its number, and for the end the number of tokens.
    private struct Counting: CTCPrefixScorer {
        var start: Int { 0 }
        func extended(_ state: Int, by token: Int) -> (score: Float, state: Int) { (Float(token), state + 1) }
        func ended(_ state: Int) -> Float { Float(state) }
    }

    @Test func whatAScorerAddsCounts() {
        let (classes, x) = (3, frames(5, 3, seed: 4))
        var sums: [[Int]: Double] = [:]
        for path in paths(x, classes: classes) { sums[path.text, default: 0] += exp(path.score) }
        func score(_ text: [Int], _ sum: Double) -> Double { log(sum) + Double(text.reduce(0, +) + text.count) }
        let best = sums.map { (text: $0.key, score: score($0.key, $0.value)) }.max { $0.score < $1.score }!
        let found = CTCPrefixSearch(beamSize: 1_000, scorer: Counting()).run(x[...], classes: classes)[0]
        #expect(found.tokens == best.text && abs(Double(found.score) - best.score) < 1e-4)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>) func alignmentIsTheBestPathOfItsText(seed: UInt64) throws {
        let (classes, x) = (3, frames(6, 3, seed: seed))
        for target in [[], [1], [1, 1], [2, 1, 2], [2, 2, 2]] {
            let best = paths(x, classes: classes).filter { $0.text == target }.max { $0.score < $1.score }!
            let found = try #require(CTCAlignment().align(x[...], classes: classes, target: target))
            #expect(found.map(\.id) == target)
            var path = [Int](repeating: 0, count: 6)
            for token in found { for frame in token.frames { path[frame] = token.id } }
            #expect(path == best.path)
        }
        #expect(CTCAlignment().align(x[...], classes: classes, target: [1, 1, 2, 2]) != nil)
        #expect(CTCAlignment().align(x[...], classes: classes, target: [1, 1, 1, 1]) == nil)
    }

    /// The most probable way through all states, by a table of all frames.
    private func obvious(_ x: [Float], classes: Int, target: [Int]) -> (states: [Int], score: Double)? {
        let (frames, labels) = (x.count / classes, [0] + target.flatMap { [$0, 0] })
        func emission(_ frame: Int, _ state: Int) -> Double {
            labels[state] < 0 ? 0 : Double(x[frame * classes + labels[state]])
        }
        var table = [[(score: Double, from: Int)]]()
        for frame in 0..<frames {
            table.append(
                labels.indices.map { state in
                    if frame == 0 { return (state < 2 ? emission(0, state) : -.infinity, 0) }
                    let before = [state, state - 1, state - 2].filter { from in
                        from >= 0 && (from > state - 2 || state % 2 == 1 && labels[state] != labels[from])
                    }
                    let best = before.max { table[frame - 1][$0].score < table[frame - 1][$1].score }!
                    return (table[frame - 1][best].score + emission(frame, state), best)
                })
        }
        var state =
            table[frames - 1][labels.count - 1].score > table[frames - 1][labels.count - 2].score
            ? labels.count - 1 : labels.count - 2
        let score = table[frames - 1][state].score
        guard score > -.infinity else { return nil }
        var states: [Int] = []
        for frame in (0..<frames).reversed() {
            states.insert(state, at: 0)
            state = table[frame][state].from
        }
        return (states, score)
    }

    /// Frames that are walked in many parts, and texts that just fit, or do not.
    @Test(arguments: 1...8 as ClosedRange<UInt64>) func alignmentOfManyFramesIsThatOfATable(seed: UInt64) throws {
        let (classes, count) = (5, 60 + Int(seed))
        let x = frames(count, classes, seed: 100 + seed)
        for length in [1, 7, 30, count - 1, count, count + 1] {
            var target = (0..<length).map { 1 + ($0 * $0 + Int(seed)) % (classes - 1) }
            if seed.isMultiple(of: 2), length > 6 { target[3] = CTCAlignment.wildcard }
            let expected = obvious(x, classes: classes, target: target)
            let found = CTCAlignment().align(x[...], classes: classes, target: target)
            #expect((found == nil) == (expected == nil), "\(length) tokens in \(count) frames")
            guard let found, let expected else { continue }
            for (index, token) in found.enumerated() {
                let own = expected.states.indices.filter { expected.states[$0] == 2 * index + 1 }
                #expect(token.id == target[index])
                if token.id == CTCAlignment.wildcard {
                    #expect(token.logProbability == 0 && own.contains(token.frames.lowerBound))
                } else {
                    #expect(Array(token.frames) == own)
                    let mean = own.reduce(0) { $0 + x[$1 * classes + token.id] } / Float(own.count)
                    #expect(abs(token.logProbability - mean) < 1e-5)
                }
            }
        }
    }

    /// What has no token is where frames spell something that is not the rest of the text.
    @Test func aWildcardStandsForWhatIsSpelledBetween() throws {
        // 1, blank, 3, blank, 3, 4, blank, blank, 2.
        let spelled = [1, 0, 3, 0, 3, 4, 0, 0, 2]
        let x = spelled.flatMap { best in (0..<5).map { $0 == best ? Float(-0.1) : -4 } }
        let found = try #require(CTCAlignment().align(x[...], classes: 5, target: [1, CTCAlignment.wildcard, 2]))
        #expect(found.map(\.frames) == [0..<1, 2..<6, 8..<9])
        // Where nothing is spelled between, it still has a frame.
        let silent = [1, 0, 0, 2].flatMap { best in (0..<5).map { $0 == best ? Float(-0.1) : -4 } }
        let short = try #require(CTCAlignment().align(silent[...], classes: 5, target: [1, CTCAlignment.wildcard, 2]))
        #expect(short.map(\.frames) == [0..<1, 1..<2, 3..<4])
    }
}
