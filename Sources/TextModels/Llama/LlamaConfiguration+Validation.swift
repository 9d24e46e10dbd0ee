import Checkpoints

extension LlamaConfiguration {
    public func validate(file: String) throws(TextModelError) {
        let limits = Limits(file: file)
        try limits.check(.width, width, 1...65_536)
        try limits.check(.feedForward, feedForward, 1...262_144)
        try limits.check(.layers, layers, 1...256)
        try limits.check(.heads, heads, 1...256)
        try limits.check(.keyHeads, keyHeads, 1...256)
        try limits.check(.headWidth, headWidth, 2...1_024)
        try limits.check(.vocabularySize, vocabularySize, 2...2_000_000)
        try limits.check(.positions, positions, 2...Self.largestContext)
        try limits.check(.normEpsilon, normEpsilon, 1e-12...0.1)
        try limits.check(.rotaryBase, rotaryBase, 1.001...1e12)
        try limits.check(.localRotaryBase, localRotaryBase, 1.001...1e12)
        try limits.check(.initialDeviation, initialDeviation, 0...1)
        try limits.check(.slidingWindow, slidingWindow, 1...Self.largestContext)
        try limits.check(.attentionDivisor, attentionDivisor, 1e-3...1e6)
        try limits.check(.attentionSoftCap, attentionSoftCap, 1e-3...1e6)
        try limits.check(.logitSoftCap, logitSoftCap, 1e-3...1e6)
        guard heads.isMultiple(of: keyHeads) else {
            throw limits.invalid(.keyHeads, "\(keyHeads)", "a divisor of num_attention_heads, which is \(heads)")
        }
        guard headWidth.isMultiple(of: 2) else { throw limits.invalid(.headWidth, "\(headWidth)", "an even number") }
        if let slidingLayers, slidingLayers.count != layers {
            throw limits.invalid(.layerTypes, "a list of \(slidingLayers.count)", "one for each of \(layers) layers")
        }
        if hasFeedForwardBias, family != .llama { throw limits.invalid(.hasFeedForwardBias, "true", "false") }
        // The reference implementation reads this key of Gemma 3, too, and makes nothing of it.
        if let attentionSoftCap, family != .gemma2 {
            throw limits.invalid(.attentionSoftCap, "\(attentionSoftCap)", "null")
        }
        if let logitSoftCap, !family.normalizesResults {
            throw limits.invalid(.logitSoftCap, "\(logitSoftCap)", "null")
        }
        try limits.check(.beginToken, beginToken, 0...vocabularySize - 1)
        for token in endTokens { try limits.check(.endTokens, token, 0...vocabularySize - 1) }
    }
}
