import Tensors
import Testing

@testable import SpeechModels

/// Gives probabilities that a test chose, a frame at a time, `delay` frames late.
private struct GivenProbabilities: VoiceActivityStream {
    var waiting: [Float]
    var delay = 0
    private var heard = 0
    private var told = 0

    init(_ probabilities: [Float], delay: Int = 0) {
        waiting = probabilities
        self.delay = delay
    }

    mutating func probabilities(appending samples: [Float]) -> [Float] {
        heard += samples.count
        return tell(max(0, heard / VoiceActivity.frameSize - delay - told))
    }

    mutating func finish() -> [Float] { tell(waiting.count) }

    private mutating func tell(_ count: Int) -> [Float] {
        defer { waiting.removeFirst(count) }
        told += count
        return Array(waiting.prefix(count))
    }
}

/// Regions of speech as their definition has them, over the whole recording at once.
private func regionsOffline(
    _ probabilities: [Float], sampleCount: Int, _ settings: VoiceActivitySettings
) -> [Range<Int>] {
    let frame = 512
    let padding = Int(settings.padding * 16_000)
    let minimumSilence = max(Int(settings.minimumSilenceDuration * 16_000), 2 * padding)
    // Each frame: speech, silence, or in between.
    let isHigh = probabilities.map { $0 >= settings.threshold }
    let isLow = probabilities.map { $0 < settings.threshold - 0.15 }
    var regions: [Range<Int>] = []
    var position = 0
    while let start = isHigh[position...].firstIndex(of: true) {
        var silences: [Range<Int>] = []
        var end = start
        var isEnded = false
        while !isEnded {
            guard let silence = isLow[end...].firstIndex(of: true) else {
                end = probabilities.count
                break
            }
            let next = isHigh[silence...].firstIndex(of: true) ?? probabilities.count
            // It ends with the first frame at which it has lasted long enough.
            let needed = (minimumSilence + frame - 1) / frame
            if next - silence >= needed {
                (end, isEnded) = (silence, true)
                position = silence + needed
            } else if next == probabilities.count {
                end = silence
                position = next
                isEnded = true
            } else {
                silences.append(silence..<next)
                end = next
            }
        }
        if !isEnded { position = probabilities.count }
        let inner = silences.reduce(0) { $0 + $1.count }
        if Double((end - start - inner) * frame) >= (settings.minimumSpeechDuration * 16_000).rounded(.down) {
            regions.append(max(0, start * frame - padding)..<min(end * frame + padding, sampleCount))
        }
    }
    return regions
}

