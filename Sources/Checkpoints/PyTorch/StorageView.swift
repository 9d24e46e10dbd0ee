import Tensors

/// A tensor as a part of the file, after every check.
struct StorageView {
    let elementType: StoredElementType
    let shape: Shape
    /// In elements.
    let strides: [Int]
    /// From the first of its elements to the last, or nothing where it has none.
    let byteRange: Range<Int>

    /// Whether the elements lie side by side in row-major order.
    var isContiguous: Bool {
        var expected = 1
        for axis in shape.indices.reversed() where shape[axis] != 1 {
            if strides[axis] != expected { return false }
            expected *= shape[axis]
        }
        return true
    }

}

/// Finds the bytes of tensors, and holds what the pickle says of them against the file.
struct StorageTable {
    private let storages: [String: Range<Int>]
    private let path: String
    /// What the first tensor of each storage said about it.
    private var known: [String: PickledStorage] = [:]

    init(_ contents: PyTorchContents, path: String) {
        storages = contents.storages
        self.path = path
    }

    mutating func view(of tensor: PickledTensor, name: String) throws(PyTorchError) -> StorageView {
        func refused(_ rule: PyTorchError.Rule) -> PyTorchError { PyTorchError(path: path, tensor: name, rule) }
        let (shape, strides, storage) = (tensor.shape, tensor.strides, tensor.storage)
        let width = storage.elementType.bitCount / 8
        guard let range = storages[storage.key] else { throw refused(.unknownStorage(storage.key)) }
        guard known.updateValue(storage, forKey: storage.key) ?? storage == storage else {
            throw refused(.storageTypes(key: storage.key))
        }
        let (expected, overflow) = storage.elementCount.multipliedReportingOverflow(by: width)
        guard !overflow, expected == range.count else {
            throw refused(.storageSize(key: storage.key, expected: overflow ? .max : expected, stored: range.count))
        }
        guard ByteCount.isSupported(shape) else { throw refused(.unsupportedShape(shape)) }
        guard strides.count == shape.count else { throw refused(.wrongStrideCount(shape: shape, strides: strides)) }

        let count = storage.elementCount
        let outside = refused(.outsideStorage(shape: shape, strides: strides, offset: tensor.offset, count: count))
        guard tensor.offset >= 0, tensor.offset <= count, strides.allSatisfy({ $0 >= 0 }) else { throw outside }
        if shape.contains(0) {
            return StorageView(
                elementType: storage.elementType, shape: Shape(shape), strides: strides,
                byteRange: range.lowerBound..<range.lowerBound)
        }
        // A few stored numbers must not stand for many.
        guard case .bytes(let byteCount) = ByteCount.of(shape, bitsPerElement: 8 * width), byteCount <= range.count
        else {
            throw refused(.moreThanStorage(shape: shape, count: count))
        }
        var last = tensor.offset
        for (extent, stride) in zip(shape, strides) {
            let (distance, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
            guard !overflow, distance < count, last < count - distance else { throw outside }
            last += distance
        }
        guard last < count else { throw outside }
        let start = range.lowerBound + width * tensor.offset
        return StorageView(
            elementType: storage.elementType, shape: Shape(shape), strides: strides,
            byteRange: start..<range.lowerBound + width * (last + 1))
    }
}
