import CSoxr

/// Converts the sample rate of one channel piece by piece, band-limited, by libsoxr at its quality "HQ" (20 bits).
///
/// What lies above the lower of the two Nyquist frequencies is removed. The delay of the filter is compensated: the
/// first output sample belongs to the first input sample, and n samples become round(n · output rate / input rate).
final class Resampler {
    private let handle: OpaquePointer
    private let ratio: Double
    private let source: String

    /// Rates in hertz; `source` names the sound in errors.
    init(from inputRate: Int, to outputRate: Int, source: String) throws(AudioError) {
        var failure: soxr_error_t?
        var quality = soxr_quality_spec(UInt(SOXR_HQ), 0)
        var formats = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I)
        // Another thread would cost more than it saves beside a transcription.
        var threads = soxr_runtime_spec(1)
        let created = soxr_create(
            Double(inputRate), Double(outputRate), 1, &failure, &formats, &quality, &threads)
        guard let created, failure == nil else {
            if let created { soxr_delete(created) }
            throw .resampling(source: source, message: failure.map { String(cString: $0) } ?? "unknown reason")
        }
        handle = created
        ratio = Double(outputRate) / Double(inputRate)
        self.source = source
    }

    deinit { soxr_delete(handle) }

    /// Takes the next samples and appends to `output` what is ready.
    func process(_ samples: [Float], appendingTo output: inout [Float]) throws(AudioError) {
        var consumed = 0
        while consumed < samples.count {
            let rest = samples.count - consumed
            let capacity = Int(Double(rest) * ratio) + 64
            var taken = 0
            try append(capacity: capacity, to: &output) { buffer, produced in
                samples.withUnsafeBufferPointer {
                    soxr_process(handle, $0.baseAddress! + consumed, rest, &taken, buffer, capacity, &produced)
                }
            }
            consumed += taken
        }
    }

    /// Appends what is still inside; nothing may be processed afterwards.
    func finish(appendingTo output: inout [Float]) throws(AudioError) {
        while try append(
            capacity: 4096, to: &output,
            { buffer, produced in soxr_process(handle, nil, 0, nil, buffer, 4096, &produced) }) > 0
        {}
    }

    @discardableResult
    private func append(
        capacity: Int, to output: inout [Float],
        _ produce: (UnsafeMutablePointer<Float>, inout Int) -> soxr_error_t?
    ) throws(AudioError) -> Int {
        var failure: soxr_error_t?
        let block = [Float](unsafeUninitializedCapacity: capacity) { buffer, filled in
            failure = produce(buffer.baseAddress!, &filled)  // the capacity is never 0
        }
        if let failure { throw .resampling(source: source, message: String(cString: failure)) }
        output += block
        return block.count
    }
}
