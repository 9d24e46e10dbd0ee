import Kernels
public import Parameters
public import Tensors

/// A Whisper model in CTranslate2's format (a faster-whisper folder), presented under Hugging Face's names.
///
/// Sixteen-bit weights are views of the mapped file, 32-bit ones where its odd alignment allows, copies elsewhere; `int8` and `int16` weights become `float32`.
public struct CTranslate2Whisper: TensorSource {
    /// Rows of a variable under a name of their own.
    private struct Rows {
        let variable: CTranslate2File.Variable
        let range: Range<Int>
        let scale: CTranslate2File.Variable?

        var shape: Shape { Shape([range.count] + variable.shape.dropFirst()) }

        var byteRange: Range<Int> {
            let rowBytes = variable.rowCount == 0 ? 0 : variable.byteRange.count / variable.rowCount
            let start = variable.byteRange.lowerBound + range.lowerBound * rowBytes
            return start..<start + range.count * rowBytes
        }
    }

    /// What the tensors and settings of the file say about the model.
    public struct Dimensions: Sendable, Equatable {
        /// `d_model`.
        public let width: Int
        public let encoderLayerCount: Int
        public let decoderLayerCount: Int
        public let encoderHeadCount: Int
        public let decoderHeadCount: Int
        public let encoderFeedForwardWidth: Int
        public let decoderFeedForwardWidth: Int
        public let melBinCount: Int
        /// In encoder frames of 20 ms.
        public let sourcePositionCount: Int
        public let targetPositionCount: Int
        public let vocabularySize: Int
        /// Whether the output projection is the transposed token embedding.
        public let isProjectionTied: Bool
    }

    public let dimensions: Dimensions
    /// Sorted.
    public let names: [String]
    private let file: CTranslate2File
    private let rows: [String: Rows]

    /// Maps `model.bin` and checks its table of variables. Throws ``FileError`` or ``CTranslate2Error``.
    public init(path: String) throws { try self.init(MappedFile(path: path)) }

    package init(_ file: MappedFile) throws {
        let path = file.path
        let file = try CTranslate2File(file)
        guard file.model == "WhisperSpec" else { throw CTranslate2Error(path: path, .unsupportedModel(file.model)) }
        guard file.revision == 3 else { throw CTranslate2Error(path: path, .unsupportedRevision(file.revision)) }
        var importer = Importer(file: file)
        let layerCounts = try importer.importAll()
        self.file = file
        rows = importer.rows
        names = rows.keys.sorted()
        dimensions = try importer.dimensions(layerCounts)
    }

    public var path: String { file.file.path }

    /// The tensors as they are stored, sorted by name; scales of integers are not among them.
    public var storedTensors: [StoredTensor] {
        rows.sorted { $0.key < $1.key }.map { name, rows in
            StoredTensor(
                name: name, elementType: StoredElementType(rows.variable.elementType), shape: rows.shape,
                byteRange: rows.byteRange)
        }
    }

    public func shape(of name: String) -> Shape? { rows[name]?.shape }

    public func releasePages() { file.file.releasePages() }

    public func tensor(named name: String) throws -> Tensor? {
        guard let rows = rows[name] else { return nil }
        let variable = rows.variable
        let bytes = file.file.view(rows.byteRange)
        let type: ElementType
        switch variable.elementType {
        case .float32: type = .float32
        case .float16: type = .float16
        case .bfloat16: type = .bfloat16
        case .int8: return try dequantized(Int8.self, bytes, rows)
        case .int16: return try dequantized(Int16.self, bytes, rows)
        case .int32: throw CTranslate2Error(path: path, variable: variable.name, .unsupportedElementType("int32"))
        }
        return Tensor(shape: rows.shape, elementType: type, viewing: bytes, owner: file.file)
    }

