/// What the first bytes of a file look like, for error messages that help.
public enum ContentKind: Sendable, Equatable, CustomStringConvertible {
    case portableNetworkGraphics, jpeg, gif, pdf, zip, gzip, executable, midi
    case mpeg4, matroska, advancedSystemsFormat, adaptiveMultiRate, advancedAudioCoding
    case text

    static let prefixLength = 64

    /// Formats of sound or film that libsndfile does not read.
    var mayHoldSound: Bool {
        switch self {
        case .mpeg4, .matroska, .advancedSystemsFormat, .adaptiveMultiRate, .advancedAudioCoding: true
        default: false
        }
    }

    public var description: String {
        switch self {
        case .portableNetworkGraphics: "a PNG picture"
        case .jpeg: "a JPEG picture"
        case .gif: "a GIF picture"
        case .pdf: "a PDF document"
        case .zip: "a ZIP archive"
        case .gzip: "gzip-compressed data"
        case .executable: "an executable program"
        case .midi: "a MIDI file (notes, no sound)"
        case .mpeg4: "an MPEG-4 file (M4A, MP4, MOV)"
        case .matroska: "a Matroska or WebM file"
        case .advancedSystemsFormat: "a Windows Media file (WMA, WMV)"
        case .adaptiveMultiRate: "an AMR recording"
        case .advancedAudioCoding: "a raw AAC stream"
        case .text: "text"
        }
    }

    private static let signatures: [(offset: Int, bytes: [UInt8], kind: ContentKind)] = [
        (0, [0x89, 0x50, 0x4E, 0x47], .portableNetworkGraphics), (0, [0xFF, 0xD8, 0xFF], .jpeg),
        (0, Array("GIF8".utf8), .gif), (0, Array("%PDF".utf8), .pdf), (0, [0x50, 0x4B, 3, 4], .zip),
        (0, [0x1F, 0x8B], .gzip), (0, [0x7F, 0x45, 0x4C, 0x46], .executable), (0, Array("MThd".utf8), .midi),
        (4, Array("ftyp".utf8), .mpeg4), (0, [0x1A, 0x45, 0xDF, 0xA3], .matroska),
        (0, [0x30, 0x26, 0xB2, 0x75], .advancedSystemsFormat), (0, Array("#!AMR".utf8), .adaptiveMultiRate),
        (0, [0xFF, 0xF1], .advancedAudioCoding), (0, [0xFF, 0xF9], .advancedAudioCoding),
    ]

    /// Judges by the first bytes of a file; nil where they say nothing.
    init?(prefix: [UInt8]) {
        for signature in Self.signatures where prefix.dropFirst(signature.offset).starts(with: signature.bytes) {
            self = signature.kind
            return
        }
        let isPrintable = prefix.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
        // A longer text may be cut within a character.
        let cuts = prefix.count < Self.prefixLength ? 0...0 : 0...3
        let isText = cuts.contains { String(validating: prefix.dropLast($0), as: UTF8.self) != nil }
        guard isPrintable, isText, !prefix.isEmpty else {
            return nil
        }
        self = .text
    }

    /// Whether the bytes begin as a format of sound that libsndfile knows, so that a failure is damage to it.
    static func beginsLikeSound(_ prefix: [UInt8]) -> Bool {
        let starts = [
            "RIFF", "RIFX", "RF64", "riff", "FORM", ".snd", "fLaC", "OggS", "ID3", "caff", "NIST", "Creative",
        ]
        return starts.contains { prefix.starts(with: $0.utf8) }
    }
}
