import Audio
import CommandLineKit
import Foundation
import SpeechModels

extension AudioStream {
    /// Opens sound on a thread of its own: a pipe may keep its reader waiting for ever, and Ctrl-C must end that.
    static func opened(_ input: Input) async throws -> AudioStream {
        let source: AudioSource =
            switch input.source {
            case .file(let path): .file(path)
            case .standardInput: .standardInput
            }
        let opened = AsyncThrowingStream<AudioStream, any Error> { continuation in
            Thread.detachNewThread {
                do {
                    continuation.yield(try AudioStream(opening: source, sampleRate: Transcriber.sampleRate))
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }
        for try await audio in opened { return audio }
        throw CancellationError()
    }
}
