import Geometry

/// Small pictures in rows, each with a caption, as one picture: a page of so many at most.
public struct ContactSheet: Sendable {
    public struct Layout: Sendable, Hashable {
        public var columns: Int
        public var rows: Int
        /// Pixels; a picture keeps its proportions within a square of this side.
        public var thumbnailSide: Int
        /// Lines below each picture.
        public var captionLines: Int

        public init(columns: Int = 6, rows: Int = 8, thumbnailSide: Int = 160, captionLines: Int = 2) {
            precondition(
                columns > 0 && rows > 0 && thumbnailSide > 0 && captionLines >= 0,
                "a sheet of \(columns) x \(rows) pictures of \(thumbnailSide) pixels and \(captionLines) lines")
            (self.columns, self.rows) = (columns, rows)
            (self.thumbnailSide, self.captionLines) = (thumbnailSide, captionLines)
        }

        /// Pictures on a page.
        public var capacity: Int { columns * rows }

        fileprivate static let margin = 8
        fileprivate static let textSize = 13.0
        fileprivate static let lineHeight = 16
        fileprivate var cellWidth: Int { thumbnailSide + Self.margin }
        fileprivate var cellHeight: Int {
            thumbnailSide + Self.margin + captionLines * Self.lineHeight + (captionLines > 0 ? 2 : 0)
        }
    }

    public let layout: Layout
    public private(set) var count = 0
    /// The whole page, from the first picture on.
    private var page: Bitmap?

    public init(_ layout: Layout = Layout()) { self.layout = layout }

    public var isFull: Bool { count == layout.capacity }

    /// Puts a picture behind those that are there.
    ///
    /// - Parameter caption: lines, the first one bold; what is too long for a line is cut off, and lines that have no place are
    ///   left out.
    /// - Precondition: the page is not full.
    public mutating func add(_ picture: Bitmap, caption: [String]) {
        precondition(!isFull, "the page holds \(count) pictures already")
        var page =
            self.page
            ?? Bitmap(
                width: layout.columns * layout.cellWidth + Layout.margin,
                height: layout.rows * layout.cellHeight + Layout.margin, filledWith: Self.paper)
        self.page = nil
        let x = Layout.margin + count % layout.columns * layout.cellWidth
        let y = Layout.margin + count / layout.columns * layout.cellHeight
        let thumbnail = picture.rgb().fitted(into: layout.thumbnailSide)
        page.paste(
            thumbnail, x: x + (layout.thumbnailSide - thumbnail.width) / 2,
            y: y + (layout.thumbnailSide - thumbnail.height) / 2)
        for (line, text) in caption.prefix(layout.captionLines).enumerated() {
            let style = TextStyle(
                size: Layout.textSize, color: Color(line == 0 ? 0x1F2933 : 0x52606D), isBold: line == 0)
            let baseline = y + layout.thumbnailSide + (line + 1) * Layout.lineHeight - 1
            page.draw(
                style.shortened(text, to: Double(layout.thumbnailSide)),
                at: Point(Double(x) + Double(layout.thumbnailSide) / 2, Double(baseline)), style, anchor: .middle)
        }
        self.page = page
        count += 1
    }

    /// The page without its empty rows, and without empty columns where there is but one row; nil where it is empty.
    public func rendered() -> Bitmap? {
        let (columns, rows) = (min(count, layout.columns), (count + layout.columns - 1) / layout.columns)
        return page?.cropped(
            to: PixelRectangle(
                x: 0, y: 0, width: columns * layout.cellWidth + Layout.margin,
                height: rows * layout.cellHeight + Layout.margin))
    }

    private static let paper: [UInt8] = [255, 255, 255]

    /// A page of just these pictures, about as wide as high: for instance the first batch that a network is trained with.
    ///
    /// - Precondition: there is a picture, and as many captions as pictures.
    public static func page(of pictures: [Bitmap], captions: [String], thumbnailSide: Int = 96) -> Bitmap {
        precondition(
            !pictures.isEmpty && pictures.count == captions.count,
            "\(pictures.count) pictures and \(captions.count) captions")
        let columns = Int(Double(pictures.count).squareRoot().rounded(.up))
        var sheet = ContactSheet(
            Layout(
                columns: columns, rows: (pictures.count + columns - 1) / columns, thumbnailSide: thumbnailSide,
                captionLines: 1))
        for (picture, caption) in zip(pictures, captions) { sheet.add(picture, caption: [caption]) }
        guard let page = sheet.rendered() else { preconditionFailure("a sheet with pictures has a page") }
        return page
    }
}

extension Bitmap {
    /// With its proportions, as large as a square of `side` pixels allows; a small picture grows by whole factors, so that
    /// its pixels stay visible.
    fileprivate func fitted(into side: Int) -> Bitmap {
        let longest = max(width, height)
        if longest <= side {
            let factor = side / longest
            return resized(toWidth: width * factor, height: height * factor, by: .nearest)
        }
        func share(_ extent: Int) -> Int { max(1, (extent * side + longest / 2) / longest) }
        return resized(toWidth: share(width), height: share(height), by: .bilinear)
    }
}
