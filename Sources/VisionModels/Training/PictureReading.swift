import Datasets
import Images
import Kernels
import Synchronization

/// Reads pictures several at a time: what became of each.
///
/// - Parameters:
///   - badLimit: pictures that may be impossible to read.
///   - path: what errors call the data.
///   - progress: told how many are done; from any thread.
/// - Throws: ``PictureDataError`` where more cannot be read, with the last of them.
func readPictures<Content: Sendable>(
    _ count: Int, skippingBad badLimit: Int, path: String, progress: @Sendable (Int) -> Void,
    reading read: @Sendable (Int) throws(ImageError) -> Content
) throws(PictureDataError) -> [Result<Content, ImageError>] {
    let state = Mutex<(results: [Result<Content, ImageError>?], done: Int, badCount: Int)>(
        ([Result<Content, ImageError>?](repeating: nil, count: count), 0, 0))
    Threads.parallelFor(count) { index in
        // Once it is clear that they are too many, the others are not read.
        if state.withLock({ $0.badCount > badLimit }) { return }
        let result = Result { () throws(ImageError) in try read(index) }
        let done = state.withLock { state in
            state.results[index] = result
            if case .failure = result { state.badCount += 1 }
            state.done += 1
            return state.done
        }
        progress(done)
    }
    let results = state.withLock { $0.results }
    var badCount = 0
    for case .failure(let error) in results {
        badCount += 1
        guard badCount <= badLimit else {
            throw PictureDataError(path: path, .tooManyBad(limit: badLimit, last: "\(error)"))
        }
    }
    return results.compactMap { $0 }
}
