import Geometry
import JSON

/// Pictures and boxes of one file of COCO's annotations.
///
/// What is faulty is left out, as far as that is allowed: of a picture with a faulty box the whole picture.
struct COCOListing {
    private let path: String
    private var faults: BoxFaults
    private var labels: [String] = []
    /// By the ids of the categories.
    private var numbers: [Int: Int] = [:]
    private var pictures: [AnnotatedPicture] = []
    /// By the ids of the images; nil for those that are left out.
    private var places: [Int: Int?] = [:]
    private var isBad: [Bool] = []
    private var remarks: [BoxFinding] = []

    /// - Parameter faults: gets those of this file too.
    static func read(_ path: String, faults: inout BoxFaults) throws(BoxDataError) -> BoxListing {
        let file = try COCOFile(LabelFile.bytes(path, limit: COCOFile.byteLimit), path: path)
        return try read(file, path: path, finder: PictureFinder(folders: COCOLayout.pictureFolders(of: path)), &faults)
    }

    /// - Parameter finder: nil where it does not matter whether there are pictures.
    static func read(
        _ file: COCOFile, path: String, finder: PictureFinder?, _ faults: inout BoxFaults
    ) throws(BoxDataError) -> BoxListing {
        var listing = Self(path: path, faults: faults)
        try listing.add(categories: file.categories)
        try listing.add(images: file.images, finder)
        try listing.add(annotations: file.annotations)
        faults = listing.faults
        return BoxListing(
            labels: listing.labels,
            pictures: listing.pictures.indices.filter { !listing.isBad[$0] }.map { listing.pictures[$0] },
            remarks: listing.remarks)
    }

    private init(path: String, faults: BoxFaults) { (self.path, self.faults) = (path, faults) }

    private mutating func note(_ entry: COCOFile.Entry, _ reason: BoxDataError.Reason) throws(BoxDataError) {
        try faults.add(BoxDataError(path: path, at: entry.place, reason))
    }

    // MARK: The three lists

    private mutating func add(categories: [COCOFile.Entry]) throws(BoxDataError) {
        var first: [Int: Int] = [:]
        var named: [String: Int] = [:]
        for entry in categories {
            do throws(FieldFault) {
                let (id, name) = (try entry.integer("id"), try entry.text("name"))
                if let first = first[id] { throw FieldFault(.duplicate("the id \(id)", first: first)) }
                if let first = named[name] { throw FieldFault(.duplicate("the name '\(name)'", first: first)) }
                (first[id], named[name]) = (entry.number, entry.number)
                numbers[id] = labels.count
                labels.append(name)
            } catch {
                try note(entry, error.reason)
            }
        }
    }

    private mutating func add(images: [COCOFile.Entry], _ finder: PictureFinder?) throws(BoxDataError) {
        var finder = finder
        var first: [Int: Int] = [:]
        var named: [String: Int] = [:]
        for entry in images {
            do throws(FieldFault) {
                let (id, name) = (try entry.integer("id"), try entry.text("file_name"))
                if let first = first[id] { throw FieldFault(.duplicate("the id \(id)", first: first)) }
                first[id] = entry.number
                // From here on the picture is known, if only as one that is left out.
                places[id] = .some(nil)
                if let first = named[name] { throw FieldFault(.duplicate("the picture '\(name)'", first: first)) }
                named[name] = entry.number
                let size = try entry.size()
                guard let file = finder == nil ? name : finder?.path(of: name) else {
                    throw FieldFault(.missingPicture(name, tried: finder?.folders ?? []))
                }
                places[id] = pictures.count
                pictures.append(AnnotatedPicture(path: file, name: name, boxes: [], size: size))
                isBad.append(false)
            } catch {
                try note(entry, error.reason)
            }
        }
    }

