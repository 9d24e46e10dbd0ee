/// Replaces each value by the median of its neighbourhood.
struct MedianFilter: Sendable {
    /// Odd: the value itself and as many neighbours on either side.
    let width: Int

    init(width: Int) {
        precondition(width > 0 && !width.isMultiple(of: 2), "a median filter's width is odd, not \(width)")
        self.width = width
    }

    /// Filters a row in place. Beyond its ends the row is mirrored, without repeating the last value; a row that is too
    /// short for that stays as it is.
    func apply(to row: inout ArraySlice<Float>) {
        let reach = width / 2
        guard row.count > reach, reach > 0 else { return }
        let (start, last) = (row.startIndex, row.count - 1)
        let values = Array(row)
        var window = [Float](repeating: 0, count: width)
        for index in values.indices {
            for offset in 0..<width {
                // Insertion sort: the window is small.
                var position = abs(index + offset - reach)
                if position > last { position = 2 * last - position }
                let value = values[position]
                var place = offset
                while place > 0, window[place - 1] > value {
                    window[place] = window[place - 1]
                    place -= 1
                }
                window[place] = value
            }
            row[start + index] = window[reach]
        }
    }
}
