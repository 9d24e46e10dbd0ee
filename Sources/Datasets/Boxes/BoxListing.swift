/// What one list of pictures and boxes holds: a file of COCO's, or the part of a folder that belongs together.
struct BoxListing {
    /// The names of the classes, by the numbers that the boxes of this list have.
    var labels: [String]
    var pictures: [AnnotatedPicture]
    var remarks: [BoxFinding] = []
}

extension BoxDataSet {
    /// Lists made one data set: classes of one name are the same class, whatever number each list gives it.
    ///
    /// - Parameter known: the names that the model has; those of the lists, in the order of their appearance, where nil.
    init(
        path: String, format: BoxFormat, known: [String]?, listings: [(split: Split, listing: BoxListing)],
        isDivided: Bool, files: [String], faults: BoxFaults
    ) throws(BoxDataError) {
        var labels = known ?? []
        var numbers = Dictionary(labels.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var unknown: [String] = []
        var splits: [Split: [AnnotatedPicture]] = [:]
        for (split, listing) in listings {
            if known == nil {
                for label in listing.labels where numbers[label] == nil {
                    numbers[label] = labels.count
                    labels.append(label)
                }
            }
            let renumbered = listing.labels.map { numbers[$0] }
            var pictures = listing.pictures
            for picture in pictures.indices {
                for box in pictures[picture].boxes.indices {
                    let label = pictures[picture].boxes[box].label
                    if let number = renumbered[label] {
                        pictures[picture].boxes[box].label = number
                    } else if !unknown.contains(listing.labels[label]) {
                        unknown.append(listing.labels[label])
                    }
                }
            }
            splits[split, default: []] += pictures
        }
        if let known, !unknown.isEmpty { throw BoxDataError(path: path, .unknownClasses(unknown, known: known)) }
        guard splits.values.contains(where: { !$0.isEmpty }) else { throw BoxDataError(path: path, .noPictures) }
        self.init(
            path: path, labels: labels, splits: splits, isDivided: isDivided, files: files, format: format,
            bad: faults.all, remarks: listings.flatMap(\.listing.remarks))
    }
}
