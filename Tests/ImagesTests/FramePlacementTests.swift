import Geometry
import Images
import Testing

@Suite struct FramePlacementTests {
    /// A picture with one bright square is framed; the square is to be where the placement says.
    @Test(
        arguments: [
            ImagePreprocessing.Framing.stretched, .fitted(fill: 114), .centerSquare(fraction: 0.8), .shortSide(80),
            .shortSide(40), .bounded(short: 64, long: 90, multiple: 8),
        ], [(160, 96), (96, 160), (64, 64)])
    func rectanglesFollowThePicture(_ framing: ImagePreprocessing.Framing, _ size: (Int, Int)) throws {
        let preprocessing = ImagePreprocessing(
            width: 64, height: 48, framing: framing, interpolation: .bilinear,
            normalization: PixelNormalization(scale: 1, mean: [0, 0, 0], deviation: [1, 1, 1]))
        var picture = Bitmap(width: size.0, height: size.1, filledWith: [0, 0, 0])
        let square = Rectangle(x: Double(size.0 / 2 - 8), y: Double(size.1 / 2 - 6), width: 12, height: 12)
        picture.fill(square, with: Color(0xFFFFFF))
        let placement = preprocessing.placement(width: size.0, height: size.1)
        let expected = placement.inFrame(square)
        let back = placement.inPicture(expected)
        #expect(abs(back.x - square.x) < 1e-9 && abs(back.maximumY - square.maximumY) < 1e-9)

        let frame = preprocessing.framed(picture)
        var (left, right, top, bottom) = (frame.width, 0, frame.height, 0)
        for y in 0..<frame.height {
            for x in 0..<frame.width where frame[x, y].first.map({ $0 > 127 }) ?? false {
                (left, right, top, bottom) = (min(left, x), max(right, x + 1), min(top, y), max(bottom, y + 1))
            }
        }
        #expect(abs(Double(left) - expected.x) <= 1 && abs(Double(right) - expected.maximumX) <= 1)
        #expect(abs(Double(top) - expected.y) <= 1 && abs(Double(bottom) - expected.maximumY) <= 1)
    }

    @Test func whatAFittedPictureDoesNotCoverIsFilled() {
        let preprocessing = ImagePreprocessing(
            width: 32, height: 32, framing: .fitted(fill: 114), interpolation: .bilinear,
            normalization: PixelNormalization(scale: 1, mean: [0, 0, 0], deviation: [1, 1, 1]))
        let frame = preprocessing.framed(Bitmap(width: 64, height: 32, filledWith: [255, 255, 255]))
        #expect(Array(frame[31, 15]) == [255, 255, 255])
        #expect(Array(frame[0, 16]) == [114, 114, 114])
    }
}
