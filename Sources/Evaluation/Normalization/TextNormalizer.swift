/// What is done to reference and hypothesis alike before they are compared. A rate means little without its name.
public enum TextNormalizer: String, Sendable, Hashable, CaseIterable, Codable {
    /// The texts as they stand.
    case none
    /// Lower case without punctuation, for any language: the rules of Whisper's basic normalizer (Radford et al. 2022,
    /// appendix C). Text in brackets goes; marks, symbols and punctuation become spaces after compatibility
    /// composition; runs of white space become one space. In scripts that write vowels as marks it breaks words up,
    /// in reference and hypothesis alike.
    case basic
    /// The rules of Whisper's English normalizer (the same appendix): what `basic` does, and contractions written out,
    /// fillers left out, numbers in digits, American spelling. Published English error rates mostly stand on it.
    case english

    public func normalized(_ text: String) -> String {
        switch self {
        case .none: text
        case .basic: BasicNormalization.normalized(text)
        case .english: EnglishNormalization.normalized(text)
        }
    }
}