    /// value = integer / scale, with one scale per row, or one for all.
    private func dequantized<Integer: BinaryInteger>(
        _ type: Integer.Type, _ bytes: UnsafeRawBufferPointer, _ rows: Rows
    ) throws -> Tensor {
        let scales = try scales(of: rows)
        let shape = rows.shape
        let rowLength = shape.dropFirst().reduce(1, *)
        return Tensor(
            shape: shape,
            initializingFloats: { destination in
                for row in 0..<rows.range.count {
                    let scale = scales.count == 1 ? scales[0] : scales[row]
                    for index in row * rowLength..<(row + 1) * rowLength {
                        let offset = index * MemoryLayout<Integer>.size
                        destination[index] = Float(bytes.loadUnaligned(fromByteOffset: offset, as: type)) / scale
                    }
                }
            })
    }

    /// One for all rows, or those of `rows`.
    private func scales(of rows: Rows) throws -> [Float] {
        let name = rows.variable.name
        guard let scale = rows.scale else { throw CTranslate2Error(path: path, variable: name, .missingScale) }
        let count = scale.elementCount
        guard count == 1 || count == rows.variable.rowCount, scale.elementType == .float32 else {
            throw CTranslate2Error(path: path, variable: name, .scaleCount(count, rows: rows.variable.rowCount))
        }
        let bytes = file.bytes(of: scale)
        return try (count == 1 ? 0..<1 : rows.range).map { row in
            let value = bytes.loadUnaligned(fromByteOffset: 4 * row, as: Float.self)
            guard value.isFinite, value > 0 else {
                throw CTranslate2Error(path: path, variable: name, .scaleNotPositive(index: row))
            }
            return value
        }
    }

    // MARK: Import

    /// Walks the import table over the file and notes what fits and what does not.
    private struct Importer {
        let file: CTranslate2File
        var rows: [String: Rows] = [:]
        private var used: Set<String> = []
        private var missing: [String] = []

        init(file: CTranslate2File) { self.file = file }

        private var path: String { file.file.path }

        mutating func importAll() throws -> [WhisperImportTable.Side: Int] {
            for entry in WhisperImportTable.model { try importEntry(entry) }
            let projection = WhisperImportTable.projection
            if file.variables[projection.source] == file.variables["decoder/embeddings/weight"] {
                used.insert(projection.source)
            } else if file.variables[projection.source] != nil {
                try importEntry(projection)
            }
            var layerCounts: [WhisperImportTable.Side: Int] = [:]
            for side in WhisperImportTable.Side.allCases {
                let count = layerCount(side)
                guard count > 0 else { throw CTranslate2Error(path: path, variable: side.rawValue, .missingLayers) }
                for index in 0..<count {
                    for entry in WhisperImportTable.layer(side, index) { try importEntry(entry) }
                }
                layerCounts[side] = count
                used.insert(WhisperImportTable.headCount(side))
            }
            for setting in WhisperImportTable.fixedSettings { try check(setting) }
            used.formUnion(WhisperImportTable.ignoredSettings)
            guard missing.isEmpty else { throw CTranslate2Error(path: path, .missingVariables(missing.sorted())) }
            let unknown = file.variables.keys.filter { !used.contains($0) }
            guard unknown.isEmpty else { throw CTranslate2Error(path: path, .unknownVariables(unknown.sorted())) }
            return layerCounts
        }

