import Autograd
import Kernels
import Layers
import Parameters
import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The network of Silero VAD 5 and 6 for 16 kHz (<https://github.com/snakers4/silero-vad>, MIT): the magnitudes of a
/// short-time Fourier transform, whose basis is stored as a convolution, four convolutions over time, and a recurrent
/// cell (LSTM) that goes from frame to frame.
///
/// Names and shapes are those of `silero_vad_16k.safetensors` in the Python package.
struct SileroModel: Sendable {
    /// Samples of the frame before that are heard again.
    static let contextSize = 64
    /// Samples that the end of a frame is continued by, mirrored.
    private static let mirroredSize = 64
    private static let transformSize = 256
    private static let transformStride = 128
    /// Transforms per frame.
    private static let transformCount = 4
    private static let binCount = 129
    private static let taps = 3

    /// Cosines in the first half of the outputs, sines in the second. `[2 · bins, 1, transformSize]`.
    private let basis: Parameter
    private let convolutions: [(layer: Convolution1d, stride: Int)]
    private let cell: RecurrentCell
    private let output: Convolution1d

    /// What is carried from frame to frame.
    struct State {
        var hidden = [Float](repeating: 0, count: RecurrentCell.width)
        var memory = [Float](repeating: 0, count: RecurrentCell.width)
    }

    init(in scope: ParameterScope) {
        basis = scope.parameter(
            "stft_conv.weight", [2 * Self.binCount, 1, Self.transformSize],
            .kaimingUniform(fanIn: Self.transformSize), precision: .asStored)
        let widths = [(Self.binCount, 128, 1), (128, 64, 2), (64, 64, 2), (64, 128, 1)]
        // Their inputs are windows laid end to end, hence a step of a whole window.
        convolutions = widths.enumerated().map { index, width in
            let layer = Convolution1d(
                width.0, width.1, taps: Self.taps, stride: Self.taps, in: scope / "conv\(index + 1)")
            return (layer, width.2)
        }
        cell = RecurrentCell(in: scope / "lstm_cell")
        output = Convolution1d(RecurrentCell.width, 1, taps: 1, in: scope / "final_conv")
    }

    /// The probability of speech for each of the frames in `samples`, which begin with ``contextSize`` samples of what
    /// came before. All but the recurrent cell works on all frames at once.
    func probabilities(_ samples: [Float], _ state: inout State) -> [Float] {
        let frameCount = (samples.count - Self.contextSize) / VoiceActivity.frameSize
        precondition(
            frameCount > 0 && samples.count == Self.contextSize + frameCount * VoiceActivity.frameSize,
            "\(samples.count) samples are no whole frames")
        var features = magnitudes(samples, frameCount: frameCount)
        var time = Self.transformCount
        for (layer, stride) in convolutions {
            let windows = Self.windows(of: features, frameCount: frameCount, time: time, stride: stride)
            time = (time - 1) / stride + 1
            let channels = windows.count / (frameCount * time * Self.taps)
            let x = Tensor(windows, shape: [1, frameCount * time * Self.taps, channels])
            features = layer(x, activation: .relu).floats()
        }
        let hidden = cell(Tensor(features, shape: [frameCount, RecurrentCell.width]), &state)
        // The rectifier between the cell and its output.
        let rectified = Tensor(hidden.map { max($0, 0) }, shape: [1, frameCount, RecurrentCell.width])
        return output(rectified, activation: .sigmoid).floats()
    }

    /// Magnitudes of the transforms, `[frames, transformCount, binCount]`.
    private func magnitudes(_ samples: [Float], frameCount: Int) -> [Float] {
        var pieces: [Float] = []
        pieces.reserveCapacity(frameCount * Self.transformCount * Self.transformSize)
        let inputSize = Self.contextSize + VoiceActivity.frameSize
        for frame in 0..<frameCount {
            let start = frame * VoiceActivity.frameSize
            for transform in 0..<Self.transformCount - 1 {
                let first = start + transform * Self.transformStride
                pieces.append(contentsOf: samples[first..<first + Self.transformSize])
            }
            let end = start + inputSize
            pieces.append(contentsOf: samples[end - (Self.transformSize - Self.mirroredSize)..<end])
            pieces.append(contentsOf: samples[end - 1 - Self.mirroredSize..<end - 1].reversed())
        }
        let spectrum = convolution1d(
            Tensor(pieces, shape: [1, pieces.count, 1]), basis.weight, stride: Self.transformSize
        ).floats()
        var magnitudes: [Float] = []
        magnitudes.reserveCapacity(spectrum.count / 2)
        for first in stride(from: 0, to: spectrum.count, by: 2 * Self.binCount) {
            for bin in first..<first + Self.binCount {
                let (real, imaginary) = (spectrum[bin], spectrum[bin + Self.binCount])
                magnitudes.append((real * real + imaginary * imaginary).squareRoot())
            }
        }
        return magnitudes
    }

    /// The windows of a convolution with three taps and one zero on either side, laid end to end: so the convolution of
    /// all frames is one matrix product.
    ///
    /// Shapes: `[frames, time, channels]` → `[frames, (time - 1) / stride + 1, 3, channels]`.
    static func windows(of features: [Float], frameCount: Int, time: Int, stride: Int) -> [Float] {
        let channels = features.count / (frameCount * time)
        let zeros = repeatElement(Float(0), count: channels)
        var windows: [Float] = []
        windows.reserveCapacity(frameCount * ((time - 1) / stride + 1) * taps * channels)
        for frame in 0..<frameCount {
            for centre in Swift.stride(from: 0, to: time, by: stride) {
                let first = frame * time + centre - 1
                if centre == 0 { windows.append(contentsOf: zeros) }
                let known = max(first, frame * time)..<min(first + taps, (frame + 1) * time)
                windows.append(contentsOf: features[known.lowerBound * channels..<known.upperBound * channels])
                if centre == time - 1 { windows.append(contentsOf: zeros) }
            }
        }
        return windows
    }
}

/// A long short-term memory (Hochreiter and Schmidhuber 1997; gates in PyTorch's order: input, forget, candidate,
/// output).
struct RecurrentCell: Sendable {
    static let width = 128

    private let inputWeight: Parameter
    private let hiddenWeight: Parameter
    private let inputBias: Parameter
    private let hiddenBias: Parameter

    init(in scope: ParameterScope) {
        let initializer = Initializer.kaimingUniform(fanIn: Self.width)
        func matrix(_ name: String) -> Parameter {
            scope.parameter(name, [4 * Self.width, Self.width], initializer, precision: .asStored)
        }
        inputWeight = matrix("weight_ih")
        hiddenWeight = matrix("weight_hh")
        inputBias = scope.parameter("bias_ih", [4 * Self.width], initializer)
        hiddenBias = scope.parameter("bias_hh", [4 * Self.width], initializer)
    }

    /// The hidden state after each of the steps `x` `[steps, width]`, in the same shape.
    func callAsFunction(_ x: Tensor, _ state: inout SileroModel.State) -> [Float] {
        let inputGates = add(linear(x, inputWeight.weight, bias: inputBias.value), hiddenBias.value)
        let hiddenMatrix = hiddenWeight.weight
        let width = Self.width
        var hiddens: [Float] = []
        hiddens.reserveCapacity(x.elementCount)
        for step in 0..<x.shape[0] {
            let gates = linear(
                Tensor(state.hidden, shape: [1, width]), hiddenMatrix, residual: slice(inputGates, step..<step + 1)
            ).floats()
            for unit in 0..<width {
                let candidate = tanh(gates[2 * width + unit])
                let memory = sigmoid(gates[width + unit]) * state.memory[unit] + sigmoid(gates[unit]) * candidate
                state.memory[unit] = memory
                state.hidden[unit] = sigmoid(gates[3 * width + unit]) * tanh(memory)
            }
            hiddens.append(contentsOf: state.hidden)
        }
        return hiddens
    }

    private func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }
}
