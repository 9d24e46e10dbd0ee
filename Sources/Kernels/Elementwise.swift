import CKernels

/// Element by element on float32. An output may be one of the inputs; otherwise memory must not overlap.
public enum Elementwise {
    /// A combination of two numbers.
    public enum Combination: Int32, Sendable, CaseIterable {
        case add, subtract, multiply, divide
        /// NaN if either is.
        case maximum, minimum
    }

    /// A function of one number; the activations have the numbers of `Activation`.
    public enum Function: Int32, Sendable, CaseIterable {
        case relu = 1
        case gelu, geluTanh, silu, sigmoid, tanh, relu6
        case exp, log, sqrt, reciprocalSquareRoot, square, absolute, negate, reciprocal

        /// Whether the gradient needs the function's argument beside the gradient of the result.
        public var gradientNeedsInput: Bool {
            switch self {
            case .relu, .gelu, .geluTanh, .silu, .relu6, .log, .square, .absolute: true
            case .sigmoid, .tanh, .exp, .sqrt, .reciprocalSquareRoot, .negate, .reciprocal: false
            }
        }

        /// Whether it needs the function's value.
        public var gradientNeedsResult: Bool { !gradientNeedsInput && self != .negate }
    }

    // MARK: One input

    /// y = f(x)
    public static func apply(
        _ function: Function, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        let table = KernelTable.current
        Threads.parallelRanges(count, chunk: 16 << 10) { range in
            table.pointee.unary(function.rawValue, x + range.lowerBound, y + range.lowerBound, range.count)
        }
    }

    /// dx = dy · f′(x), where y = f(x).
    ///
    /// - Parameters:
    ///   - x: needed by `relu`, `gelu`, `geluTanh`, `silu`, `relu6`, `log`, `square` and `absolute`.
    ///   - y: needed by `sigmoid`, `tanh`, `exp`, `sqrt`, `reciprocalSquareRoot` and `reciprocal`.
    public static func gradient(
        of function: Function, input x: UnsafePointer<Float>? = nil, result y: UnsafePointer<Float>? = nil,
        resultGradient dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, count: Int
    ) {
        precondition(!function.gradientNeedsInput || x != nil, "the gradient of \(function) needs its input")
        precondition(!function.gradientNeedsResult || y != nil, "the gradient of \(function) needs its result")
        let table = KernelTable.current
        Threads.parallelRanges(count, chunk: 16 << 10) { range in
            let offset = range.lowerBound
            table.pointee.unary_gradient(
                function.rawValue, x.map { $0 + offset }, y.map { $0 + offset }, dy + offset, dx + offset, range.count)
        }
    }

    // MARK: Two inputs

    /// c = a ∘ b
    public static func combine(
        _ combination: Combination, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
        into c: UnsafeMutablePointer<Float>, count: Int
    ) {
        let table = KernelTable.current
        Threads.parallelRanges(count, chunk: 64 << 10) { range in
            let offset = range.lowerBound
            table.pointee.binary(combination.rawValue, a + offset, b + offset, c + offset, range.count)
        }
    }

    /// c = a ∘ scalar
    public static func combine(
        _ combination: Combination, _ a: UnsafePointer<Float>, scalar: Float, into c: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        withScalar(combination, a, scalar, reversed: false, c, count)
    }

    /// c = scalar ∘ a
    public static func combine(
        _ combination: Combination, scalar: Float, _ a: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        withScalar(combination, a, scalar, reversed: true, c, count)
    }

    /// c = a ∘ row for each row of `a`, `[rows, columns]`; `row` is `[columns]`.
    public static func combine(
        _ combination: Combination, _ a: UnsafePointer<Float>, row: UnsafePointer<Float>, rows: Int, columns: Int,
        into c: UnsafeMutablePointer<Float>
    ) {
        if columns <= 0 { return }
        let table = KernelTable.current
        Threads.parallelRanges(rows, chunk: max(1, (64 << 10) / columns)) { range in
            for index in range {
                let offset = index * columns
                table.pointee.binary(combination.rawValue, a + offset, row, c + offset, columns)
            }
        }
    }

    /// y += scale · x
    public static func addScaled(
        _ x: UnsafePointer<Float>, scale: Float, to y: UnsafeMutablePointer<Float>, count: Int
    ) {
        let table = KernelTable.current
        Threads.parallelRanges(count, chunk: 64 << 10) { range in
            table.pointee.add_scaled(x + range.lowerBound, scale, y + range.lowerBound, range.count)
        }
    }

    /// Σ a · b. Partial sums of 64 Ki elements are added in order, so the result does not depend on the threads.
    public static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
        let table = KernelTable.current
        let chunk = 64 << 10
        if count <= chunk { return table.pointee.dot(a, b, max(count, 0)) }
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: (count + chunk - 1) / chunk) { parts in
            Threads.parallelRanges(count, chunk: chunk) { range in
                parts[range.lowerBound / chunk] = table.pointee.dot(
                    a + range.lowerBound, b + range.lowerBound, range.count)
            }
            return parts.reduce(0, +)
        }
    }

    private static func withScalar(
        _ combination: Combination, _ a: UnsafePointer<Float>, _ scalar: Float, reversed: Bool,
        _ c: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        let table = KernelTable.current
        Threads.parallelRanges(count, chunk: 64 << 10) { range in
            table.pointee.binary_scalar(
                combination.rawValue, a + range.lowerBound, scalar, reversed, c + range.lowerBound, range.count)
        }
    }
}
