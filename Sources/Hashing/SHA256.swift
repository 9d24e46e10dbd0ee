/// The SHA-256 hash function (FIPS 180-4), fed piece by piece.
///
/// It names files (weights in a report, downloads in a list); it guards no secret, so it makes no promise about timing.
public struct SHA256: Sendable {
    // Halves, because a vector of 32 bytes asks for more alignment than an asynchronous function's frame has.
    private var low: SIMD4<UInt32> = [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a]
    private var high: SIMD4<UInt32> = [0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19]
    private var state: SIMD8<UInt32> {
        get { SIMD8(lowHalf: low, highHalf: high) }
        set { (low, high) = (newValue.lowHalf, newValue.highHalf) }
    }
    /// Bytes that do not fill a block yet; always fewer than `blockByteCount`.
    private var pending: [UInt8] = []
    private var byteCount: UInt64 = 0

    private static let blockByteCount = 64

    public init() {}

    /// Continues the hash with `bytes`.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        byteCount += UInt64(bytes.count)
        var rest = bytes[...]
        if !pending.isEmpty {
            let head = rest.prefix(Self.blockByteCount - pending.count)
            pending.append(contentsOf: head)
            rest = rest.dropFirst(head.count)
            guard pending.count == Self.blockByteCount else { return }
            pending.withUnsafeBytes { state = Self.compress($0, into: state) }
            pending.removeAll(keepingCapacity: true)
        }
        let whole = rest.prefix(rest.count / Self.blockByteCount * Self.blockByteCount)
        state = Self.compress(UnsafeRawBufferPointer(rebasing: whole), into: state)
        pending.append(contentsOf: rest.dropFirst(whole.count))
    }

    /// Continues the hash with `bytes`.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        let isDone: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
        if isDone == nil { Array(bytes).withUnsafeBytes { update($0) } }
    }

    /// The hash of everything fed so far.
    public func finalized() -> SHA256Digest {
        var last = pending
        last.append(0x80)
        let paddedCount = (last.count + 8 + Self.blockByteCount - 1) / Self.blockByteCount * Self.blockByteCount
        last.append(contentsOf: repeatElement(0, count: paddedCount - 8 - last.count))
        withUnsafeBytes(of: (byteCount &* 8).bigEndian) { last.append(contentsOf: $0) }
        let words = last.withUnsafeBytes { Self.compress($0, into: state) }
        return SHA256Digest(words: words)
    }

    /// The hash of `bytes`.
    public static func hash(_ bytes: some Collection<UInt8>) -> SHA256Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalized()
    }

    // MARK: The compression function, FIPS 180-4 section 6.2.2

    private static let roundConstants: [UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]

    /// `blocks` holds a whole number of blocks.
    private static func compress(_ blocks: UnsafeRawBufferPointer, into state: SIMD8<UInt32>) -> SIMD8<UInt32> {
        var state = state
        // Pointers, because checked array access would triple the cost of a round.
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
            roundConstants.withUnsafeBufferPointer { constants in
                for start in stride(from: 0, to: blocks.count, by: blockByteCount) {
                    for index in 0..<16 {
                        let word = blocks.loadUnaligned(fromByteOffset: start + 4 * index, as: UInt32.self)
                        schedule[index] = UInt32(bigEndian: word)
                    }
                    for index in 16..<64 {
                        schedule[index] =
                            smallSigma1(schedule[index - 2]) &+ schedule[index - 7]
                            &+ smallSigma0(schedule[index - 15]) &+ schedule[index - 16]
                    }
                    state &+= rounds(state, schedule, constants)
                }
            }
        }
        return state
    }

    @inline(__always)
    private static func rounds(
        _ state: SIMD8<UInt32>, _ schedule: UnsafeMutableBufferPointer<UInt32>,
        _ constants: UnsafeBufferPointer<UInt32>
    ) -> SIMD8<UInt32> {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        // Eight rounds bring every variable back to its place, so none has to move.
        for index in stride(from: 0, to: 64, by: 8) {
            round(a, b, c, &d, e, f, g, &h, constants[index] &+ schedule[index])
            round(h, a, b, &c, d, e, f, &g, constants[index + 1] &+ schedule[index + 1])
            round(g, h, a, &b, c, d, e, &f, constants[index + 2] &+ schedule[index + 2])
            round(f, g, h, &a, b, c, d, &e, constants[index + 3] &+ schedule[index + 3])
            round(e, f, g, &h, a, b, c, &d, constants[index + 4] &+ schedule[index + 4])
            round(d, e, f, &g, h, a, b, &c, constants[index + 5] &+ schedule[index + 5])
            round(c, d, e, &f, g, h, a, &b, constants[index + 6] &+ schedule[index + 6])
            round(b, c, d, &e, f, g, h, &a, constants[index + 7] &+ schedule[index + 7])
        }
        return [a, b, c, d, e, f, g, h]
    }

    @inline(__always)
    private static func round(
        _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32, _ g: UInt32,
        _ h: inout UInt32, _ input: UInt32
    ) {
        let choice = g ^ (e & (f ^ g))
        let majority = (a & b) | (c & (a | b))
        let first = h &+ bigSigma1(e) &+ choice &+ input
        d = d &+ first
        h = first &+ bigSigma0(a) &+ majority
    }

    @inline(__always)
    private static func rotated(_ word: UInt32, by count: UInt32) -> UInt32 {
        word &>> count | word &<< (32 &- count)
    }

    @inline(__always)
    private static func bigSigma0(_ word: UInt32) -> UInt32 {
        rotated(word, by: 2) ^ rotated(word, by: 13) ^ rotated(word, by: 22)
    }

    @inline(__always)
    private static func bigSigma1(_ word: UInt32) -> UInt32 {
        rotated(word, by: 6) ^ rotated(word, by: 11) ^ rotated(word, by: 25)
    }

    @inline(__always)
    private static func smallSigma0(_ word: UInt32) -> UInt32 {
        rotated(word, by: 7) ^ rotated(word, by: 18) ^ word &>> 3
    }

    @inline(__always)
    private static func smallSigma1(_ word: UInt32) -> UInt32 {
        rotated(word, by: 17) ^ rotated(word, by: 19) ^ word &>> 10
    }
}
