extension BoxDataSet {
    /// A file of COCO's annotations, or a folder with one for each part of the data.
    init(coco path: String, labels: [String]?, faults: BoxFaults) throws(BoxDataError) {
        let files = isFolder(path) ? try COCOLayout.files(in: path) : [COCOLayout.File(path: path, split: nil)]
        guard !files.isEmpty else { throw BoxDataError(path: path, .noBoxes) }
        var faults = faults
        var listings: [(split: Split, listing: BoxListing)] = []
        for file in files.sorted(by: { $0.order < $1.order }) {
            listings.append((file.split ?? .training, try COCOListing.read(file.path, faults: &faults)))
        }
        try self.init(
            path: path, format: .coco, known: labels, listings: listings, isDivided: files.contains { $0.split != nil },
            files: files.map(\.path), faults: faults)
    }
}

extension COCOLayout.File {
    /// Training first: it numbers the classes.
    fileprivate var order: Int { PictureDataSet.Split.allCases.firstIndex { $0 == split } ?? 0 }
}
