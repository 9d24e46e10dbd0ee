import Tensors

/// Divides recordings into those to learn from and those to judge by.
public enum RecordingSplitter {
    public enum Unit: String, Sendable, CaseIterable {
        /// Nobody who is learnt from is judged by, where the data tells who speaks.
        case speaker
        case recording
    }

    /// The indices of the recordings that are kept; the same for the same seed.
    ///
    /// - Parameter share: of the recordings that are kept, about; with ``Unit/speaker`` whole speakers are, as long as they
    ///   do not go beyond it, and at least one. A recording without a speaker is one of its own.
    public static func kept(
        of recordings: [TranscribedRecording], share: Double, by unit: Unit, seed: UInt64
    ) -> Set<Int> {
        var groups: [[Int]] = []
        var numbers: [String: Int] = [:]
        for (index, recording) in recordings.enumerated() {
            guard unit == .speaker, let speaker = recording.speaker else {
                groups.append([index])
                continue
            }
            if let number = numbers[speaker] {
                groups[number].append(index)
            } else {
                numbers[speaker] = groups.count
                groups.append([index])
            }
        }
        guard share > 0, groups.count > 1 else { return [] }
        let limit = max(1, Int((share * Double(recordings.count)).rounded()))
        let order = SeededPermutation(count: groups.count, seed: seed, stream: 0)
        var kept: Set<Int> = []
        for place in 0..<groups.count - 1 {
            let group = groups[order[place]]
            if kept.isEmpty || kept.count + group.count <= limit { kept.formUnion(group) }
            if kept.count >= limit { break }
        }
        return kept
    }
}
