import Images
import Testing

@Suite struct GeometryTests {
    private let picture = Bitmap.noise(width: 5, height: 3)

    /// Each pixel of `result` is the one that `place` names.
    private func expect(
        _ result: Bitmap, _ width: Int, _ height: Int, sourceLocation: SourceLocation = #_sourceLocation,
        at place: (Int, Int) -> (Int, Int)
    ) {
        #expect(result.width == width && result.height == height, sourceLocation: sourceLocation)
        for y in 0..<height {
            for x in 0..<width {
                let (sourceX, sourceY) = place(x, y)
                #expect(result[x, y] == picture[sourceX, sourceY], sourceLocation: sourceLocation)
            }
        }
    }

    @Test func turnsAndFlips() {
        expect(picture.flippedHorizontally(), 5, 3) { (4 - $0, $1) }
        expect(picture.flippedVertically(), 5, 3) { ($0, 2 - $1) }
        expect(picture.transposed(), 3, 5) { ($1, $0) }
        // Clockwise: the left column becomes the upper row.
        expect(picture.rotated(quarterTurns: 1), 3, 5) { ($1, 2 - $0) }
        expect(picture.rotated(quarterTurns: -3), 3, 5) { ($1, 2 - $0) }
        expect(picture.rotated(quarterTurns: 2), 5, 3) { (4 - $0, 2 - $1) }
        expect(picture.rotated(quarterTurns: 3), 3, 5) { (4 - $1, $0) }
        #expect(picture.rotated(quarterTurns: 4) == picture)
    }

    @Test func cropsAndBorders() {
        expect(picture.cropped(to: PixelRectangle(x: 1, y: 1, width: 3, height: 2)), 3, 2) { ($0 + 1, $1 + 1) }
        expect(picture.centerCropped(toWidth: 2, height: 2), 2, 2) { ($0 + 1, $1) }
        expect(picture.centerSquare(), 3, 3) { ($0 + 1, $1) }
        expect(picture.centerSquare(fraction: 0.875), 2, 2) { ($0 + 1, $1) }
        let padded = picture.padded(left: 1, top: 2, right: 3, bottom: 0, with: [9, 8, 7])
        #expect(padded.width == 9 && padded.height == 5)
        #expect(padded[0, 4] == [9, 8, 7] && padded[8, 2] == [9, 8, 7] && padded[3, 1] == [9, 8, 7])
        #expect(padded.cropped(to: PixelRectangle(x: 1, y: 2, width: 5, height: 3)) == picture)
        // Smaller than what is wanted: black around it.
        let large = picture.centerCropped(toWidth: 8, height: 4)
        #expect(large.cropped(to: PixelRectangle(x: 1, y: 0, width: 5, height: 3)) == picture)
        #expect(large[0, 0] == [0, 0, 0] && large[7, 3] == [0, 0, 0])
    }

    @Test func pastingCutsOffWhatDoesNotFit() {
        for x in -7...7 {
            for y in -5...5 {
                var canvas = Bitmap(width: 5, height: 3, filledWith: [1, 2, 3])
                canvas.paste(picture, x: x, y: y)
                for row in 0..<3 {
                    for column in 0..<5 {
                        let isInside = (0..<5).contains(column - x) && (0..<3).contains(row - y)
                        #expect(canvas[column, row] == (isInside ? picture[column - x, row - y] : [1, 2, 3]))
                    }
                }
            }
        }
    }

    @Test func channelsBecomeThree() {
        let grey = Bitmap(width: 2, height: 1, channels: 2, bytes: [100, 255, 100, 51])
        #expect(grey.rgb().bytes == [100, 100, 100, 224, 224, 224])
        #expect(grey.rgb(over: [0, 5, 0]).bytes == [100, 100, 100, 20, 24, 20])
        let color = Bitmap(width: 1, height: 1, channels: 4, bytes: [10, 20, 30, 0])
        #expect(color.rgb(over: [7, 8, 9]).bytes == [7, 8, 9])
        #expect(Bitmap(width: 1, height: 1, channels: 1, bytes: [3]).rgb().bytes == [3, 3, 3])
    }
}
