import JSON

/// The three lists of a file of COCO's annotations, as they stand there: nothing has been compared yet.
///
/// Keys that are not asked for (outlines, licences, key points) are read past.
struct COCOFile {
    /// An entry of a list with the values of the keys that matter.
    struct Entry {
        let list: String
        let number: Int
        let values: [String: JSONValue]

        var id: Int? {
            guard case .integer(let id)? = values["id"] else { return nil }
            return id
        }

        var place: BoxDataError.Place { .entry(list: list, number: number, id: id) }
    }

    let images: [Entry]
    let annotations: [Entry]
    let categories: [Entry]

    /// A larger file is not read.
    static let byteLimit = 1 << 30

    private static let keys: [String: Set<String>] = [
        "images": ["id", "file_name", "width", "height"], "categories": ["id", "name"],
        "annotations": ["id", "image_id", "category_id", "bbox", "area", "iscrowd", "ignore", "difficult"],
    ]

    /// - Parameter path: what errors call the file.
    init(_ bytes: [UInt8], path: String) throws(BoxDataError) {
        var lists: [String: [Entry]] = [:]
        do {
            try JSONReader.read(bytes) { reader in
                try reader.readObject { key, reader in
                    guard let wanted = Self.keys[key] else { return try reader.skipValue() }
                    guard lists[key] == nil else { throw JSONError(.duplicateKey(key), offset: reader.offset) }
                    var entries: [Entry] = []
                    try reader.readArray { reader in
                        let values = try Self.values(of: wanted, &reader)
                        entries.append(Entry(list: key, number: entries.count, values: values))
                    }
                    lists[key] = entries
                }
            }
        } catch let error as JSONError {
            throw BoxDataError(path: path, .json(error))
        } catch {
            throw BoxDataError(path: path, .unreadable("\(error)"))
        }
        for key in ["images", "annotations", "categories"] where lists[key] == nil {
            throw BoxDataError(path: path, .missing("the list '\(key)'"))
        }
        images = lists["images"] ?? []
        annotations = lists["annotations"] ?? []
        categories = lists["categories"] ?? []
    }

    private static func values(of wanted: Set<String>, _ reader: inout JSONReader) throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        try reader.readObject { key, reader in
            guard wanted.contains(key) else { return try reader.skipValue() }
            let value = try reader.readValue()
            guard values.updateValue(value, forKey: key) == nil else {
                throw JSONError(.duplicateKey(key), offset: reader.offset)
            }
        }
        return values
    }
}
