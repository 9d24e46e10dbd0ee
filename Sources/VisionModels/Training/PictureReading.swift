import Datasets
import Images
import Kernels

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
    // Once it is clear that they are too many, the others are not read.
    let results = Threads.attempts(count, failureLimit: badLimit, progress: progress, read)
    var badCount = 0
    for case .failure(let error) in results {
        badCount += 1
        guard badCount <= badLimit else {
            throw PictureDataError(path: path, .tooManyBad(limit: badLimit, last: "\(error)"))
        }
    }
    return results.compactMap { $0 }
}
