import Datasets
import FuzzDriver
import Geometry

/// A description (`data.yaml`) where the first byte is even, else a file of labels.
@main
enum FuzzYOLO {
    static func main() {
        fuzz { bytes in
            guard let first = bytes.first else { return }
            let rest = Array(bytes.dropFirst())
            if first % 2 == 0 {
                guard let labels = try? LabelText.yoloDescription(rest) else { return }
                precondition(!labels.isEmpty && Set(labels).count == labels.count, "classes that are none")
                return
            }
            let boxes = try? LabelText.yoloLabels(
                rest, labels: ["a", "b", "c"], size: .init(width: 320, height: 200), hasKeyPoints: first & 2 != 0)
            for box in boxes ?? [] {
                let rectangle = box.rectangle
                precondition(
                    (0..<3).contains(box.label) && rectangle.width > 0 && rectangle.height > 0
                        && rectangle.width <= 321 && rectangle.height <= 201 && box.area >= 0, "a box that is none")
            }
        }
    }
}
