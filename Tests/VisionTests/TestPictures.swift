import Foundation
import Images
import TestKit

/// Small pictures for the tests of the program.
enum TestPictures {
    /// A slope across the picture, so that it is no single grey.
    static func bitmap(width: Int = 40, height: Int = 30, shade: UInt8) -> Bitmap {
        var bitmap = Bitmap(width: width, height: height, filledWith: [shade, shade, shade])
        for index in bitmap.bytes.indices where index % 2 == 0 { bitmap.bytes[index] = UInt8(index / 3 % 200) }
        return bitmap
    }

    static func png(width: Int = 40, height: Int = 30, shade: UInt8) throws -> [UInt8] {
        try PNGWriter.encode(bitmap(width: width, height: height, shade: shade))
    }
}

extension TemporaryFolder {
    /// A model of the fixtures with other names for its five classes; its path.
    func copyOfModel(_ name: String, labels: [String]) throws -> String {
        try copyOfModel(name) {
            $0["id2label"] = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ("\($0)", $1) })
        }
    }

    /// A model of the fixtures with another `config.json`; its path.
    func copyOfModel(_ name: String, changing change: (inout [String: Any]) -> Void) throws -> String {
        let copy = url.appendingPathComponent("model")
        try FileManager.default.copyItem(at: Repository.file("Tests/Fixtures/vision/\(name)"), to: copy)
        let file = copy.appendingPathComponent("config.json")
        var configuration = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
        change(&configuration)
        try JSONSerialization.data(withJSONObject: configuration).write(to: file)
        return copy.path
    }
}
