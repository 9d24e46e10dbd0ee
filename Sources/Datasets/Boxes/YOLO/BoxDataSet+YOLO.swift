import Images

extension BoxDataSet {
    /// A YOLO data set: its description, or the folder that holds it.
    init(yolo path: String, labels: [String]?, faults: BoxFaults) throws(BoxDataError) {
        guard let file = isFolder(path) ? try YOLOLayout.description(in: path) : path else {
            throw BoxDataError(path: path, .noBoxes)
        }
        let description = try YOLODescription(LabelFile.bytes(file, limit: YOLODescription.byteLimit), path: file)
        var root = folder(of: file)
        if root.isEmpty { root = "." }
        var reader = YOLOReader(description: description, file: file, root: root, faults: faults)
        var listings: [(split: Split, listing: BoxListing)] = []
        for part in description.parts { listings.append((part.split, try reader.read(part))) }
        if reader.outlineCount > 0 {
            listings[0].listing.remarks.append(
                BoxFinding(path, .outlines(count: reader.outlineCount, example: reader.outlineExample)))
        }
        try self.init(
            path: path, format: .yolo, known: labels, listings: listings,
            isDivided: description.parts.count > 1 || description.parts[0].split != .training,
            files: [file] + reader.files, faults: reader.faults)
    }
}

/// Reads the parts of a YOLO data set.
private struct YOLOReader {
    let description: YOLODescription
    let file: String
    let root: String
    private(set) var faults: BoxFaults
    private(set) var files: [String] = []
    private(set) var outlineCount = 0
    /// A file that has some.
    private(set) var outlineExample = ""

    init(description: YOLODescription, file: String, root: String, faults: BoxFaults) {
        (self.description, self.file, self.root, self.faults) = (description, file, root, faults)
    }

    mutating func read(_ part: YOLODescription.Part) throws(BoxDataError) -> BoxListing {
        var pictures: [AnnotatedPicture] = []
        for path in try paths(of: part) {
            do throws(BoxDataError) {
                pictures.append(try read(path))
            } catch {
                try faults.add(error)
            }
        }
        return BoxListing(labels: description.labels, pictures: pictures)
    }

    private mutating func read(_ path: String) throws(BoxDataError) -> AnnotatedPicture {
        let header: ImageHeader
        do throws(ImageError) {
            header = try ImageReader().header(ofFile: path)
        } catch {
            let (text, prefix) = ("\(error)", "\(path): ")
            throw BoxDataError(
                path: path, .unreadable(text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text))
        }
        let size = AnnotatedPicture.Size(width: header.width, height: header.height)
        var boxes: [AnnotatedBox] = []
        // A picture without labels shows nothing that was asked for.
        if let labels = YOLOLayout.labelFiles(of: path).first(where: isFile) {
            let found = try YOLOLabels(
                LabelFile.bytes(labels, limit: YOLOLabels.byteLimit), path: labels, labels: description.labels,
                size: size, hasKeyPoints: description.hasKeyPoints)
            boxes = found.boxes
            files.append(labels)
            if found.outlineCount > 0 {
                if outlineCount == 0 { outlineExample = relative(labels, to: root) }
                outlineCount += found.outlineCount
            }
        }
        return AnnotatedPicture(path: path, name: relative(path, to: root), boxes: boxes, size: size)
    }

    /// The pictures of a part; what is missing is a fault.
    private mutating func paths(of part: YOLODescription.Part) throws(BoxDataError) -> [String] {
        var (paths, first) = ([String](), [String: Int]())
        for source in part.sources {
            if isFolder(source) {
                let found = try YOLOLayout.pictures(in: source)
                for labels in try YOLOLayout.strayLabels(of: found) {
                    try faults.add(BoxDataError(path: labels, .missingPicture("of these labels", tried: [source])))
                }
                for path in found where first.updateValue(0, forKey: path) == nil { paths.append(path) }
            } else if isFile(source), source.lowercased().hasSuffix(".txt") {
                for line in try LabelFile.lines(source, limit: YOLODescription.byteLimit << 4) where !line.isBlank {
                    let name = line.text.trimmed
                    var finder = PictureFinder(folders: [folder(of: source), root])
                    let short = name.hasPrefix("./") ? String(name.dropFirst(2)) : name
                    do throws(BoxDataError) {
                        guard let path = finder.path(of: short) else {
                            throw BoxDataError(
                                path: source, at: .line(line.number), .missingPicture(name, tried: finder.folders))
                        }
                        if let first = first.updateValue(line.number, forKey: path) {
                            throw BoxDataError(
                                path: source, at: .line(line.number), .duplicate("the picture '\(name)'", first: first))
                        }
                        paths.append(path)
                    } catch {
                        try faults.add(error)
                    }
                }
            } else {
                try faults.add(
                    BoxDataError(
                        path: file, at: .line(part.line),
                        .wrongValue("'\(source)' is not there", expected: "a folder of pictures, or a list (.txt)")))
            }
        }
        return paths
    }
}
