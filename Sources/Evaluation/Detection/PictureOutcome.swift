/// What a model got right and wrong in one picture, at a confidence and an overlap of 0.5.
public struct PictureOutcome: Sendable, Hashable {
    /// True boxes that were found, by their places.
    public private(set) var hits: [Int] = []
    /// True boxes that were not.
    public private(set) var misses: [Int] = []
    /// Found boxes that are nothing, or something that was found already, by their places.
    public private(set) var falseAlarms: [Int] = []
    /// Found boxes that are right or count neither way.
    public private(set) var others: [Int] = []

    public var errorCount: Int { misses.count + falseAlarms.count }

    /// - Parameter confidence: found boxes below it are left out.
    public init(truth: [TrueBox], found: [FoundBox], confidence: Double) {
        let labels = Set(truth.map(\.label)).union(found.map(\.label))
        for label in labels.sorted() {
            let truePlaces = truth.indices.filter { truth[$0].label == label }
            let foundPlaces = found.indices.filter { found[$0].label == label && found[$0].score >= confidence }
                .sorted { (-found[$0].score, $0) < (-found[$1].score, $1) }
            let outcome = BoxMatching(truth: truePlaces.map { truth[$0] }, found: foundPlaces.map { found[$0] })
                .outcome(threshold: 0.5)
            let matched = Set(outcome.matches.compactMap(\.self))
            for (index, place) in truePlaces.enumerated() where !outcome.isTrueIgnored[index] {
                if matched.contains(index) { hits.append(place) } else { misses.append(place) }
            }
            for (index, place) in foundPlaces.enumerated() {
                let isRight = outcome.matches[index] != nil || outcome.isFoundIgnored[index]
                if isRight { others.append(place) } else { falseAlarms.append(place) }
            }
        }
        hits.sort()
        misses.sort()
        falseAlarms.sort()
        others.sort()
    }
}
