import Images

extension BoxDataSet {
    /// A folder of Pascal VOC's data. Classes are numbered in the order of their names, since nothing lists them.
    init(voc path: String, labels: [String]?, faults: BoxFaults) throws(BoxDataError) {
        guard let layout = try VOCLayout(of: path) else { throw BoxDataError(path: path, .noBoxes) }
        var reader = VOCReader(faults: faults)
        var parts: [(split: Split, entries: [VOCReader.Entry])] = []
        for part in layout.parts { parts.append((part.split ?? .training, try reader.read(part, below: path))) }
        let names = Set(parts.flatMap(\.entries).flatMap { $0.objects.map(\.name) }).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var listings = parts.map { part in
            let pictures = part.entries.map { entry in
                var picture = entry.picture
                picture.boxes = entry.objects.map { object in
                    var box = object.box
                    box.label = numbers[object.name] ?? 0
                    return box
                }
                return picture
            }
            return (split: part.split, listing: BoxListing(labels: names, pictures: pictures))
        }
        if reader.zeroCornerCount > 0 {
            listings[0].listing.remarks.append(
                BoxFinding(path, .zeroCorners(count: reader.zeroCornerCount, example: reader.zeroCornerExample)))
        }
        try self.init(
            path: path, format: .voc, known: labels, listings: listings,
            isDivided: layout.parts.contains { $0.split != nil }, files: reader.files, faults: reader.faults)
    }
}

/// Reads the annotations of the parts of a data set of Pascal VOC.
struct VOCReader {
    struct Entry {
        let picture: AnnotatedPicture
        let objects: [VOCFile.Object]
    }

    private(set) var faults: BoxFaults
    private(set) var files: [String] = []
    private(set) var zeroCornerCount = 0
    /// A file that has some.
    private(set) var zeroCornerExample = ""

    init(faults: BoxFaults) { self.faults = faults }

    mutating func read(_ part: VOCLayout.Part, below root: String) throws(BoxDataError) -> [Entry] {
        var finder = PictureFinder(folders: part.pictureFolders)
        var entries: [Entry] = []
        for path in try annotationFiles(of: part) {
            do throws(BoxDataError) {
                let file = try VOCFile(LabelFile.bytes(path, limit: VOCFile.byteLimit), path: path)
                let picture = try Self.picture(of: file, path, &finder)
                files.append(path)
                if file.zeroCornerCount > 0 {
                    if zeroCornerCount == 0 { zeroCornerExample = relative(path, to: root) }
                    zeroCornerCount += file.zeroCornerCount
                }
                entries.append(
                    Entry(
                        picture: AnnotatedPicture(
                            path: picture, name: relative(picture, to: root), boxes: [], size: file.size),
                        objects: file.objects))
            } catch {
                try faults.add(error)
            }
        }
        return entries
    }

    /// Those of a list, or all of the folder in the order of their names.
    private mutating func annotationFiles(of part: VOCLayout.Part) throws(BoxDataError) -> [String] {
        guard let list = part.listFile else {
            return try folderContents(part.annotationFolder).filter { $0.lowercased().hasSuffix(".xml") }
                .map { "\(part.annotationFolder)/\($0)" }
        }
        var first: [String: Int] = [:]
        var files: [String] = []
        for line in try LabelFile.lines(list, limit: VOCFile.byteLimit) {
            // Lists of one class have a second column.
            guard let name = line.text.split(whereSeparator: \.isWhitespace).first.map(String.init) else { continue }
            if let first = first.updateValue(line.number, forKey: name) {
                try faults.add(
                    BoxDataError(path: list, at: .line(line.number), .duplicate("the picture '\(name)'", first: first)))
                continue
            }
            files.append("\(part.annotationFolder)/\(name).xml")
        }
        return files
    }

    /// By the name in the file, or else by that of the file itself: renamed pictures are common.
    private static func picture(
        of file: VOCFile, _ path: String, _ finder: inout PictureFinder
    ) throws(BoxDataError) -> String {
        let stem = path.split(separator: "/").last.map { String($0.dropLast(4)) } ?? ""
        let names =
            (file.fileName.map { [$0] } ?? []) + [stem]
            + ImageFormat.allEndings.flatMap { ending in
                ["\(stem).\(ending)", "\(stem).\(ending.uppercased())"]
            }
        for name in names {
            if let path = finder.path(of: name) { return path }
        }
        throw BoxDataError(path: path, .missingPicture(file.fileName ?? stem, tried: finder.folders))
    }
}

/// A path below a folder as it is called within it.
func relative(_ path: String, to folder: String) -> String {
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
}
