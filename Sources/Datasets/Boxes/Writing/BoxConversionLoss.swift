import Geometry

/// What a format has no place for, of the boxes of a data set.
public enum BoxConversionLoss: Sendable, Hashable, CustomStringConvertible {
    /// Groups that become difficult things.
    case groupsBecomeDifficult(Int)
    case groupsLeftOut(Int)
    case difficultFlags(Int)
    /// Areas of outlines, other than those of their boxes.
    case areas(Int)
    /// Boxes of which what lies beyond the picture is cut off.
    case cutOff(Int)
    /// Boxes that lie outside their pictures.
    case outside(Int)
    /// Classes without a box, which nothing lists.
    case classesWithoutBox([String])
    /// Classes get other numbers: those of their names in order.
    case classOrder
    /// Names that cannot be written as they are.
    case names([String])

    public var description: String {
        func things(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }
        return switch self {
        case .groupsBecomeDifficult(let count):
            things(
                count, "group (iscrowd) is written as a difficult thing",
                "groups (iscrowd) are written as difficult things")
        case .groupsLeftOut(let count):
            things(count, "group (iscrowd) is left out", "groups (iscrowd) are left out")
        case .difficultFlags(let count):
            things(count, "difficult thing is written like any other", "difficult things are written like any other")
        case .areas(let count): things(count, "area of an outline is lost", "areas of outlines are lost")
        case .cutOff(let count): things(count, "box is cut off", "boxes are cut off") + " where the picture ends"
        case .outside(let count):
            things(count, "box is left out, since it lies", "boxes are left out, since they lie")
                + " outside the picture"
        case .classesWithoutBox(let names): "classes without a box are lost: \(names.joined(separator: ", "))"
        case .classOrder: "classes are numbered by the order of their names"
        case .names(let names): "names that lose white space or control characters: \(names.joined(separator: ", "))"
        }
    }

    /// What is lost when a data set, all of whose pictures have a size, is written in a format.
    public static func losses(of set: BoxDataSet, as format: BoxFormat) -> [BoxConversionLoss] {
        let pictures = set.splits.values.joined()
        let boxes = pictures.flatMap(\.boxes)
        let groups = boxes.count { $0.isCrowd }
        // Some round areas.
        let areas = boxes.count { abs($0.area - $0.rectangle.area) > max(1, 0.01 * $0.rectangle.area) }
        var losses: [BoxConversionLoss?] = []
        func some(_ loss: (Int) -> BoxConversionLoss, _ count: Int) -> BoxConversionLoss? {
            count > 0 ? loss(count) : nil
        }
        switch format {
        case .coco: break
        case .voc:
            let used = Set(boxes.map(\.label))
            let unused = set.labels.indices.filter { !used.contains($0) }.map { set.labels[$0] }
            let odd = set.labels.filter { name in
                name != name.trimmed || name.unicodeScalars.contains { $0.value < 0x20 }
            }
            losses = [
                some(groupsBecomeDifficult, groups), some(Self.areas, areas),
                unused.isEmpty ? nil : .classesWithoutBox(unused),
                set.labels == set.labels.sorted() ? nil : .classOrder, odd.isEmpty ? nil : .names(odd),
            ]
        case .yolo:
            var (cutOff, outside) = (0, 0)
            for picture in pictures {
                guard let size = picture.size else { continue }
                let frame = Rectangle(x: 0, y: 0, width: Double(size.width), height: Double(size.height))
                for box in picture.boxes where !box.isCrowd {
                    let inner = box.rectangle.intersection(frame)
                    if inner.width <= 0 || inner.height <= 0 {
                        outside += 1
                    } else if inner.width < box.rectangle.width - 1e-6 || inner.height < box.rectangle.height - 1e-6 {
                        cutOff += 1
                    }
                }
            }
            losses = [
                some(groupsLeftOut, groups), some(difficultFlags, boxes.count { $0.isDifficult && !$0.isCrowd }),
                some(Self.areas, areas), some(Self.cutOff, cutOff), some(Self.outside, outside),
            ]
        }
        return losses.compactMap(\.self)
    }
}
