import Images
import Kernels
import Tensors
import TestKit
import Testing

@Suite struct PreprocessingTests {
    @Test(arguments: KernelLevel.supported)
    func tensorsByHand(level: KernelLevel) {
        KernelLevel.force(level) {
            for channels in 1...4 {
                let normalization = PixelNormalization(
                    scale: 1 / 255, mean: Array([0.1, 0.2, 0.3, 0.4].prefix(channels)),
                    deviation: Array([0.5, 0.25, 2, 1].prefix(channels)))
                let bitmaps = (1...3).map { Bitmap.noise(width: 7, height: 5, channels: channels, seed: $0) }
                let batch = Tensor(bitmaps, normalizedBy: normalization)
                #expect(batch.shape == [3, 5, 7, channels])
                let expected = bitmaps.flatMap { bitmap in
                    bitmap.bytes.enumerated().map { index, byte in
                        (Float(byte) / 255 - normalization.mean[index % channels])
                            / normalization.deviation[index % channels]
                    }
                }
                expectClose(batch.floats(), expected)
                let single = Tensor(bitmaps[0], normalizedBy: normalization)
                #expect(single.shape == [5, 7, channels])
                #expect(Bitmap(single, normalizedBy: normalization) == bitmaps[0])
            }
        }
    }

    @Test func framing() {
        let picture = Bitmap.noise(width: 90, height: 61)
        func framed(_ framing: ImagePreprocessing.Framing) -> Bitmap {
            ImagePreprocessing(
                width: 24, height: 24, framing: framing, interpolation: .bicubic, normalization: .imageNet
            ).framed(picture)
        }
        #expect(framed(.stretched) == picture.resized(toWidth: 24, height: 24, by: .bicubic))
        // 0.875 · 61 = 53.4; (90 − 53) / 2 = 18, (61 − 53) / 2 = 4.
        let square = picture.cropped(to: PixelRectangle(x: 18, y: 4, width: 53, height: 53))
        #expect(framed(.centerSquare(fraction: 0.875)) == square.resized(toWidth: 24, height: 24, by: .bicubic))
        let short = picture.resized(toWidth: 41, height: 28, by: .bicubic)
        #expect(framed(.shortSide(28)) == short.cropped(to: PixelRectangle(x: 8, y: 2, width: 24, height: 24)))
    }

    @Test func theUsualNumbers() {
        let white = Bitmap(width: 1, height: 1, filledWith: [255, 255, 255])
        expectClose(Tensor(white, normalizedBy: .unit).floats(), [1, 1, 1])
        expectClose(Tensor(white, normalizedBy: .symmetric).floats(), [1, 1, 1])
        expectClose(Tensor(white, normalizedBy: .imageNet).floats(), [2.248908, 2.428571, 2.64], relative: 1e-5)
        let lite = PixelNormalization(scale: 1, mean: [127, 127, 127], deviation: [128, 128, 128])
        expectClose(Tensor(white, normalizedBy: lite).floats(), [1, 1, 1])
    }
}
