extension AudioFormat {
    /// The endings under which sound files are looked for in folders, without the dot. A file that is named itself is
    /// judged by its content alone.
    public static let commonFileExtensions = [
        "wav", "wave", "flac", "ogg", "oga", "opus", "mp3", "aiff", "aif", "aifc", "au", "snd", "caf", "w64", "rf64",
    ]
}
