import Kernels
public import Tensors

/// Batch normalisation with the statistics of `x` itself, as in training (Ioffe and Szegedy 2015): per channel,
/// (x - mean) / √(variance + epsilon) · weight + bias.
///
/// Shapes: `x` `[…, channels]`; `weight`, `bias`, `mean` and `variance` `[channels]`.
///
/// - Returns: the result, and the mean and the unbiased variance of all rows, from which running statistics are made;
///   no gradient passes through those two.
public func batchNorm(
    _ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float = 1e-5
) -> (result: Tensor, mean: Tensor, variance: Tensor) {
    let channels = weight.elementCount
    requireChannels("batchNorm", x, weight, bias)
    let rows = x.elementCount / max(1, channels)
    // One sample whose groups are the channels.
    let statistics = ChannelStatistics(x, samples: 1, groups: channels, epsilon: epsilon)
    let unbiased = statistics.variances.map { Float($0 * Double(rows) / Double(max(1, rows - 1))) }
    return (
        normalized(x, weight: weight, bias: bias, statistics),
        Tensor(statistics.means.map { Float($0) }, shape: [channels]), Tensor(unbiased, shape: [channels])
    )
}

/// Batch normalisation with given statistics, as in inference or with frozen ones; they are constants to gradients.
///
/// Shapes: `x` `[…, channels]`; `mean`, `variance`, `weight` and `bias` `[channels]`.
public func batchNorm(
    _ x: Tensor, mean: Tensor, variance: Tensor, weight: Tensor, bias: Tensor, epsilon: Float = 1e-5
) -> Tensor {
    let channels = weight.elementCount
    requireChannels("batchNorm", x, weight, bias)
    precondition(
        mean.shape == weight.shape && variance.shape == weight.shape,
        "batchNorm: statistics of the shapes \(mean.shape) and \(variance.shape) do not fit \(channels) channels")
    let means = mean.floats()
    let reciprocals = variance.floats().map { 1 / ($0 + epsilon).squareRoot() }
    let scales = zip(weight.floats(), reciprocals).map { $0 * $1 }
    let shifts = zip(bias.floats(), zip(means, scales)).map { $0 - $1.0 * $1.1 }
    let result = Tensor(
        shape: x.shape,
        initializingFloats: { result in
            x.withFloats {
                Columns.affine(
                    $0, a: scales, shift: shifts, rows: x.elementCount / max(1, channels), columns: channels,
                    into: result)
            }
        })
    return Tape.record(
        result, inputs: [x, weight, bias],
        FrozenNormOperation(x: x, scales: scales, means: means, reciprocalDeviations: reciprocals))
}

/// Group normalisation (Wu and He 2018): statistics per picture and group of channels. With as many groups as channels
/// it is instance normalisation.
///
/// Shapes: `x` `[batch, …, channels]`, `weight` and `bias` `[channels]`.
public func groupNorm(_ x: Tensor, groups: Int, weight: Tensor, bias: Tensor, epsilon: Float = 1e-5) -> Tensor {
    requireChannels("groupNorm", x, weight, bias)
    precondition(
        x.rank >= 2 && groups > 0 && weight.elementCount.isMultiple(of: groups),
        "groupNorm: an input of shape \(x.shape) does not divide into \(groups) groups")
    return normalized(
        x, weight: weight, bias: bias,
        ChannelStatistics(x, samples: x.shape[0], groups: groups, epsilon: epsilon))
}

private func requireChannels(_ name: String, _ x: Tensor, _ weight: Tensor, _ bias: Tensor) {
    precondition(
        x.rank >= 1 && weight.shape == [x.shape[x.rank - 1]] && bias.shape == weight.shape,
        "\(name): an input of shape \(x.shape) does not fit a weight of shape \(weight.shape) and a bias of \(bias.shape)"
    )
}

private func normalized(_ x: Tensor, weight: Tensor, bias: Tensor, _ statistics: ChannelStatistics) -> Tensor {
    let (weights, biases) = (weight.floats(), bias.floats())
    let result = statistics.perSample(x) { sample, source, result in
        // weight · (x - mean) / deviation + bias as one affine map.
        let scales = weights.indices.map { weights[$0] * statistics.reciprocalDeviation(sample, channel: $0) }
        let shifts = weights.indices.map { biases[$0] - scales[$0] * statistics.mean(sample, channel: $0) }
        Columns.affine(
            source, a: scales, shift: shifts, rows: statistics.rows, columns: statistics.channels, into: result)
    }
    return Tape.record(
        result, inputs: [x, weight, bias], GroupNormOperation(x: x, weight: weight, statistics: statistics))
}

/// Mean and variance of each sample's groups of channels.
struct ChannelStatistics: Sendable {
    let samples: Int
    let groups: Int
    let channels: Int
    /// Pixels of a sample.
    let rows: Int
    /// `[samples, groups]`; the variances are biased.
    let means: [Double]
    let variances: [Double]
    private let reciprocalDeviations: [Float]

    var groupWidth: Int { channels / groups }
    /// Elements that one mean is taken over.
    var count: Int { rows * groupWidth }