struct VoiceActivitySegmenterTests {
    /// All stretches, neighbours of one kind joined.
    private func run(
        _ probabilities: [Float], sampleCount: Int, pieces: [Int], delay: Int = 0, _ settings: VoiceActivitySettings
    ) -> [VoiceActivitySegmenter.Stretch] {
        var segmenter = VoiceActivitySegmenter(
            stream: GivenProbabilities(probabilities, delay: delay), settings: settings)
        var all: [VoiceActivitySegmenter.Stretch] = []
        func add(_ stretches: [VoiceActivitySegmenter.Stretch]) {
            for stretch in stretches {
                #expect(!stretch.range.isEmpty)
                #expect(stretch.range.lowerBound == all.last?.range.upperBound ?? 0)
                #expect(stretch.frames.first == stretch.range.lowerBound / 512)
                #expect(
                    stretch.frames.probabilities.count == (stretch.range.upperBound - 1) / 512 - stretch.frames.first
                        + 1)
                if all.last?.isSpeech == stretch.isSpeech {
                    all[all.count - 1].append(stretch)
                } else {
                    all.append(stretch)
                }
            }
        }
        var heard = 0
        var piece = 0
        while heard < sampleCount {
            let count = min(pieces[piece % pieces.count], sampleCount - heard)
            add(segmenter.append([Float](repeating: 0, count: count)))
            heard += count
            piece += 1
        }
        add(segmenter.finish())
        return all
    }

    /// Speech and silence in turn, of all lengths, with blips and doubtful frames.
    private func recording(_ random: inout RandomSource) -> (probabilities: [Float], sampleCount: Int) {
        var probabilities: [Float] = []
        let parts = Int(random.uniform() * 12)
        for _ in 0..<parts {
            let level = random.uniform()
            let length = Int(random.uniform() * random.uniform() * 200) + 1
            for _ in 0..<length {
                probabilities.append(min(1, max(0, level + 0.3 * (random.uniform() - 0.5))))
            }
        }
        let cut = probabilities.isEmpty ? 0 : Int(random.uniform() * 512)
        return (probabilities, probabilities.count * 512 - cut)
    }

    private func settings(_ random: inout RandomSource) -> VoiceActivitySettings {
        var settings = VoiceActivitySettings()
        guard random.uniform() > 0.3 else { return settings }
        settings.threshold = 0.2 + 0.6 * random.uniform()
        settings.minimumSpeechDuration = Double(random.uniform())
        settings.minimumSilenceDuration = Double(3 * random.uniform())
        settings.padding = Double(random.uniform())
        return settings
    }

    @Test(arguments: 0..<200) func equalsTheOfflineDefinitionForAnyDivision(seed: Int) {
        var random = RandomSource(seed: UInt64(seed))
        let (probabilities, sampleCount) = recording(&random)
        let settings = settings(&random)
        let whole = run(probabilities, sampleCount: sampleCount, pieces: [max(1, sampleCount)], settings)
        #expect(whole.last?.range.upperBound ?? 0 == sampleCount)
        let regions = regionsOffline(probabilities, sampleCount: sampleCount, settings)
        #expect(whole.filter(\.isSpeech).map(\.range) == regions)
        for stretch in whole {
            #expect(
                stretch.frames == VoiceActivityFrames(first: 0, probabilities: probabilities).touching(stretch.range))
        }
        let pieces = (0..<20).map { _ in Int(random.uniform() * random.uniform() * 20_000) + 1 }
        #expect(run(probabilities, sampleCount: sampleCount, pieces: pieces, settings) == whole)
        #expect(run(probabilities, sampleCount: sampleCount, pieces: [512], settings) == whole)
        #expect(run(probabilities, sampleCount: sampleCount, pieces: pieces, delay: 9, settings) == whole)
    }

    @Test func shortSilencesStayInsideAndLongOnesDoNot() {
        // 10 frames of silence, 20 of speech, 30 of silence (1 s), 20 of speech, 100 of silence (3.2 s), 20 of speech.
        let parts: [(Int, Float)] = [(30, 0.1), (20, 0.9), (30, 0.1), (20, 0.9), (100, 0.1), (20, 0.9)]
        let probabilities = parts.flatMap { [Float](repeating: $0.1, count: $0.0) }
        let all = run(probabilities, sampleCount: 220 * 512, pieces: [4000], VoiceActivitySettings())
        #expect(all.map(\.isSpeech) == [false, true, false, true])
        #expect(
            all.map(\.range) == [
                0..<30 * 512 - 6400, 30 * 512 - 6400..<100 * 512 + 6400,
                100 * 512 + 6400..<200 * 512 - 6400, 200 * 512 - 6400..<220 * 512,
            ])
        #expect(all[0].probability == 0.1)
        #expect(all[1].probability > 0.35 && all[1].probability < 0.9)
    }

    @Test func aBlipIsNoSpeech() {
        let probabilities = [Float](repeating: 0, count: 100) + [0.9, 0.9] + [Float](repeating: 0, count: 100)
        let all = run(probabilities, sampleCount: 202 * 512, pieces: [1000], VoiceActivitySettings())
        #expect(all.count == 1 && !all[0].isSpeech && all[0].probability == 0.9)
    }

    @Test func speechIsSettledAsSoonAsItIsSure() {
        let probabilities = [Float](repeating: 0.9, count: 100)
        var segmenter = VoiceActivitySegmenter(
            stream: GivenProbabilities(probabilities), settings: VoiceActivitySettings())
        // 0.25 s are 7.8 frames.
        #expect(segmenter.append([Float](repeating: 0, count: 7 * 512)).isEmpty)
        #expect(segmenter.append([Float](repeating: 0, count: 512)).map(\.range) == [0..<8 * 512])
        #expect(segmenter.append([Float](repeating: 0, count: 600)).map(\.range) == [8 * 512..<9 * 512])
    }

    @Test func nothingIsNothing() {
        var segmenter = VoiceActivitySegmenter(stream: GivenProbabilities([]), settings: VoiceActivitySettings())
        #expect(segmenter.append([]).isEmpty)
        #expect(segmenter.finish().isEmpty)
    }

    @Test func probabilitiesThatAreNoNumbersCountAsSpeech() {
        let all = run(
            [Float](repeating: .nan, count: 40), sampleCount: 40 * 512, pieces: [999], VoiceActivitySettings())
        #expect(all.map(\.isSpeech) == [true])
    }

    @Test(arguments: [-1, 0, Double.nan, .infinity, 1e300]) func anySettingIsHarmless(value: Double) {
        var settings = VoiceActivitySettings()
        settings.threshold = Float(value)
        settings.minimumSpeechDuration = value
        settings.minimumSilenceDuration = value
        settings.padding = value
        let probabilities: [Float] = (0..<300).map { $0 % 100 < 50 ? 0.9 : 0 }
        let all = run(probabilities, sampleCount: 300 * 512, pieces: [5000], settings)
        #expect(all.last?.range.upperBound == 300 * 512)
    }

    /// Three hours: what waits does not grow with the recording.
    @Test func memoryIsBounded() {
        struct Alternating: VoiceActivityStream {
            var count = 0
            mutating func probabilities(appending samples: [Float]) -> [Float] {
                count += 1
                // Blips that never make a region, then speech that never ends, then quiet.
                return [count < 100_000 ? (count % 60 == 0 ? 0.9 : 0) : count < 200_000 ? 0.9 : 0]
            }
            mutating func finish() -> [Float] { [] }
        }
        var settings = VoiceActivitySettings()
        settings.minimumSpeechDuration = 1
        var segmenter = VoiceActivitySegmenter(stream: Alternating(), settings: settings)
        var settled = 0
        var largest = 0
        let samples = [Float](repeating: 0, count: 512)
        for frame in 1...337_500 {
            settled = segmenter.append(samples).last?.range.upperBound ?? settled
            largest = max(largest, frame * 512 - settled)
        }
        #expect(largest <= (2 * 32 + 1) * 16_000)
        #expect(segmenter.frames.probabilities.count <= 2 * 32 * 32)
    }
}
