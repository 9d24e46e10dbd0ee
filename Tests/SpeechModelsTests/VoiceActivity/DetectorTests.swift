import Checkpoints
import Foundation
import Tensors
import TestKit
import Testing

@testable import SpeechModels

/// What both detectors must get right: speech in recordings, and no speech in what has none.
struct DetectorTests {
    private func probabilities(
        _ detector: any VoiceActivityDetector, _ samples: [Float], piece: Int = 16_000
    ) -> [Float] {
        var stream = detector.makeStream()
        var all: [Float] = []
        for first in stride(from: 0, to: samples.count, by: piece) {
            all += stream.probabilities(appending: Array(samples[first..<min(first + piece, samples.count)]))
        }
        return all + stream.finish()
    }

    private func share(_ frames: [Int], _ isCounted: (Int) -> Bool) -> Double {
        Double(frames.count(where: isCounted)) / Double(max(1, frames.count))
    }

    private func figures(_ detector: any VoiceActivityDetector, _ mix: MixedRecording) -> Figures {
        let all = probabilities(detector, mix.samples)
        #expect(all.count == (mix.samples.count + 511) / 512)
        #expect(all.allSatisfy { $0 >= 0 && $0 <= 1 })
        var segmenter = VoiceActivitySegmenter(stream: detector.makeStream(), settings: VoiceActivitySettings())
        let stretches = segmenter.append(mix.samples) + segmenter.finish()
        var isKept = [Bool](repeating: false, count: mix.samples.count)
        for stretch in stretches where stretch.isSpeech {
            for sample in stretch.range { isKept[sample] = true }
        }
        let speech = mix.sureFrames
        return Figures(
            heard: share(speech) { all[$0] >= 0.5 }, kept: share(speech) { isKept[$0 * 512] },
            fillers: MixedRecording.Filler.allCases.map { kind in
                let frames = mix.frames(of: kind)
                return (kind, share(frames) { all[$0] >= 0.5 }, share(frames) { isKept[$0 * 512] })
            })
    }

    struct Figures: CustomStringConvertible {
        /// Of the frames that surely hold speech, the share with a probability of at least 0.5.
        let heard: Double
        /// Of the same, the share inside regions of speech.
        let kept: Double
        /// The same two for what lies between.
        let fillers: [(kind: MixedRecording.Filler, heard: Double, kept: Double)]

        var description: String {
            func percent(_ value: Double) -> String { String(format: "%.1f", 100 * value) }
            return
                (["speech \(percent(heard)) \(percent(kept))"]
                + fillers.map { "\($0.kind) \(percent($0.heard)) \(percent($0.kept))" }).joined(separator: ", ")
        }
    }

    @Test func theStatisticalDetectorTellsSpeechFromNoiseAndTones() throws {
        let figures = try figures(StatisticalDetector(), .ofSamples())
        #expect(figures.heard > 0.85 && figures.kept > 0.98, "\(figures)")
        for filler in figures.fillers {
            #expect(filler.heard < 0.02 && filler.kept < 0.02, "\(figures)")
        }
    }

    @Test(.needsModel("silero-vad")) func theNetworkTellsSpeechFromNoiseAndTones() throws {
        let detector = try SileroDetector(ModelFolder(FetchedModel.folder("silero-vad")))
        let figures = try figures(detector, .ofSamples())
        #expect(figures.heard > 0.95 && figures.kept > 0.99, "\(figures)")
        // It takes a part of the melody for speech, as the package's own does.
        for filler in figures.fillers where filler.kind != .melody {
            #expect(filler.heard < 0.02 && filler.kept < 0.03, "\(figures)")
        }
    }

    private static let recordings: [URL] = {
        guard let data = ProcessInfo.processInfo.environment["TRIPTYCH_DATA"] else { return [] }
        let folder = URL(fileURLWithPath: data).appending(path: "librispeech-wav-sample")
        // Without the folder there is nothing to test.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".wav") }.sorted().map { folder.appending(path: $0) }
    }()

    /// The figures of docs/models/voice-activity.md.
    @Test(.enabled(if: !recordings.isEmpty, "needs $TRIPTYCH_DATA/librispeech-wav-sample"), .needsModel("silero-vad"))
    func bothOnManyVoices() throws {
        var mix = MixedRecording()
        for (index, file) in Self.recordings.enumerated() {
            mix.append(MixedRecording.Filler.allCases[index % 7], seconds: 5)
            mix.append(speech: try MixedRecording.load(file))
        }
        let silero = try SileroDetector(ModelFolder(FetchedModel.folder("silero-vad")))
        for (detector, least) in [(silero, 0.99), (StatisticalDetector(), 0.97)]
            as [(any VoiceActivityDetector, Double)]
        {
            let figures = figures(detector, mix)
            print("\(detector.name), share heard and kept in %: \(figures)")
            #expect(figures.kept > least)
            #expect(figures.fillers.allSatisfy { $0.kept < 0.1 }, "\(figures)")
        }
    }

