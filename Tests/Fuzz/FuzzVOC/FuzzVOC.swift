import Datasets
import FuzzDriver
import Geometry

/// An XML file of Pascal VOC.
@main
enum FuzzVOC {
    static func main() {
        fuzz { bytes in
            for (name, box) in (try? LabelText.voc(Array(bytes))) ?? [] {
                let rectangle = box.rectangle
                precondition(
                    !name.isEmpty && rectangle.width > 0 && rectangle.height > 0 && abs(rectangle.maximumX) <= 2e6
                        && abs(rectangle.maximumY) <= 2e6, "a box that is none")
            }
        }
    }
}
