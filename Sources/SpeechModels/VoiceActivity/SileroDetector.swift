public import Checkpoints
import FoundationEssentials
import Parameters

/// Voice activity by the network of Silero VAD.
public struct SileroDetector: VoiceActivityDetector {
    public let name = "silero"
    private let model: SileroModel

    /// Loads `silero_vad_16k.safetensors`.
    ///
    /// Throws what is wrong with the file, ``SpeechModelError/weightsDoNotFit(folder:_:)`` where it belongs to another
    /// model, and ``SpeechModelError/notFinite(model:)`` where its numbers are out of bounds.
    public init(_ folder: ModelFolder) throws {
        let path = folder.url.path(percentEncoded: false)
        try folder.verifyWeights()
        let store = ParameterStore(reading: try folder.openWeights())
        model = SileroModel(in: store.root)
        do {
            try store.verify()
        } catch let mismatch as ParameterMismatch {
            throw SpeechModelError.weightsDoNotFit(folder: path, mismatch)
        }
        store.packMatrices()
        // Loud alternating samples drive every layer as far as sound can: finite here is finite everywhere.
        var state = SileroModel.State()
        let loud = (0..<SileroModel.contextSize + 4 * VoiceActivity.frameSize).map {
            $0 * $0 % 7 < 3 ? FrameBuffer.limit : -FrameBuffer.limit
        }
        guard model.probabilities(loud, &state).allSatisfy(\.isFinite), state.memory.allSatisfy(\.isFinite) else {
            throw SpeechModelError.notFinite(model: path)
        }
    }

    public func makeStream() -> any VoiceActivityStream { SileroStream(model: model) }
}

struct SileroStream: VoiceActivityStream {
    /// 16 s: memory stays small, whatever comes at once.
    private static let largestBatch = 512

    let model: SileroModel
    private var state = SileroModel.State()
    private var buffer = FrameBuffer()
    private var context = [Float](repeating: 0, count: SileroModel.contextSize)

    init(model: SileroModel) { self.model = model }

    mutating func probabilities(appending samples: [Float]) -> [Float] {
        var probabilities: [Float] = []
        let pieceSize = Self.largestBatch * VoiceActivity.frameSize
        for first in stride(from: 0, to: samples.count, by: pieceSize) {
            buffer.append(Array(samples[first..<min(first + pieceSize, samples.count)]))
            probabilities += probabilitiesOfWholeFrames()
        }
        return probabilities
    }

    mutating func finish() -> [Float] {
        buffer.pad()
        return probabilitiesOfWholeFrames()
    }

    private mutating func probabilitiesOfWholeFrames() -> [Float] {
        guard buffer.frameCount > 0 else { return [] }
        let input = context + buffer.take(frames: buffer.frameCount)
        context = Array(input.suffix(SileroModel.contextSize))
        return model.probabilities(input, &state)
    }
}
