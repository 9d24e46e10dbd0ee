import Audio
import Foundation
import Hashing
import SpeechModels
import Training

/// Noises and rooms in which recordings are learnt from, as the options of `speech train` name them.
struct RecordedSurroundings {
    private let noise: SoundCollection?
    private let rooms: Reverberation.Rooms?
    /// Folders that were named.
    private let folders: [(path: String, files: [String])]

    /// What stands for rooms that are not recorded.
    static let generated = "generated"
    /// Seconds of a recording that are used at most.
    private static let longestNoise = 60.0
    private static let longestResponse = 2.0

    /// Reads all of them.
    init(_ options: RecordingOptions) throws {
        var folders: [(path: String, files: [String])] = []
        func collection(_ folder: String, longest: Double) throws -> SoundCollection {
            let path = URL(fileURLWithPath: folder).path
            let files = try Self.files(in: path)
            folders.append((path, files))
            return try SoundCollection(files: files, sampleRate: PreparedRecordings.sampleRate, longest: longest)
        }
        noise = try options.noise.map { try collection($0, longest: Self.longestNoise) }
        rooms = try options.reverberation.map { name in
            name == Self.generated
                ? .generated(GeneratedRoom()) : .recorded(try collection(name, longest: Self.longestResponse))
        }
        self.folders = folders
    }

    /// The changes of a preset with these; nil where there are none at all.
    func added(to augmentation: SoundAugmentation?) -> SoundAugmentation? {
        guard noise != nil || rooms != nil else { return augmentation }
        var result = augmentation ?? SoundAugmentation()
        result.reverberation = rooms.map { Reverberation($0) }
        if let noise {
            result.background = BackgroundNoise(noise)
            result.noiseProbability = 0
        }
        return result
    }

    /// What a resumed run knows the folders by: names and sizes of their files.
    func fingerprints() throws -> [RunDescription.DataFile] {
        try folders.map { folder in
            var (hasher, total) = (SHA256(), 0)
            for file in folder.files {
                let size = try RunDescription.DataFile.byteCount(of: file)
                hasher.update("\(file.dropFirst(folder.path.count))\t\(size)\n".utf8)
                total += size
            }
            return RunDescription.DataFile(
                path: folder.path, byteCount: total, sha256: hasher.finalized().hexadecimal)
        }
    }

    /// Sound files in a folder at any depth, by their endings, in the order of their names.
    private static func files(in folder: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
            throw AudioError.notFound(source: folder)
        }
        let names = isFolder.boolValue ? FileManager.default.enumerator(atPath: folder)?.allObjects : nil
        let endings = Set(AudioFormat.commonFileExtensions)
        let files = (names ?? []).compactMap { $0 as? String }.filter { name in
            !name.split(separator: "/").contains { $0.hasPrefix(".") }
                && endings.contains(URL(fileURLWithPath: name).pathExtension.lowercased())
        }
        guard !files.isEmpty else { throw AudioError.noSoundFiles(folder: folder) }
        return files.sorted().map { "\(folder)/\($0)" }
    }
}
