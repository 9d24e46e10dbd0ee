import Geometry

/// What one file of Pascal VOC's annotations says of a picture.
struct VOCFile {
    struct Object {
        let name: String
        /// Its class is numbered later.
        let box: AnnotatedBox
    }

    /// As the file names its picture; nil where it does not.
    let fileName: String?
    let size: AnnotatedPicture.Size?
    let objects: [Object]
    /// Corners at pixel 0, which is none: VOC counts from 1.
    let zeroCornerCount: Int

    /// A larger file is not read.
    static let byteLimit = 16 << 20

    /// - Parameter path: what errors call the file.
    init(_ bytes: [UInt8], path: String) throws(BoxDataError) {
        let root: XMLElement
        do throws(XMLError) {
            root = try XMLParser.parse(bytes)
        } catch {
            throw BoxDataError(path: path, at: .line(error.line), .xml(error.fault))
        }
        guard root.name == "annotation" else {
            throw BoxDataError(
                path: path, at: .line(root.line), .wrongValue("the root is <\(root.name)>", expected: "<annotation>"))
        }
        fileName = root["filename"].map(\.text).flatMap { $0.isEmpty ? nil : $0 }
        size = try Self.size(root["size"], path)
        var (objects, zeros) = ([Object](), 0)
        for element in root.children where element.name == "object" {
            let (object, startsAtZero) = try Self.object(element, path)
            objects.append(object)
            if startsAtZero { zeros += 1 }
        }
        (self.objects, zeroCornerCount) = (objects, zeros)
    }

    private static func size(_ element: XMLElement?, _ path: String) throws(BoxDataError) -> AnnotatedPicture.Size? {
        guard let element else { return nil }
        let width = try number("width", in: element, path)
        let height = try number("height", in: element, path)
        // Some programs write 0 for what they do not know.
        if width == 0 || height == 0 { return nil }
        guard let (columns, rows) = Int(exactly: width).flatMap({ width in Int(exactly: height).map { (width, $0) } }),
            (1...Int(BoxDataError.largestCoordinate)).contains(columns),
            (1...Int(BoxDataError.largestCoordinate)).contains(rows)
        else {
            throw BoxDataError(
                path: path, at: .line(element.line),
                .wrongValue(
                    "the picture has \(width) x \(height) pixels",
                    expected: "1 to \(Int(BoxDataError.largestCoordinate)) each"))
        }
        return AnnotatedPicture.Size(width: columns, height: rows)
    }

    private static func object(
        _ element: XMLElement, _ path: String
    ) throws(BoxDataError) -> (Object, startsAtZero: Bool) {
        func fault(_ reason: BoxDataError.Reason, _ element: XMLElement) -> BoxDataError {
            BoxDataError(path: path, at: .line(element.line), reason)
        }
        guard let name = element["name"]?.text, !name.isEmpty else { throw fault(.missing("<name>"), element) }
        guard let corners = element["bndbox"] else { throw fault(.missing("<bndbox>"), element) }
        var numbers: [Double] = []
        for key in ["xmin", "ymin", "xmax", "ymax"] { numbers.append(try number(key, in: corners, path)) }
        // Both corners are pixels of the thing, counted from 1.
        let rectangle = Rectangle(
            x: numbers[0] - 1, y: numbers[1] - 1, width: numbers[2] - numbers[0] + 1,
            height: numbers[3] - numbers[1] + 1)
        if let fault = BoxDataError.BoxFault(rectangle) {
            throw BoxDataError(path: path, at: .line(corners.line), .box(numbers, fault))
        }
        var isDifficult = false
        if let difficult = element["difficult"] {
            guard ["0", "1", ""].contains(difficult.text) else {
                throw fault(.wrongValue("<difficult> is '\(difficult.text)'", expected: "0 or 1"), difficult)
            }
            isDifficult = difficult.text == "1"
        }
        let object = Object(name: name, box: AnnotatedBox(rectangle, label: 0, isDifficult: isDifficult))
        return (object, rectangle.x == -1 || rectangle.y == -1)
    }

    private static func number(
        _ key: String, in element: XMLElement, _ path: String
    ) throws(BoxDataError) -> Double {
        guard let child = element[key] else {
            throw BoxDataError(path: path, at: .line(element.line), .missing("<\(key)>"))
        }
        guard let value = Double(child.text) else {
            throw BoxDataError(
                path: path, at: .line(child.line), .wrongValue("<\(key)> is '\(child.text)'", expected: "a number"))
        }
        return value
    }
}
