/// Writes contact sheets page by page, as PNG: `sheet.png`, then `sheet-2.png` and so on. Only one page is in memory,
/// and each file is there whole or not at all.
public struct ContactSheetWriter: Sendable {
    private let path: String
    private var sheet: ContactSheet
    /// Of the pages that are written.
    public private(set) var paths: [String] = []

    public init(_ path: String, layout: ContactSheet.Layout = ContactSheet.Layout()) {
        self.path = path
        sheet = ContactSheet(layout)
    }

    /// Puts a picture onto the sheet, after writing the page before it where that is full.
    public mutating func add(_ picture: Bitmap, caption: [String]) throws(ImageError) {
        if sheet.isFull { try writePage() }
        sheet.add(picture, caption: caption)
    }

    /// Writes the last page; nothing where there was no picture.
    public mutating func finish() throws(ImageError) { try writePage() }

    private mutating func writePage() throws(ImageError) {
        guard let page = sheet.rendered() else { return }
        let pagePath = Self.path(path, page: paths.count + 1)
        try PNGWriter.write(page, to: pagePath)
        paths.append(pagePath)
        sheet = ContactSheet(sheet.layout)
    }

    /// The file of a page, counted from 1: its number stands before the ending.
    public static func path(_ path: String, page: Int) -> String {
        guard page > 1 else { return path }
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return "\(path)-\(page)" }
        return "\(path[..<dot])-\(page)\(path[dot...])"
    }
}
