/// What manifests call the sound file and the text, in the corpora and programs that write them.
enum ManifestNames {
    static let audio = [
        "path", "audio", "file", "file_name", "filename", "audio_path", "audio_file", "audio_filepath", "wav",
        "wav_filename",
    ]
    static let speaker = ["speaker", "speaker_id", "client_id"]
    static let text = ["text", "sentence", "transcript", "transcription"]
}
