import Foundation

/// Boxes around the things in pictures, as in the files of COCO (`instances_val2017.json`).
public struct COCOAnnotations: Sendable {
    public struct Picture: Sendable, Hashable {
        /// Relative to the folder of the file.
        public let fileName: String
        public let boxes: [Box]
    }

    /// Pixels from the upper left corner.
    public struct Box: Sendable, Hashable {
        public let x: Double
        public let y: Double
        public let width: Double
        public let height: Double
        /// The name of the category.
        public let label: String
        /// A group of things that were not told apart.
        public let isCrowd: Bool
    }

    public let path: String
    /// In the order of the file; those without a box too.
    public let pictures: [Picture]
    /// In the order of the file.
    public let labels: [String]

    /// A larger file is not read.
    static let byteLimit = 1 << 30

    private struct File: Decodable {
        struct Picture: Decodable {
            let id: Int
            let fileName: String

            enum CodingKeys: String, CodingKey {
                case id
                case fileName = "file_name"
            }
        }
        struct Category: Decodable {
            let id: Int
            let name: String
        }
        struct Annotation: Decodable {
            let imageID: Int
            let categoryID: Int
            let box: [Double]
            let isCrowd: Int?

            enum CodingKeys: String, CodingKey {
                case imageID = "image_id"
                case categoryID = "category_id"
                case box = "bbox"
                case isCrowd = "iscrowd"
            }
        }
        let images: [Picture]
        let annotations: [Annotation]
        let categories: [Category]
    }

    public init(path: String) throws(PictureDataError) {
        func fault(_ message: String) -> PictureDataError { PictureDataError(path: path, .annotations(message)) }
        self.path = path
        let file: File
        do {
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber
            guard size.map({ $0.intValue <= Self.byteLimit }) ?? true else {
                throw fault("it has more than \(Self.byteLimit) bytes")
            }
            let data = try Data(contentsOf: URL(filePath: path))
            file = try JSONDecoder().decode(File.self, from: data)
        } catch let error as PictureDataError {
            throw error
        } catch let error as DecodingError {
            throw fault(Self.reason(error))
        } catch {
            throw PictureDataError(path: path, .unreadable("no such file, or reading it is not permitted"))
        }
        let names = Dictionary(file.categories.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        var boxes: [Int: [Box]] = [:]
        let known = Set(file.images.map(\.id))
        for (number, annotation) in file.annotations.enumerated() {
            guard let label = names[annotation.categoryID] else {
                throw fault("annotation \(number) is of the unknown category \(annotation.categoryID)")
            }
            guard known.contains(annotation.imageID) else {
                throw fault("annotation \(number) belongs to the unknown image \(annotation.imageID)")
            }
            let box = annotation.box
            guard box.count == 4, box.allSatisfy({ $0.isFinite && abs($0) <= 1e6 }), box[2] > 0, box[3] > 0 else {
                throw fault("annotation \(number) has the box \(box); expected x, y, width and height")
            }
            boxes[annotation.imageID, default: []].append(
                Box(x: box[0], y: box[1], width: box[2], height: box[3], label: label, isCrowd: annotation.isCrowd == 1)
            )
        }
        pictures = file.images.map { Picture(fileName: $0.fileName, boxes: boxes[$0.id] ?? []) }
        labels = file.categories.map(\.name)
    }

    private static func reason(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }.joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context):
            "\(key.stringValue) is missing\(context.codingPath.isEmpty ? "" : " in \(place(context))")"
        case .typeMismatch(_, let context), .valueNotFound(_, let context): "\(place(context)) is of another type"
        case .dataCorrupted: "it is not JSON"
        @unknown default: "it is of another form"
        }
    }
}
