import Foundation

/// Folders of sound files whose names say what is said in them, without a list beside them.
///
/// - `label_speaker_number.wav`, as in the Free Spoken Digit Dataset: the label is the text. By that data set's own rule the
///   numbers 0 to 4 are for testing, where there are higher ones.
/// - A folder for each word, as in Speech Commands: its name is the text, and what stands before `_nohash_` the speaker.
///   `validation_list.txt` and `testing_list.txt` beside them name the files of those parts.
struct SoundFolder {
    static let audioExtensions: Set = ["wav", "flac", "ogg", "opus", "mp3"]
    /// Numbers of the Free Spoken Digit Dataset that are for testing.
    private static let testNumbers = 0...4

    let path: String

    /// The recordings of either layout; none where the folder has neither.
    func recordings() throws(ManifestError) -> [TranscribedRecording] {
        let names = try Self.contents(of: path)
        let labelled = labelledRecordings(names)
        return labelled.isEmpty ? try wordRecordings(names) : labelled
    }

    private func labelledRecordings(_ names: [String]) -> [TranscribedRecording] {
        let found = names.compactMap { name -> (name: String, label: String, speaker: String, number: Int)? in
            guard Self.isSound(name), let dot = name.lastIndex(of: ".") else { return nil }
            let parts = name[..<dot].split(separator: "_", omittingEmptySubsequences: false)
            guard parts.count == 3, !parts[0].isEmpty, !parts[1].isEmpty, let number = Int(parts[2]), number >= 0 else {
                return nil
            }
            return (name, String(parts[0]), String(parts[1]), number)
        }
        let isDivided = found.contains { $0.number > Self.testNumbers.upperBound }
        return found.map { entry in
            TranscribedRecording(
                name: entry.name, path: joined(path, entry.name), text: entry.label, speaker: entry.speaker,
                split: isDivided ? (Self.testNumbers.contains(entry.number) ? .test : .training) : nil)
        }
    }

    private func wordRecordings(_ names: [String]) throws(ManifestError) -> [TranscribedRecording] {
        let lists: [(TranscribedRecording.Split, String)] = [
            (.validation, "validation_list.txt"), (.test, "testing_list.txt"),
        ]
        var splits: [String: TranscribedRecording.Split] = [:]
        for (split, name) in lists where names.contains(name) {
            for line in try ManifestText(path: joined(path, name)).lines { splits[line.text.trimmed] = split }
        }
        var recordings: [TranscribedRecording] = []
        for word in names where !word.hasPrefix(".") && !word.hasPrefix("_") && isFolder(joined(path, word)) {
            for file in try Self.contents(of: joined(path, word)) where Self.isSound(file) {
                let name = "\(word)/\(file)"
                recordings.append(
                    TranscribedRecording(
                        name: name, path: joined(path, name), text: word,
                        speaker: file.firstRange(of: "_nohash_").map { String(file[..<$0.lowerBound]) },
                        split: splits.isEmpty ? nil : splits[name] ?? .training))
            }
        }
        return recordings
    }

    private static func isSound(_ name: String) -> Bool {
        guard !name.hasPrefix("."), let ending = name.split(separator: ".").last else { return false }
        return audioExtensions.contains(ending.lowercased())
    }

    private static func contents(of folder: String) throws(ManifestError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw ManifestError(path: folder, .unreadable(ManifestText.reason(error)))
        }
    }
}
