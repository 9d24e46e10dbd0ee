import Checkpoints

/// Builds CTranslate2 files by hand, right or wrong.
struct CTranslate2Bytes {
    struct Variable {
        var name: [UInt8]
        var shape: [UInt32]
        var type: UInt8
        var data: [UInt8]
        /// What the file claims, where that is not the truth.
        var claimedByteCount: UInt32?

        static func floats(_ name: String, _ shape: [UInt32], _ value: Float = 0) -> Variable {
            let count = shape.reduce(1) { $0 * Int($1) }
            return Variable(
                name: Array(name.utf8), shape: shape, type: 0,
                data: [Float](repeating: value, count: count).withUnsafeBytes { Array($0) })
        }

        static func setting(_ name: String, _ value: Int16) -> Variable {
            Variable(
                name: Array(name.utf8), shape: [], type: 2, data: withUnsafeBytes(of: value.littleEndian) { Array($0) })
        }
    }

    var version: UInt32 = 6
    var model = "WhisperSpec"
    var revision: UInt32 = 3
    var variables: [Variable]
    var aliases: [(String, String)] = [("decoder/projection/weight", "decoder/embeddings/weight")]
    var claimedVariableCount: UInt32?
    var tail: [UInt8] = []

    /// The smallest Whisper: width 2, one layer on either side, three tokens.
    static var smallestWhisper: CTranslate2Bytes {
        var variables: [Variable] = [
            .floats("decoder/embeddings/weight", [3, 2], 0.5),
            .floats("encoder/position_encodings/encodings", [4, 2]),
            .floats("decoder/position_encodings/encodings", [5, 2]),
            .floats("encoder/conv1/weight", [2, 4, 3]), .floats("encoder/conv1/bias", [2]),
            .floats("encoder/conv2/weight", [2, 2, 3]), .floats("encoder/conv2/bias", [2]),
            .setting("encoder/num_heads", 1), .setting("decoder/num_heads", 2), .setting("decoder/activation", 3),
            .setting("decoder/pre_norm", 1),
        ]
        func norm(_ name: String) -> [Variable] { [.floats(name + "/gamma", [2], 1), .floats(name + "/beta", [2])] }
        func linear(_ name: String, _ rows: UInt32, _ columns: UInt32) -> [Variable] {
            [.floats(name + "/weight", [rows, columns], 0.25), .floats(name + "/bias", [rows])]
        }
        for side in ["encoder", "decoder"] {
            let layer = side + "/layer_0"
            variables += norm(side + "/layer_norm") + norm(layer + "/self_attention/layer_norm")
            variables +=
                linear(layer + "/self_attention/linear_0", 6, 2) + linear(layer + "/self_attention/linear_1", 2, 2)
            variables += norm(layer + "/ffn/layer_norm") + linear(layer + "/ffn/linear_0", 8, 2)
            variables += linear(layer + "/ffn/linear_1", 2, 8)
        }
        let attention = "decoder/layer_0/attention"
        variables += norm(attention + "/layer_norm") + linear(attention + "/linear_0", 2, 2)
        variables += linear(attention + "/linear_1", 4, 2) + linear(attention + "/linear_2", 2, 2)
        return CTranslate2Bytes(variables: variables)
    }

    subscript(name: String) -> Variable {
        get { variables.first { $0.name == Array(name.utf8) }! }
        set {
            let index = variables.firstIndex { $0.name == Array(name.utf8) }!
            variables[index] = newValue
        }
    }

    mutating func remove(_ name: String) { variables.removeAll { $0.name == Array(name.utf8) } }

    var bytes: [UInt8] {
        var result = integer(version) + text(Array(model.utf8)) + integer(revision)
        result += integer(claimedVariableCount ?? UInt32(variables.count))
        for variable in variables {
            result += text(variable.name) + [UInt8(variable.shape.count)] + variable.shape.flatMap { integer($0) }
            result +=
                [variable.type] + integer(variable.claimedByteCount ?? UInt32(variable.data.count)) + variable.data
        }
        result += integer(UInt32(aliases.count))
        for (alias, target) in aliases { result += text(Array(alias.utf8)) + text(Array(target.utf8)) }
        return result + tail
    }

    func open() throws -> CTranslate2Whisper {
        try bytes.withUnsafeBytes { try CTranslate2Whisper(MappedFile(copying: $0, path: "model.bin")) }
    }

    private func integer(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private func text(_ bytes: [UInt8]) -> [UInt8] { integer(UInt16(bytes.count + 1)) + bytes + [0] }
}
