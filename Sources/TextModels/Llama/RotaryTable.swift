import Synchronization
package import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Cosines and sines of the angles of every position, made once for a length of text.
///
/// Shapes: `[positions, width of a head / 2]`.
package struct RotaryTable: Sendable {
    package let cosines: Tensor
    package let sines: Tensor

    init(_ frequencies: RotaryFrequencies, positions: Int) {
        func table(_ function: (Double) -> Double) -> Tensor {
            let shape: Shape = [positions, frequencies.angles.count]
            return Tensor(
                shape: shape,
                initializingFloats: { result in
                    for position in 0..<positions {
                        for (index, angle) in frequencies.angles.enumerated() {
                            result[position * shape[1] + index] =
                                Float(frequencies.amplitude * function(Double(position) * angle))
                        }
                    }
                })
        }
        cosines = table(cos)
        sines = table(sin)
    }
}

/// Keeps the tables that were asked for last: training asks for the same ones again and again.
final class RotaryTables: Sendable {
    private let configuration: LlamaConfiguration
    private let last = Mutex<(positions: Int, tables: [RotaryTable])?>(nil)

    init(_ configuration: LlamaConfiguration) { self.configuration = configuration }

    /// The tables of a text that has, or may come to have, so many positions: that of layers without a window, and that of
    /// layers with one where theirs is another.
    func tables(positions: Int) -> [RotaryTable] {
        if let known = last.withLock({ $0 }), known.positions == positions { return known.tables }
        func table(base: Double, _ scaling: RotaryScaling) -> RotaryTable {
            RotaryTable(
                RotaryFrequencies(
                    width: configuration.headWidth, base: base, scaling: scaling,
                    trainedPositions: configuration.positions, positions: positions),
                positions: positions)
        }
        var tables = [table(base: configuration.rotaryBase, configuration.rotaryScaling)]
        if let base = configuration.localRotaryBase { tables.append(table(base: base, .none)) }
        last.withLock { $0 = (positions, tables) }
        return tables
    }
}
