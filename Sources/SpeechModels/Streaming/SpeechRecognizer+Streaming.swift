extension CTCTranscriber {
    /// Chunk by chunk where the model was trained for that, else by windows.
    public func makeStream(
        options: TranscriptionOptions = TranscriptionOptions(), settings: SpeechStreamSettings = SpeechStreamSettings()
    ) -> any SpeechStream {
        if let network = model as? ConformerModel, let chunks = network.configuration.streaming {
            return CTCSpeechStream(self, network, chunks: chunks, options: options, settings: settings)
        }
        return WindowedSpeechStream(detector: voiceActivityDetector, options: options, settings: settings) {
            [self] audio, options in
            try finished { emit in
                var pass = CTCTranscriptionPass(transcriber: self, audio: audio, options: options)
                try pass.run(emit: emit, checkCancellation: {})
            }
        }
    }
}

extension Transcriber {
    /// By windows: Whisper hears whole lines.
    public func makeStream(
        options: TranscriptionOptions = TranscriptionOptions(), settings: SpeechStreamSettings = SpeechStreamSettings()
    ) -> any SpeechStream {
        WindowedSpeechStream(detector: voiceActivityDetector, options: options, settings: settings) {
            [self] audio, options in
            try finished { emit in
                var pass = try TranscriptionPass(transcriber: self, audio: audio, options: options)
                try pass.run(emit: emit, checkCancellation: {})
            }
        }
    }
}

extension SpeechRecognizer {
    /// The transcript with which `body` ends.
    fileprivate func finished(_ body: (_ emit: (RecognitionEvent) -> Void) throws -> Void) throws -> Transcript {
        var result: Transcript?
        try body { event in
            if case .finished(let transcript) = event { result = transcript }
        }
        guard let result else { preconditionFailure("a recording was heard without an end") }
        return result
    }
}
