import Checkpoints
import Foundation
import Parameters
import Tensors
import Testing

/// Files with bytes flipped, numbers replaced and parts cut away or doubled: they may be refused or accepted, never crash.
@Suite struct CorruptionTests {
    /// SplitMix64, so that a finding can be repeated.
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
    }

    private static func corrupted(_ original: [UInt8], _ random: inout Random, head: Int) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard !bytes.isEmpty else { return [0] }
            // Mostly where the structure is.
            let limit = Bool.random(using: &random) ? min(head, bytes.count) : bytes.count
            let place = Int.random(in: 0..<limit, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
            case 2: bytes[place] = Array("{}[]\",:-0123456789e. \\".utf8).randomElement(using: &random) ?? 0
            case 3: bytes.removeSubrange(place...)
            case 4:
                bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &random)))
            default:
                let end = min(bytes.count, place + Int.random(in: 1...40, using: &random))
                bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
            }
        }
        return bytes
    }

    private func readEverything(_ source: some TensorSource) {
        for name in source.names {
            #expect(source.shape(of: name) != nil)
            _ = try? source.tensor(named: name)
        }
        _ = try? source.nonFiniteValues()
    }

    @Test("safetensors") func safetensors() throws {
        let original = Array(try Data(contentsOf: fixture("huggingface/model.safetensors")))
        var random = Random(state: 1)
        var accepted = 0
        for _ in 0..<1_500 {
            let bytes = Self.corrupted(original, &random, head: 6_500)
            do {
                let file = try bytes.withUnsafeBytes {
                    try SafetensorsFile(MappedFile(copying: $0, path: "m.safetensors"))
                }
                readEverything(file)
                accepted += 1
            } catch {
                #expect(error is SafetensorsError)
            }
        }
        // Flips in the data go unnoticed by design; most other changes are refused.
        #expect(accepted > 0 && accepted < 1_000)
    }

    @Test("CTranslate2", arguments: ["float16", "int8", "int16"]) func ctranslate2(variant: String) throws {
        let original = Array(try Data(contentsOf: fixture("ctranslate2-\(variant)/model.bin")))
        var random = Random(state: 2)
        for _ in 0..<1_500 {
            let bytes = Self.corrupted(original, &random, head: 400)
            do {
                let model = try bytes.withUnsafeBytes {
                    try CTranslate2Whisper(MappedFile(copying: $0, path: "model.bin"))
                }
                readEverything(model)
            } catch {
                #expect(error is CTranslate2Error)
            }
        }
    }

    @Test("torch.save", arguments: ["small.zip.pth", "small.legacy.pth", "small.zip64.pth", "state.zip.pth"])
    func pytorch(name: String) throws {
        let original = Array(try Data(contentsOf: URL(filePath: pytorchFixture(name))))
        var random = Random(state: 3)
        var accepted = 0
        for _ in 0..<1_500 {
            let bytes = Self.corrupted(original, &random, head: 2_000)
            do {
                let file = try bytes.withUnsafeBytes { try PyTorchFile(MappedFile(copying: $0, path: "m.pth")) }
                readEverything(file)
                accepted += 1
            } catch {
                #expect(error is PyTorchError)
            }
        }
        #expect(accepted > 0 && accepted < 1_400)
    }
}
