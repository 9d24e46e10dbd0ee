import Datasets

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What stands out among the other recordings; that is worth hearing, but may be as it should.
extension RecordingCheck {
    typealias Remark = (place: Int, reason: RecordingFinding.Reason)

    /// Alphabets that are larger have many characters that are rare.
    private static let smallAlphabet = 200
    /// Texts that have a rare character at most.
    private static let rareTextCount = 2
    /// Texts without which nothing is rare or unusual.
    private static let fewTexts = 20
    /// Distances from the median that a rate has at least, in robust standard deviations of its logarithm.
    private static let unusualDeviation = 5.0
    /// And the factor: of short words, rates differ much.
    private static let unusualFactor = 3.0
    /// The share of all texts that a frequent one has at least, and how many times the usual one that is.
    private static let frequentShare = 0.01
    private static let frequentFactor = 10
    private static let frequentCount = 10

    /// Texts with characters that only one or two of very many texts have.
    func rareTexts(_ good: [Int]) -> [Remark] {
        guard good.count >= Self.fewTexts else { return [] }
        var counts: [Unicode.Scalar: Int] = [:]
        for index in good { for scalar in Set(entries[index].text.unicodeScalars) { counts[scalar, default: 0] += 1 } }
        guard counts.count <= Self.smallAlphabet else { return [] }
        let limit = min(Self.rareTextCount, good.count / 50)
        let rare = Set(counts.filter { $0.value <= limit }.keys)
        return good.compactMap { index in
            let found = rare.intersection(entries[index].text.unicodeScalars)
            return found.isEmpty ? nil : (index, .rareCharacters(found.map { String($0) }.sorted()))
        }
    }

    /// Recordings whose texts are much longer or shorter than what is usually said in their time.
    func unusualRates(_ good: [Int], _ sounds: [RecordingFacts.Sound?]) -> [Remark] {
        let rates = good.compactMap { index -> (place: Int, rate: Double)? in
            guard let seconds = sounds[index]?.seconds, seconds > 0 else { return nil }
            return (index, Double(entries[index].text.unicodeScalars.count) / seconds)
        }
        guard rates.count >= Self.fewTexts else { return [] }
        let usual = Self.median(rates.map { log($0.rate) })
        // The median distance times this is the standard deviation of a normal distribution.
        let deviation = 1.4826 * Self.median(rates.map { abs(log($0.rate) - usual) })
        let limit = max(Self.unusualDeviation * deviation, log(Self.unusualFactor))
        return rates.filter { abs(log($0.rate) - usual) > limit }.map {
            ($0.place, .speakingRate(found: $0.rate, usual: exp(usual)))
        }
    }

    /// - Precondition: there are values.
    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    // MARK: The whole

    func wholeFindings(_ good: [Int], _ sounds: [RecordingFacts.Sound?]) -> [RecordingFinding] {
        let reasons =
            sharedSpeakers(good) + frequentTexts(good)
            + others(sounds.map { $0?.sampleRate }).map { .mixedRates($0, count: $1, example: $2, most: $3) }
            + others(sounds.map { $0?.channelCount }).map { .mixedChannels($0, count: $1, example: $2, most: $3) }
        return reasons.map { RecordingFinding(path, $0) }
    }

    private func sharedSpeakers(_ good: [Int]) -> [RecordingFinding.Reason] {
        var speakers: [Split: Set<String>] = [:]
        for index in good {
            if let speaker = entries[index].recording.speaker {
                speakers[entries[index].split, default: []].insert(speaker)
            }
        }
        let pairs: [(Split, Split)] = [(.training, .validation), (.training, .test), (.validation, .test)]
        return pairs.compactMap { first, second in
            let shared = (speakers[first] ?? []).intersection(speakers[second] ?? []).sorted()
            return shared.isEmpty ? nil : .sharedSpeakers(shared, first, second)
        }
    }

    private func frequentTexts(_ good: [Int]) -> [RecordingFinding.Reason] {
        var counts: [String: Int] = [:]
        for index in good { counts[entries[index].text, default: 0] += 1 }
        guard !counts.isEmpty else { return [] }
        let usual = counts.values.sorted()[counts.count / 2]
        let least = max(
            Self.frequentCount, Self.frequentFactor * usual, Int(Self.frequentShare * Double(good.count)))
        return counts.filter { $0.value >= least }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
            .frequentText($0.key, count: $0.value)
        }
    }

    /// What not all recordings have in common: of each value but the most frequent one, how many have it, and the first.
    private func others(_ values: [Int?]) -> [(value: Int, count: Int, example: String, most: Int)] {
        var found: [Int: (count: Int, example: String)] = [:]
        for (entry, value) in zip(entries, values) {
            if let value { found[value, default: (0, entry.recording.name)].count += 1 }
        }
        guard let most = found.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) })?.key else { return [] }
        return found.filter { $0.key != most }.sorted { $0.key < $1.key }.map {
            ($0.key, $0.value.count, $0.value.example, most)
        }
    }
}
