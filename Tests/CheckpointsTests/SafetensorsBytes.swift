/// Builds safetensors files by hand, right or wrong.
enum SafetensorsBytes {
    static func file(header: String, data: [UInt8] = []) -> [UInt8] { file(header: Array(header.utf8), data: data) }

    static func file(header: [UInt8], data: [UInt8] = []) -> [UInt8] {
        length(UInt64(header.count)) + header + data
    }

    static func length(_ count: UInt64) -> [UInt8] { withUnsafeBytes(of: count.littleEndian) { Array($0) } }

    /// `"NAME":{"dtype":…,"shape":…,"data_offsets":…}`
    static func entry(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
        "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
    }
}
