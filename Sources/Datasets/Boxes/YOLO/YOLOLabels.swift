import Geometry

/// The boxes of one label file of a YOLO data set: a line for each thing, with the number of its class and its box as
/// parts of the picture's width and height (centre, width, height), or the corners of its outline.
struct YOLOLabels {
    let boxes: [AnnotatedBox]
    let outlineCount: Int

    /// A larger file is not read.
    static let byteLimit = 16 << 20
    /// Rounding may lead a little beyond the picture.
    private static let tolerance = 1e-3

    /// - Parameters:
    ///   - path: what errors call the file.
    ///   - hasKeyPoints: whether points follow behind each box.
    init(
        _ bytes: [UInt8], path: String, labels: [String], size: AnnotatedPicture.Size, hasKeyPoints: Bool
    ) throws(BoxDataError) {
        var (boxes, outlines) = ([AnnotatedBox](), 0)
        for line in try LabelFile.lines(of: bytes, path: path) where !line.isBlank {
            func fault(_ reason: BoxDataError.Reason) -> BoxDataError {
                BoxDataError(path: path, at: .line(line.number), reason)
            }
            let fields = line.text.split(whereSeparator: \.isWhitespace)
            let isOutline = !hasKeyPoints && fields.count >= 7 && fields.count % 2 == 1
            guard fields.count == 5 || isOutline || hasKeyPoints && fields.count > 5 else {
                throw fault(
                    .wrongValue(
                        "\(fields.count) columns",
                        expected: "5 (class, centre x and y, width, height), or a class and at least three corners"))
            }
            guard let label = Self.classNumber(fields[0]) else {
                throw fault(.wrongValue("the class '\(fields[0].prefix(40))'", expected: "its number, from 0"))
            }
            guard labels.indices.contains(label) else { throw fault(.unknownClass("with the number \(label)")) }
            var numbers: [Double] = []
            for field in isOutline ? fields.dropFirst() : fields[1..<5] {
                guard let number = Double(field) else {
                    throw fault(.wrongValue("'\(field.prefix(40))'", expected: "a number"))
                }
                numbers.append(number)
            }
            let parts = isOutline ? Self.bounds(of: numbers) : Self.rectangle(numbers)
            if let reason = BoxDataError.BoxFault(parts) { throw fault(.box(numbers, reason)) }
            let range = -Self.tolerance...1 + Self.tolerance
            guard numbers.allSatisfy(range.contains) else {
                throw fault(
                    .wrongValue(
                        "a coordinate beyond the picture", expected: "parts of its width and height, 0 to 1"))
            }
            let (width, height) = (Double(size.width), Double(size.height))
            boxes.append(
                AnnotatedBox(
                    Rectangle(
                        x: parts.x * width, y: parts.y * height, width: parts.width * width,
                        height: parts.height * height), label: label,
                    area: isOutline ? Self.area(of: numbers) * width * height : nil))
            if isOutline { outlines += 1 }
        }
        (self.boxes, outlineCount) = (boxes, outlines)
    }

    /// Some programs write 3.0 for 3.
    private static func classNumber(_ field: Substring) -> Int? {
        Int(field) ?? Double(field).flatMap { Int(exactly: $0) }
    }

    private static func rectangle(_ numbers: [Double]) -> Rectangle {
        Rectangle(
            x: numbers[0] - numbers[2] / 2, y: numbers[1] - numbers[3] / 2, width: numbers[2], height: numbers[3])
    }

    /// The box around corners x, y, x, y…
    private static func bounds(of corners: [Double]) -> Rectangle {
        var (left, top) = (corners[0], corners[1])
        var (right, bottom) = (left, top)
        for index in stride(from: 0, to: corners.count, by: 2) {
            (left, right) = (min(left, corners[index]), max(right, corners[index]))
            (top, bottom) = (min(top, corners[index + 1]), max(bottom, corners[index + 1]))
        }
        return Rectangle(x: left, y: top, width: right - left, height: bottom - top)
    }

    /// Of the polygon with these corners (the shoelace formula).
    private static func area(of corners: [Double]) -> Double {
        var sum = 0.0
        for index in stride(from: 0, to: corners.count, by: 2) {
            let next = (index + 2) % corners.count
            sum += corners[index] * corners[next + 1] - corners[next] * corners[index + 1]
        }
        return abs(sum) / 2
    }
}
