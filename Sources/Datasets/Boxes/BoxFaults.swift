/// What is wrong with the labels of a data set, up to as much as may be left out.
struct BoxFaults {
    /// What errors call the data.
    let path: String
    let limit: Int
    private(set) var all: [BoxDataError] = []

    init(path: String, limit: Int) { (self.path, self.limit) = (path, limit) }

    /// Keeps a fault for which something is left out.
    ///
    /// - Throws: the fault itself where none is allowed, and as soon as there are more than that.
    mutating func add(_ fault: BoxDataError) throws(BoxDataError) {
        guard limit > 0 else { throw fault }
        all.append(fault)
        guard all.count <= limit else { throw BoxDataError(path: path, .tooManyBad(limit: limit, last: "\(fault)")) }
    }
}
