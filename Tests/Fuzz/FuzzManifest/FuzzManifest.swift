import Datasets
import Foundation
import FuzzDriver

/// Any bytes as a list of recordings, in the form that the first byte chooses. What is read has to be sensible, and the same
/// once it is written as JSON Lines and read again.
@main
enum FuzzManifest {
    static let names = ["a.tsv", "a.csv", "a.jsonl", "a.trans.txt", "metadata.csv"]

    static func main() {
        fuzz { bytes in
            guard let first = bytes.first else { return }
            let name = "/nowhere/" + names[Int(first) % names.count]
            guard let manifest = try? TranscriptManifest(path: name, contents: Array(bytes.dropFirst())) else { return }
            let lines = bytes.count { $0 == 0x0A } + 1
            var good: [TranscribedRecording] = []
            for entry in manifest.recordings {
                switch entry {
                case .success(let recording):
                    precondition(
                        !recording.name.isEmpty && !recording.path.isEmpty && recording.speaker != "",
                        "a recording that is none")
                    precondition(recording.place?.hasPrefix("\(name):") == true, "a recording that stands nowhere")
                    good.append(recording)
                case .failure(let error):
                    precondition(
                        !error.description.isEmpty && (1...lines).contains(error.line ?? 0), "a fault that is nowhere")
                }
            }
            precondition(Set(good.map { Array($0.name.utf8) }).count == good.count, "a name that comes twice")
            check(good)
        }
    }

    private static func check(_ recordings: [TranscribedRecording]) {
        guard !recordings.isEmpty else { return }
        let encoder = JSONEncoder()
        let lines = recordings.map { recording in
            var fields = ["audio": recording.path, "text": recording.text]
            fields["speaker"] = recording.speaker
            guard let line = try? encoder.encode(fields) else {
                fatalError("strings are JSON")  // what a fuzzer looks for
            }
            return Array(line)
        }
        let text = lines.joined(separator: [0x0A])
        guard let again = try? TranscriptManifest(path: "again.jsonl", contents: text) else {
            fatalError("a list that was written cannot be read")  // what a fuzzer looks for
        }
        // Two names may lead to one path, as "a" and "./a" do not, but "a" and "/nowhere/a" do.
        for (recording, entry) in zip(recordings, again.recordings) {
            guard case .success(let found) = entry else { continue }
            precondition(
                found.path == recording.path && found.text == recording.text && found.speaker == recording.speaker,
                "a recording changes by being written")
        }
    }
}
