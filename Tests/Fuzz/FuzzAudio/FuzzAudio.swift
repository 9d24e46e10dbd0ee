import Audio
import Foundation
import FuzzDriver

/// A sound file, as a regular file and through a pipe, and a preprocessor configuration.
///
/// libsndfile itself is not instrumented: what is explored here is what this project does around it.
@main
enum FuzzAudio {
    /// Bounds the work where a small file claims or unpacks to hours of sound.
    private static let longestSound = 1 << 20

    static func main() {
        let path = NSTemporaryDirectory() + "/triptych-fuzz-\(getpid())"
        fuzz { bytes in
            if bytes.first == UInt8(ascii: "{") {
                _ = try? LogMelConfiguration(preprocessorConfiguration: Array(bytes), file: "fuzzed")
            }
            let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            let isWritten = file >= 0 && write(file, bytes.baseAddress, bytes.count) == bytes.count
            close(file)
            precondition(isWritten, "\(path) cannot be written")
            read(path)
            readThroughPipe(bytes)
        }
    }

    private static func read(_ path: String) {
        do {
            let stream = try AudioStream(opening: .file(path), sampleRate: 16_000)
            var count = 0
            while count < longestSound {
                let samples = try stream.read(count: 40_000)
                if samples.isEmpty { break }
                precondition(samples.allSatisfy(\.isFinite), "what is no number got through")
                count += samples.count
            }
            _ = stream.warnings.map(\.description)
        } catch {
            _ = "\(error)"
        }
    }

    private static func readThroughPipe(_ bytes: UnsafeRawBufferPointer) {
        var ends: [Int32] = [0, 0]
        // A pipe takes at least this much without a reader.
        guard bytes.count <= 60_000, pipe(&ends) == 0 else { return }
        write(ends[1], bytes.baseAddress, bytes.count)
        close(ends[1])
        read("/dev/fd/\(ends[0])")
        close(ends[0])
    }
}
