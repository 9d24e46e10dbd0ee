import Checkpoints
import Tensors
import Testing

/// Every rule for CTranslate2 files, broken once.
@Suite("What a CTranslate2 file may not be") struct CTranslate2RejectionTests {
    private func expect(
        variable: String? = nil, _ rule: CTranslate2Error.Rule, _ change: (inout CTranslate2Bytes) -> Void
    ) {
        var file = CTranslate2Bytes.smallestWhisper
        change(&file)
        #expect(throws: CTranslate2Error(path: "model.bin", variable: variable, rule)) { try file.open() }
    }

    private let weight = "encoder/layer_0/ffn/linear_0/weight"

    @Test("the unchanged file is accepted") func valid() throws {
        let model = try CTranslate2Bytes.smallestWhisper.open()
        #expect(model.dimensions.width == 2)
        #expect(model.dimensions.isProjectionTied)
    }

    @Test("versions, models and revisions that are not known", arguments: [0, 4, 7, UInt32.max])
    func versions(version: UInt32) {
        expect(.unsupportedVersion(version)) { $0.version = version }
        expect(.unsupportedRevision(version)) { $0.revision = version }
        expect(.unsupportedModel("TransformerSpec")) { $0.model = "TransformerSpec" }
    }

    @Test("a file that ends anywhere before its end") func truncation() throws {
        let bytes = CTranslate2Bytes.smallestWhisper.bytes
        for count in 1..<bytes.count {
            let error = #expect(throws: CTranslate2Error.self) {
                try bytes[..<count].withUnsafeBytes {
                    try CTranslate2Whisper(MappedFile(copying: $0, path: "model.bin"))
                }
            }
            if case .endsTooEarly(let offset, let wanted) = error?.rule {
                #expect(offset <= count && offset + wanted > count)
            } else {
                Issue.record("cut at \(count): \(String(describing: error))")
            }
        }
    }

    @Test("claimed counts do not decide how much is read") func claims() {
        expect(.tooManyVariables(limit: 100_000)) { $0.claimedVariableCount = .max }
        // The table of aliases is read as a variable then: its count and the length of a name.
        var file = CTranslate2Bytes.smallestWhisper
        file.claimedVariableCount = 90_000
        #expect(throws: CTranslate2Error.self) { try file.open() }
        expect(.bytesAfterEnd(count: 3)) { $0.tail = [0, 0, 0] }
    }

    @Test(
        "names that are no text", arguments: [[], [0x61, 0, 0x62], [0xFF, 0xFE], [0x1B, 0x5B], [0x7F]] as [[UInt8]])
    func names(name: [UInt8]) {
        // Version, "WhisperSpec", revision and count come before the first variable.
        expect(.malformedText(offset: 4 + 14 + 4 + 4)) { $0.variables[0].name = name }
    }

    @Test("one variable: shapes, types and sizes") func variables() {
        expect(variable: weight, .unsupportedRank(7)) { $0[weight].shape = [UInt32](repeating: 1, count: 7) }
        expect(variable: weight, .unknownElementType(6)) { $0[weight].type = 6 }
        expect(variable: weight, .sizeMismatch(expected: 64, stored: 60)) { $0[weight].claimedByteCount = 60 }
        expect(variable: weight, .sizeMismatch(expected: 68, stored: 64)) { $0[weight].shape = [17] }
        expect(variable: weight, .sizeOverflow(shape: [.init(UInt32.max), .init(UInt32.max), .init(UInt32.max)])) {
            $0[weight].shape = [.max, .max, .max]
        }
        expect(variable: weight, .unsupportedShape([4_294_967_295, 0])) {
            $0[weight].shape = [.max, 0]
            $0[weight].data = []
        }
        expect(variable: "decoder/embeddings/weight", .duplicateName) {
            $0.variables.append($0["decoder/embeddings/weight"])
        }
    }

    @Test("a tensor that claims more than the file holds") func beyondTheEnd() {
        var file = CTranslate2Bytes.smallestWhisper
        file[weight].shape = [1 << 28]
        file[weight].claimedByteCount = 1 << 30
        let error = #expect(throws: CTranslate2Error.self) { try file.open() }
        #expect(error?.variable == weight)
        guard case .endsTooEarly(_, wanted: 1 << 30) = error?.rule else {
            Issue.record("another rule: \(String(describing: error))")
            return
        }
    }

    @Test("aliases without a target, or for a name that exists") func aliases() {
        expect(variable: "other", .aliasWithoutTarget("nothing")) { $0.aliases = [("other", "nothing")] }
        expect(variable: weight, .duplicateName) { $0.aliases = [(weight, "decoder/embeddings/weight")] }
    }

    @Test("variables that are missing or unknown are named together") func names() {
        expect(.missingVariables(["encoder/conv1/bias", weight])) {
            $0.remove(weight)
            $0.remove("encoder/conv1/bias")
        }
        expect(.unknownVariables(["decoder/gate", "encoder/extra"])) {
            $0.variables.append(.floats("encoder/extra", [1]))
            $0.variables.append(.floats("decoder/gate", [1]))
        }
        expect(variable: "encoder", .missingLayers) {
            $0.variables.removeAll { String(decoding: $0.name, as: UTF8.self).hasPrefix("encoder/layer_0/") }
        }
    }

    @Test("a claimed layer number does not decide how many names are looked for") func layerNumber() {
        for number in ["999999999", "9223372036854775807"] {
            var file = CTranslate2Bytes.smallestWhisper
            file.variables.append(.floats("encoder/layer_\(number)/ffn/linear_0/weight", [1]))
            #expect(throws: CTranslate2Error.self) { try file.open() }
        }
    }

    @Test("shapes that Whisper cannot have") func shapes() {
        expect(variable: weight, .wrongRank(expected: 2, shape: [16])) { $0[weight].shape = [16] }
        let fused = "encoder/layer_0/self_attention/linear_0/weight"
        expect(variable: fused, .unequalRows(count: 4, parts: 3)) { $0[fused] = .floats(fused, [4, 3]) }
    }

    @Test("settings that Whisper does not have") func settings() {
        expect(variable: "decoder/activation", .unsupportedValue(0, expected: 3)) {
            $0["decoder/activation"] = .setting("decoder/activation", 0)
        }
        expect(variable: "decoder/alibi", .unsupportedValue(1, expected: 0)) {
            $0.variables.append(.setting("decoder/alibi", 1))
        }
        expect(variable: "encoder/num_heads", .notAnInteger) {
            $0["encoder/num_heads"] = .floats("encoder/num_heads", [1])
        }
        expect(.missingVariables(["decoder/num_heads"])) { $0.remove("decoder/num_heads") }
        expect(.missingVariables(["decoder/pre_norm"])) { $0.remove("decoder/pre_norm") }
    }

    @Test("a bias of the keys: zero of either sign, nothing else") func keyBias() throws {
        let name = "decoder/layer_0/attention/linear_1/bias"
        for row in 0..<2 {
            expect(variable: name, .keyBiasNotZero) { $0[name].data[4 * row] = 1 }
        }
        var file = CTranslate2Bytes.smallestWhisper
        file[name].data[3] = 0x80
        file[name].data[15] = 0x3F
        #expect(try file.open().tensor(named: "model.decoder.layers.0.encoder_attn.v_proj.bias")?.floats() == [0, 0.5])
    }

    @Test("quantized rows without usable scales") func scales() throws {
        func expectWhenRead(_ rule: CTranslate2Error.Rule, _ change: (inout CTranslate2Bytes) -> Void) throws {
            var file = CTranslate2Bytes.smallestWhisper
            file[weight].type = 1
            file[weight].data = [UInt8](repeating: 3, count: 16)
            change(&file)
            let model = try file.open()
            #expect(throws: CTranslate2Error(path: "model.bin", variable: weight, rule)) {
                try model.tensor(named: "model.encoder.layers.0.fc1.weight")
            }
        }
        let scale = weight + "_scale"
        try expectWhenRead(.missingScale) { _ in }
        try expectWhenRead(.scaleCount(7, rows: 8)) { $0.variables.append(.floats(scale, [7], 1)) }
        for value in [0, -1, Float.nan, .infinity] {
            try expectWhenRead(.scaleNotPositive(index: 0)) { $0.variables.append(.floats(scale, [8], value)) }
        }
        try expectWhenRead(.unsupportedElementType("int32")) {
            $0[weight].type = 3
            $0[weight].data = [UInt8](repeating: 0, count: 64)
        }
    }
}