    private mutating func add(annotations: [COCOFile.Entry]) throws(BoxDataError) {
        var first: [Int: Int] = [:]
        for entry in annotations {
            var place: Int?
            do throws(FieldFault) {
                let image = try entry.integer("image_id")
                guard let known = places[image] else { throw FieldFault(.unknownPicture(image)) }
                // What belongs to a picture that is left out goes with it.
                guard let picture = known else { continue }
                place = picture
                if entry.values["id"] != nil {
                    let id = try entry.integer("id")
                    if let first = first[id] { throw FieldFault(.duplicate("the id \(id)", first: first)) }
                    first[id] = entry.number
                }
                let category = try entry.integer("category_id")
                guard let label = numbers[category] else { throw FieldFault(.unknownClass("with the id \(category)")) }
                pictures[picture].boxes.append(try entry.box(label: label))
            } catch {
                if let place { isBad[place] = true }
                try note(entry, error.reason)
            }
        }
        if let entry = first[0] { remarks.append(BoxFinding(path, .idZero(entry: entry))) }
    }
}

/// What is wrong with a value; the entry that it stands in is known to whoever catches it.
private struct FieldFault: Error {
    let reason: BoxDataError.Reason

    init(_ reason: BoxDataError.Reason) { self.reason = reason }
}

extension COCOFile.Entry {
    fileprivate func integer(_ key: String) throws(FieldFault) -> Int {
        switch values[key] {
        case nil: throw FieldFault(.missing("'\(key)'"))
        case .integer(let value)?: return value
        case let value?: throw FieldFault(.wrongValue("'\(key)' is \(Self.text(value))", expected: "an integer"))
        }
    }

    fileprivate func text(_ key: String) throws(FieldFault) -> String {
        switch values[key] {
        case nil: throw FieldFault(.missing("'\(key)'"))
        case .string(let value)? where !value.isEmpty: return value
        case let value?: throw FieldFault(.wrongValue("'\(key)' is \(Self.text(value))", expected: "a name"))
        }
    }

    /// True for 1 and true, false where there is nothing.
    private func flag(_ key: String) throws(FieldFault) -> Bool {
        switch values[key] {
        case nil, .null?, .integer(0)?, .boolean(false)?: return false
        case .integer(1)?, .boolean(true)?: return true
        case let value?: throw FieldFault(.wrongValue("'\(key)' is \(Self.text(value))", expected: "0 or 1"))
        }
    }

    private static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    fileprivate func size() throws(FieldFault) -> AnnotatedPicture.Size? {
        guard values["width"] != nil || values["height"] != nil else { return nil }
        let (width, height) = (try integer("width"), try integer("height"))
        let range = 1...Int(BoxDataError.largestCoordinate)
        guard range.contains(width), range.contains(height) else {
            throw FieldFault(
                .wrongValue("the picture has \(width) x \(height) pixels", expected: "1 to \(range.upperBound) each"))
        }
        return AnnotatedPicture.Size(width: width, height: height)
    }

    fileprivate func box(label: Int) throws(FieldFault) -> AnnotatedBox {
        guard let value = values["bbox"] else { throw FieldFault(.missing("'bbox'")) }
        guard case .array(let elements) = value, elements.count == 4 else {
            throw FieldFault(.wrongValue("'bbox' is \(Self.text(value))", expected: "[x, y, width, height]"))
        }
        let numbers = elements.compactMap(Self.number)
        guard numbers.count == 4 else {
            throw FieldFault(.wrongValue("'bbox' holds what is no number", expected: "[x, y, width, height]"))
        }
        let rectangle = Rectangle(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
        if let fault = BoxDataError.BoxFault(rectangle) { throw FieldFault(.box(numbers, fault)) }
        var area: Double?
        if let value = values["area"], value != .null {
            area = Self.number(value)
            guard let area, area >= 0, area <= 1e12 else {
                throw FieldFault(.wrongValue("'area' is \(Self.text(value))", expected: "square pixels"))
            }
        }
        let isIgnored = try flag("ignore")
        return AnnotatedBox(
            rectangle, label: label, isCrowd: try flag("iscrowd"),
            isDifficult: try flag("difficult") || isIgnored, area: area)
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .object: "an object"
        case .array(let elements): "a list of \(elements.count)"
        case .string(let text): "\"\(text.prefix(40))\""
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .null: "null"
        }
    }
}