    init(_ x: Tensor, samples: Int, groups: Int, epsilon: Float) {
        let channels = x.shape[x.rank - 1]
        let rows = x.elementCount / max(1, samples * channels)
        let width = channels / groups
        var (means, variances) = ([Double](), [Double]())
        func byGroup(_ perChannel: [Double]) -> [Double] {
            (0..<groups).map { group in
                perChannel[group * width..<(group + 1) * width].reduce(0, +) / Double(rows * width)
            }
        }
        x.withFloats { pointer in
            for sample in 0..<samples {
                let source = pointer + sample * rows * channels
                let mean = byGroup(Columns.sum(source, rows: rows, columns: channels))
                let center = (0..<channels).map { Float(mean[$0 / width]) }
                // Around the mean as rounded to float; the rest is taken off again.
                let distances = byGroup(
                    Columns.squaredDistances(source, center: center, rows: rows, columns: channels))
                means += mean
                variances += zip(distances, zip(mean, 0...)).map { distance, mean in
                    let rounding = mean.0 - Double(Float(mean.0))
                    return max(0, distance - rounding * rounding)
                }
            }
        }
        self.samples = samples
        self.groups = groups
        self.channels = channels
        self.rows = rows
        self.means = means
        self.variances = variances
        reciprocalDeviations = variances.map { Float(1 / ($0 + Double(epsilon)).squareRoot()) }
    }

    func mean(_ sample: Int, channel: Int) -> Float { Float(means[sample * groups + channel / groupWidth]) }

    func reciprocalDeviation(_ sample: Int, channel: Int) -> Float {
        reciprocalDeviations[sample * groups + channel / groupWidth]
    }

    /// A tensor shaped as `x`, made sample by sample.
    func perSample(
        _ x: Tensor, _ body: (Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) -> Tensor {
        Tensor(
            shape: x.shape,
            initializingFloats: { result in
                x.withFloats { source in
                    for sample in 0..<samples {
                        let offset = sample * rows * channels
                        body(sample, source + offset, result + offset)
                    }
                }
            })
    }
}

/// Group norm; batch norm is the group norm of one sample whose groups are the channels.
struct GroupNormOperation: Operation {
    let name = "groupNorm"
    let x: Tensor
    let weight: Tensor
    let statistics: ChannelStatistics

    // With x̂ = (x - mean) / deviation and g = gradient · weight, over the elements of a group:
    // dx = (g - mean(g) - x̂ · mean(g · x̂)) / deviation, which is affine in the gradient and in x.
    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        let (channels, rows) = (statistics.channels, statistics.rows)
        let weights = weight.floats()
        var weightGradient = [Double](repeating: 0, count: channels)
        var biasGradient = weightGradient
        let inputGradient = gradient.withFloats { gradientPointer in
            statistics.perSample(x) { sample, source, result in
                let gradient = gradientPointer + sample * rows * channels
                let means = (0..<channels).map { statistics.mean(sample, channel: $0) }
                let deviations = (0..<channels).map { statistics.reciprocalDeviation(sample, channel: $0) }
                // Per channel Σ gradient and Σ gradient · (x - mean).
                let (sums, products) = Columns.products(
                    gradient, source, center: means, rows: rows, columns: channels)
                for channel in 0..<channels {
                    weightGradient[channel] += products[channel] * Double(deviations[channel])
                    biasGradient[channel] += sums[channel]
                }
                guard wanted[0] else { return }
                var (scales, slopes, shifts) = ([Float](), [Float](), [Float]())
                for group in 0..<statistics.groups {
                    let members = group * statistics.groupWidth..<(group + 1) * statistics.groupWidth
                    let count = Double(statistics.count)
                    let mean = members.reduce(0) { $0 + sums[$1] * Double(weights[$1]) } / count
                    let deviation = Double(deviations[members.lowerBound])
                    let slope =
                        members.reduce(0) { $0 + products[$1] * Double(weights[$1]) } / count * deviation * deviation
                        * deviation
                    for channel in members {
                        scales.append(weights[channel] * deviations[channel])
                        slopes.append(Float(-slope))
                        shifts.append(Float(slope * Double(means[channel]) - mean * deviation))
                    }
                }
                Columns.affine(
                    gradient, a: scales, z: source, b: slopes, shift: shifts, rows: rows, columns: channels,
                    into: result)
            }
        }
        return [
            wanted[0] ? inputGradient : nil,
            wanted[1] ? Tensor(weightGradient.map { Float($0) }, shape: weight.shape) : nil,
            wanted[2] ? Tensor(biasGradient.map { Float($0) }, shape: weight.shape) : nil,
        ]
    }
}

/// Batch norm with constant statistics.
struct FrozenNormOperation: Operation {
    let name = "frozenNorm"
    let x: Tensor
    let scales: [Float]
    let means: [Float]
    let reciprocalDeviations: [Float]

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        let channels = scales.count
        let rows = x.elementCount / max(1, channels)
        let (sums, products) = gradient.withFloats { gradientPointer in
            x.withFloats {
                Columns.products(gradientPointer, $0, center: means, rows: rows, columns: channels)
            }
        }
        let inputGradient = Tensor(
            shape: x.shape,
            initializingFloats: { result in
                gradient.withFloats {
                    Columns.affine(
                        $0, a: scales, shift: [Float](repeating: 0, count: channels), rows: rows, columns: channels,
                        into: result)
                }
            })
        return [
            inputGradient,
            Tensor(zip(products, reciprocalDeviations).map { Float($0 * Double($1)) }, shape: [channels]),
            Tensor(sums.map { Float($0) }, shape: [channels]),
        ]
    }
}
