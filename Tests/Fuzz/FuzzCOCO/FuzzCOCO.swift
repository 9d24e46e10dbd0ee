import Datasets
import FuzzDriver
import Geometry

/// A file of COCO's annotations: strictly, and with everything faulty left out.
@main
enum FuzzCOCO {
    static func main() {
        fuzz { bytes in
            let bytes = Array(bytes)
            let strict = try? LabelText.coco(bytes, skippingBad: 0)
            guard let lenient = try? LabelText.coco(bytes, skippingBad: .max) else {
                precondition(strict == nil, "read strictly and not leniently")
                return
            }
            precondition((strict != nil) == (lenient.faultCount == 0), "faults that are none, or none that are")
            for box in lenient.boxes.joined() {
                let rectangle = box.rectangle
                precondition(lenient.labels.indices.contains(box.label), "a class that is not listed")
                precondition(
                    rectangle.width > 0 && rectangle.height > 0 && abs(rectangle.maximumX) <= 2e6
                        && abs(rectangle.maximumY) <= 2e6 && box.area >= 0 && box.area <= 1e12, "a box that is none")
            }
        }
    }
}
