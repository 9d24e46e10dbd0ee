import Foundation
import Geometry
import JSON

/// Boxes as text in each of the three formats, as ``BoxDataSet`` reads them.
public enum BoxText {
    /// A file of COCO's annotations, an entry a line. Ids begin with 1: `pycocotools` takes 0 for "nothing".
    ///
    /// - Parameter pictures: with the names that the file is to have for them, and their sizes.
    public static func coco(_ pictures: [AnnotatedPicture], labels: [String]) -> String {
        var (images, annotations) = ([String](), [String]())
        for (index, picture) in pictures.enumerated() {
            let size = picture.size.map { #", "width": \#($0.width), "height": \#($0.height)"# } ?? ""
            images.append(#"{"id": \#(index + 1), "file_name": \#(JSONText.quoted(picture.name))\#(size)}"#)
            for box in picture.boxes {
                let (rectangle, id) = (box.rectangle, annotations.count + 1)
                let corner = [rectangle.x, rectangle.y, rectangle.width, rectangle.height].map(number)
                annotations.append(
                    #"{"id": \#(id), "image_id": \#(index + 1), "category_id": \#(box.label + 1), "#
                        + #""bbox": [\#(corner.joined(separator: ", "))], "area": \#(number(box.area)), "#
                        + #""iscrowd": \#(box.isCrowd ? 1 : 0)\#(box.isDifficult ? #", "ignore": 1"# : "")}"#)
            }
        }
        let categories = labels.enumerated().map { #"{"id": \#($0 + 1), "name": \#(JSONText.quoted($1))}"# }
        func list(_ name: String, _ entries: [String]) -> String {
            "\"\(name)\": [\n\(entries.joined(separator: ",\n"))\n]"
        }
        return "{"
            + [list("images", images), list("annotations", annotations), list("categories", categories)]
            .joined(separator: ",\n") + "}\n"
    }

    /// The XML of Pascal VOC for a picture: corners are pixels of the thing, counted from 1.
    ///
    /// - Parameter picture: with the name of its file, without folders, and its size where it is known.
    public static func voc(_ picture: AnnotatedPicture, labels: [String]) -> String {
        var text = "<annotation>\n  <filename>\(escaped(picture.name))</filename>\n"
        if let size = picture.size {
            text +=
                "  <size><width>\(size.width)</width><height>\(size.height)</height><depth>3</depth></size>\n"
        }
        for box in picture.boxes {
            let rectangle = box.rectangle
            let corners = [
                ("xmin", rectangle.x + 1), ("ymin", rectangle.y + 1), ("xmax", rectangle.maximumX),
                ("ymax", rectangle.maximumY),
            ].map { "<\($0)>\(number($1))</\($0)>" }
            text +=
                "  <object>\n    <name>\(escaped(labels[box.label]))</name>\n"
                + "    <difficult>\(box.isDifficult || box.isCrowd ? 1 : 0)</difficult>\n"
                + "    <bndbox>\(corners.joined())</bndbox>\n  </object>\n"
        }
        return text + "</annotation>\n"
    }

    /// The label file of YOLO for a picture of this size; groups are left out, and what reaches beyond the picture is cut off.
    public static func yolo(_ picture: AnnotatedPicture, size: AnnotatedPicture.Size) -> String {
        let (width, height) = (Double(size.width), Double(size.height))
        let frame = Rectangle(x: 0, y: 0, width: width, height: height)
        return picture.boxes.filter { !$0.isCrowd }.map { box -> String in
            let inner = box.rectangle.intersection(frame)
            guard inner.width > 0, inner.height > 0 else { return "" }
            let values = [
                inner.center.x / width, inner.center.y / height, inner.width / width, inner.height / height,
            ]
            return "\(box.label) " + values.map(number).joined(separator: " ") + "\n"
        }.joined()
    }

    /// The `data.yaml` of a YOLO data set.
    ///
    /// - Parameter parts: the folders of pictures, by the keys `train`, `val` and `test`.
    public static func yoloDescription(labels: [String], parts: [(key: String, folder: String)]) -> String {
        parts.map { "\($0.key): \($0.folder)\n" }.joined() + "nc: \(labels.count)\nnames:\n"
            // A quoted text of JSON is one of YAML too.
            + labels.enumerated().map { "  \($0): \(JSONText.quoted($1))\n" }.joined()
    }

    // MARK: Values

    /// As few digits as give the same number again.
    private static func number(_ value: Double) -> String {
        Int(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    /// What XML 1.0 has no character for becomes a space.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case _ where scalar.value < 0x20: result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
