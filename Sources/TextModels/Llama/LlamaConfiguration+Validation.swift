extension LlamaConfiguration {
    public func validate(file: String) throws(TextModelError) {
        func invalid(_ key: File.CodingKeys, _ value: String, _ expected: String) -> TextModelError {
            .invalidConfiguration(file: file, key: key.rawValue, value: value, expected: expected)
        }
        func check<Value: Comparable>(
            _ key: File.CodingKeys, _ value: Value?, _ range: ClosedRange<Value>
        ) throws(TextModelError) {
            guard let value, !range.contains(value) else { return }
            throw invalid(key, "\(value)", "\(range.lowerBound) to \(range.upperBound)")
        }
        try check(.width, width, 1...65_536)
        try check(.feedForward, feedForward, 1...262_144)
        try check(.layers, layers, 1...256)
        try check(.heads, heads, 1...256)
        try check(.keyHeads, keyHeads, 1...256)
        try check(.headWidth, headWidth, 2...1_024)
        try check(.vocabularySize, vocabularySize, 2...2_000_000)
        try check(.positions, positions, 2...Self.largestContext)
        try check(.normEpsilon, normEpsilon, 1e-12...0.1)
        try check(.rotaryBase, rotaryBase, 1.001...1e12)
        try check(.localRotaryBase, localRotaryBase, 1.001...1e12)
        try check(.initialDeviation, initialDeviation, 0...1)
        try check(.slidingWindow, slidingWindow, 1...Self.largestContext)
        try check(.attentionDivisor, attentionDivisor, 1e-3...1e6)
        try check(.attentionSoftCap, attentionSoftCap, 1e-3...1e6)
        try check(.logitSoftCap, logitSoftCap, 1e-3...1e6)
        guard heads.isMultiple(of: keyHeads) else {
            throw invalid(.keyHeads, "\(keyHeads)", "a divisor of num_attention_heads, which is \(heads)")
        }
        guard headWidth.isMultiple(of: 2) else { throw invalid(.headWidth, "\(headWidth)", "an even number") }
        if let slidingLayers, slidingLayers.count != layers {
            throw invalid(.layerTypes, "a list of \(slidingLayers.count)", "one for each of \(layers) layers")
        }
        if hasFeedForwardBias, family != .llama { throw invalid(.hasFeedForwardBias, "true", "false") }
        // The reference implementation reads this key of Gemma 3, too, and makes nothing of it.
        if let attentionSoftCap, family != .gemma2 { throw invalid(.attentionSoftCap, "\(attentionSoftCap)", "null") }
        if let logitSoftCap, !family.normalizesResults { throw invalid(.logitSoftCap, "\(logitSoftCap)", "null") }
        try check(.beginToken, beginToken, 0...vocabularySize - 1)
        for token in endTokens { try check(.endTokens, token, 0...vocabularySize - 1) }
    }
}