        /// One more than the highest index, so that a layer left out shows as missing variables.
        private func layerCount(_ side: WhisperImportTable.Side) -> Int {
            let prefix = "\(side.rawValue)/layer_"
            let indices = file.variables.keys.compactMap { name in
                name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count).prefix { $0 != "/" }) : nil
            }
            // A claimed index must not decide how many names are made up: every layer has more than ten variables.
            return min((indices.max() ?? -1) &+ 1, file.variables.count / 10 + 1)
        }

        private mutating func importEntry(_ entry: WhisperImportTable.Entry) throws {
            guard let variable = file.variables[entry.source] else {
                missing.append(entry.source)
                return
            }
            used.insert(entry.source)
            guard variable.shape.count == entry.rank else {
                throw CTranslate2Error(
                    path: path, variable: entry.source, .wrongRank(expected: entry.rank, shape: variable.shape))
            }
            let partCount = entry.parts.count
            guard variable.rowCount % partCount == 0 else {
                throw CTranslate2Error(
                    path: path, variable: entry.source, .unequalRows(count: variable.rowCount, parts: partCount))
            }
            let scaleNames = [variable.name + "_scale", entry.source + "_scale"]
            used.formUnion(scaleNames)
            let scale = file.variables[scaleNames[0]] ?? file.variables[scaleNames[1]]
            let height = variable.rowCount / partCount
            for (index, part) in entry.parts.enumerated() {
                let range = index * height..<(index + 1) * height
                switch part {
                case .named(let name): rows[name] = Rows(variable: variable, range: range, scale: scale)
                case .zero: try checkZero(variable, range)
                }
            }
        }

        private func checkZero(_ variable: CTranslate2File.Variable, _ range: Range<Int>) throws {
            let size = variable.elementType.byteCount
            var bytes = file.bytes(of: variable)[range.lowerBound * size..<range.upperBound * size]
            // The sign does not matter: the highest bit of each value is left out.
            while let value = bytes.popElement(byteCount: size) {
                guard value.dropLast().allSatisfy({ $0 == 0 }), (value.last ?? 0) & 0x7F == 0 else {
                    throw CTranslate2Error(path: path, variable: variable.name, .keyBiasNotZero)
                }
            }
        }

        private mutating func check(_ setting: (name: String, value: Int, isRequired: Bool)) throws {
            used.insert(setting.name)
            guard file.variables[setting.name] != nil || setting.isRequired else { return }
            let value = try integer(setting.name)
            guard value == setting.value else {
                throw CTranslate2Error(
                    path: path, variable: setting.name, .unsupportedValue(value, expected: setting.value))
            }
        }

        private func integer(_ name: String) throws -> Int {
            guard let variable = file.variables[name] else {
                throw CTranslate2Error(path: path, .missingVariables([name]))
            }
            let bytes = file.bytes(of: variable)
            switch (variable.elementCount, variable.elementType) {
            case (1, .int8): return Int(bytes.loadUnaligned(as: Int8.self))
            case (1, .int16): return Int(Int16(littleEndian: bytes.loadUnaligned(as: Int16.self)))
            case (1, .int32): return Int(Int32(littleEndian: bytes.loadUnaligned(as: Int32.self)))
            default: throw CTranslate2Error(path: path, variable: name, .notAnInteger)
            }
        }

        func dimensions(_ layerCounts: [WhisperImportTable.Side: Int]) throws -> Dimensions {
            func extent(_ name: String, _ axis: Int) -> Int {
                rows[name].map { $0.shape[axis] } ?? 0  // the import has checked that it exists, with this many axes
            }
            return Dimensions(
                width: extent("model.decoder.embed_tokens.weight", 1),
                encoderLayerCount: layerCounts[.encoder] ?? 0, decoderLayerCount: layerCounts[.decoder] ?? 0,
                encoderHeadCount: try integer(WhisperImportTable.headCount(.encoder)),
                decoderHeadCount: try integer(WhisperImportTable.headCount(.decoder)),
                encoderFeedForwardWidth: extent("model.encoder.layers.0.fc1.weight", 0),
                decoderFeedForwardWidth: extent("model.decoder.layers.0.fc1.weight", 0),
                melBinCount: extent("model.encoder.conv1.weight", 1),
                sourcePositionCount: extent("model.encoder.embed_positions.weight", 0),
                targetPositionCount: extent("model.decoder.embed_positions.weight", 0),
                vocabularySize: extent("model.decoder.embed_tokens.weight", 0),
                isProjectionTied: rows["proj_out.weight"] == nil)
        }
    }
}

extension Slice<UnsafeRawBufferPointer> {
    /// Removes and returns the first `byteCount` bytes; nil when none are left.
    fileprivate mutating func popElement(byteCount: Int) -> Slice<UnsafeRawBufferPointer>? {
        guard !isEmpty else { return nil }
        defer { self = dropFirst(byteCount) }
        return prefix(byteCount)
    }
}
