import ArgumentParser
import CommandLineKit
import TextModels

/// `--prompt-cache`.
struct PromptCacheOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Keep what the model has read in this file, so that the next run need not read it again.",
            valueName: "file"))
    var promptCache: String?

    func validate() throws {
        if promptCache == "" { throw ValidationError("--prompt-cache is empty; name a file.") }
    }

    /// What was kept beside an adapter would be taken for what the model alone has read.
    func check(with adapter: AdapterOptions) throws {
        if promptCache != nil, adapter.adapter != nil {
            throw ValidationError("--prompt-cache and --adapter exclude each other.")
        }
    }

    /// What the model has read before, or nothing.
    func open(for model: LanguageModel, on console: Console) throws -> PromptCache {
        guard let promptCache else { return PromptCache(model) }
        try ResultFile.checkWritable(promptCache)
        switch try PromptCacheFile.read(promptCache, for: model) {
        case .cache(let cache):
            console.detail("\(promptCache): \(cache.tokens.count) tokens were read before")
            return cache
        case .absent: break
        case .otherModel: console.note("\(promptCache) is of another model, or of other kernels; it is made anew")
        }
        return PromptCache(model)
    }
}
