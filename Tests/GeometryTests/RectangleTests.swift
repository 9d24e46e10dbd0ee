import Geometry
import Testing

@Suite struct RectangleTests {
    @Test func overlapIsThatOfTheAreas() {
        let square = Rectangle(x: 0, y: 0, width: 10, height: 10)
        #expect(square.intersectionOverUnion(square) == 1)
        let shifted = Rectangle(x: 5, y: 0, width: 10, height: 10)
        #expect(square.intersection(shifted) == Rectangle(x: 5, y: 0, width: 5, height: 10))
        #expect(square.intersectionOverUnion(shifted) == 50.0 / 150)
        #expect(shifted.intersectionOverUnion(square) == 50.0 / 150)
    }

    @Test func rectanglesApartOrWithoutExtentOverlapInNothing() {
        let square = Rectangle(x: 0, y: 0, width: 10, height: 10)
        #expect(square.intersectionOverUnion(Rectangle(x: 10, y: 0, width: 10, height: 10)) == 0)
        #expect(square.intersectionOverUnion(Rectangle(x: 30, y: 30, width: 1, height: 1)) == 0)
        let point = Rectangle(x: 5, y: 5, width: 0, height: 0)
        #expect(point.intersectionOverUnion(point) == 0)
        #expect(square.intersectionOverUnion(point) == 0)
    }
}
