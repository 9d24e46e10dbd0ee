extension TemplateText {
    func starts(with prefix: TemplateText) -> Bool {
        count >= prefix.count
            && zip(units, prefix.units).allSatisfy { ($0 ^ $1) & Self.scalarMask == 0 }
    }

    func ends(with suffix: TemplateText) -> Bool {
        count >= suffix.count
            && zip(units.suffix(suffix.count), suffix.units).allSatisfy { ($0 ^ $1) & Self.scalarMask == 0 }
    }

    /// Where `part` begins, each time behind the end of the one before; at most `limit` places. Takes time proportional to
    /// the length of both (Knuth, Morris and Pratt 1977), so that no template can make a search long.
    func places(of part: TemplateText, limit: Int = .max) -> [Int] {
        guard !part.isEmpty, part.count <= count, limit > 0 else { return [] }
        let wanted = part.units.map { $0 & Self.scalarMask }
        // The length of the longest beginning of `wanted` that ends at each place.
        var borders = [0]
        var length = 0
        for index in wanted.indices.dropFirst() {
            while length > 0, wanted[index] != wanted[length] { length = borders[length - 1] }
            if wanted[index] == wanted[length] { length += 1 }
            borders.append(length)
        }
        var places: [Int] = []
        length = 0
        for (index, unit) in units.enumerated() {
            let scalar = unit & Self.scalarMask
            while length > 0, scalar != wanted[length] { length = borders[length - 1] }
            if scalar == wanted[length] { length += 1 }
            if length == wanted.count {
                places.append(index + 1 - length)
                if places.count == limit { break }
                length = 0
            }
        }
        return places
    }

    func contains(_ part: TemplateText) -> Bool { part.isEmpty || !places(of: part, limit: 1).isEmpty }

    /// Cut at every `separator`, at `limit` of them at most, from the left.
    func split(at separator: TemplateText, limit: Int = .max) -> [TemplateText] {
        var parts: [TemplateText] = []
        var start = 0
        for place in places(of: separator, limit: limit) {
            parts.append(TemplateText(units: units[start..<place]))
            start = place + separator.count
        }
        parts.append(TemplateText(units: units[start...]))
        return parts
    }

    /// Cut at runs of white space, which count as nothing at the ends.
    func splitAtSpace(limit: Int = .max) -> [TemplateText] {
        var parts: [TemplateText] = []
        var rest = units.drop(while: Self.isSpace)
        while !rest.isEmpty {
            guard parts.count < limit else {
                parts.append(TemplateText(units: rest).trimmed(start: false))
                break
            }
            let word = rest.prefix { !Self.isSpace($0) }
            parts.append(TemplateText(units: word))
            rest = rest[word.endIndex...].drop(while: Self.isSpace)
        }
        return parts
    }

    /// The same from the other end.
    var reversed: TemplateText { TemplateText(units: units.reversed()) }

    /// Cut at every `separator`, at `limit` of them at most, from the right; at white space where there is none.
    func splitFromEnd(at separator: TemplateText?, limit: Int) -> [TemplateText] {
        let parts =
            separator.map { reversed.split(at: $0.reversed, limit: limit) } ?? reversed.splitAtSpace(limit: limit)
        return parts.reversed().map(\.reversed)
    }

    /// Lines without their ends, as Python cuts them.
    func lines() -> [TemplateText] {
        var lines: [TemplateText] = []
        var start = 0
        var index = 0
        while index < count {
            let scalar = units[index] & Self.scalarMask
            index += 1
            switch scalar {
            case 0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029:
                lines.append(TemplateText(units: units[start..<index - 1]))
                if scalar == 0x0D, index < count, units[index] & Self.scalarMask == 0x0A { index += 1 }
                start = index
            default: break
            }
        }
        if start < count { lines.append(TemplateText(units: units[start...])) }
        return lines
    }

    func replacing(_ part: TemplateText, with other: TemplateText, limit: Int = .max) -> TemplateText {
        if part.isEmpty { return spread(other, limit: limit) }
        var result: [UInt32] = []
        var start = 0
        for place in places(of: part, limit: limit) {
            result.append(contentsOf: units[start..<place])
            result.append(contentsOf: other.units)
            start = place + part.count
        }
        return start == 0 ? self : TemplateText(units: result + units[start...])
    }

    /// `other` before every scalar and at the end: what replacing nothing means to Python.
    private func spread(_ other: TemplateText, limit: Int) -> TemplateText {
        var result: [UInt32] = []
        for (index, unit) in units.enumerated() {
            if index < limit { result.append(contentsOf: other.units) }
            result.append(unit)
        }
        if count < limit { result.append(contentsOf: other.units) }
        return TemplateText(units: result)
    }
}