    #if !DEBUG
        /// Ten minutes; prints how long each detector takes. `TRIPTYCH_THREADS=1` has it on one core.
        @Test(
            .enabled(if: ProcessInfo.processInfo.environment["TRIPTYCH_MEASURE"] != nil, "TRIPTYCH_MEASURE is not set"),
            .needsModel("silero-vad"))
        func speed() throws {
            var random = RandomSource(seed: 1)
            let samples = (0..<600 * 16_000).map { _ in 0.1 * random.normal() }
            let silero = try SileroDetector(ModelFolder(FetchedModel.folder("silero-vad")))
            for detector in [silero, StatisticalDetector()] as [any VoiceActivityDetector] {
                let duration = ContinuousClock().measure { _ = probabilities(detector, samples, piece: 480_000) }
                print("\(detector.name): 600 s of sound in \(duration)")
                #expect(duration < .seconds(6))
            }
        }
    #endif

    // MARK: The statistical detector's own

    @Test(arguments: [511, 512, 513, 5000]) func anyDivisionGivesTheSame(piece: Int) throws {
        let samples = try MixedRecording.load(Repository.file("Assets/Samples/librispeech-3664-178355-0019.flac"))
        let detector = StatisticalDetector()
        #expect(
            probabilities(detector, samples, piece: piece) == probabilities(detector, samples, piece: samples.count))
    }

    @Test(arguments: [Float.nan, .infinity, -.greatestFiniteMagnitude, 0, 1, 1e-30]) func anySoundIsTaken(value: Float)
    {
        for count in [0, 1, 511, 512, 513, 767, 768, 1024, 20_000] {
            let all = probabilities(StatisticalDetector(), [Float](repeating: value, count: count))
            #expect(all.count == (count + 511) / 512)
            #expect(all.allSatisfy { $0 >= 0 && $0 <= 0.5 })
        }
    }

    /// Frame by frame as the definition has it, with all observations at hand.
    @Test func streamingEqualsTheDefinition() throws {
        let samples = Array(
            try MixedRecording.load(Repository.file("Assets/Samples/librispeech-5789-70653-0019.flac")).prefix(60_000))
        let frameCount = (samples.count + 511) / 512
        let padded =
            [Float](repeating: 0, count: 256) + samples
            + [Float](repeating: 0, count: frameCount * 512 - samples.count + 256)
        var analysis = FrameAnalysis()
        let observations = (0..<frameCount).map { analysis.observe(padded[$0 * 512..<$0 * 512 + 1024]) }
        let expected = (0..<frameCount).map {
            StatisticalStream.probability(SpeechFeatures(observations, frame: $0))
        }
        #expect(probabilities(StatisticalDetector(), samples) == expected)
    }

    /// A measured frame against the obvious sums.
    @Test func anObservationEqualsTheDefinition() {
        var random = RandomSource(seed: 3)
        let samples = (0..<1024).map { index in
            0.3 * Float(sin(2 * .pi * 125 * Double(index) / 16_000)) + 0.01 * random.normal()
        }
        let window = (0..<1024).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / 1024) }
        let weighted = zip(samples, window).map { Double($0) * $1 }
        let windowPower = window.reduce(0) { $0 + $1 * $1 }
        func power(_ bin: Int) -> Double {
            var (real, imaginary) = (0.0, 0.0)
            for (index, sample) in weighted.enumerated() {
                let angle = 2 * .pi * Double(bin * index % 1024) / 1024
                real += sample * cos(angle)
                imaginary += sample * sin(angle)
            }
            return (real * real + imaginary * imaginary) / windowPower
        }
        func level(_ power: Double) -> Double { 10 * log10(power + 1e-9) }
        var analysis = FrameAnalysis()
        let observation = analysis.observe(samples[...])
        let powers = (10..<256).map(power)
        // 150 to 300 Hz are bins 10 to 18, 2800 Hz to 4 kHz bins 179 to 255.
        #expect(abs(Double(observation.bandLevels[0]) - level(powers[0..<9].reduce(0, +) / 9)) < 1e-3)
        #expect(abs(Double(observation.bandLevels[7]) - level(powers[169...].reduce(0, +) / 77)) < 1e-3)
        #expect(observation.smoothedLevels == observation.bandLevels)
        let flatness = powers.map(level).reduce(0, +) / 246 - level(powers.reduce(0, +) / 246)
        #expect(abs(Double(observation.flatness) - flatness) < 1e-3)
        #expect(observation.periodicity > 0.95 && observation.periodicity < 1.05)
    }
}
