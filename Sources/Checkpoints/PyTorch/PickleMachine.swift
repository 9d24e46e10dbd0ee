/// Reads one pickle of the protocols 2 to 5, as `torch.save` writes them: a list of instructions for a machine with a
/// stack and a memo (Python's `pickletools` describes every one).
///
/// Nothing that the file names is ever called: of the operations that call something, those few that build a container or
/// a tensor are imitated, and every other name is refused. Counts are bounded, and no claimed number allocates anything.
struct PickleMachine {
    /// Above any state dictionary, below what would exhaust the memory.
    struct Limits {
        var byteCount = 64 << 20
        var stackCount = 1 << 20
        /// Containers, their elements and memo entries, all together.
        var valueCount = 1 << 23
    }

    private(set) var tuples: [[PickleValue]] = []
    private(set) var lists: [[PickleValue]] = []
    /// In the order in which they were set; a key that is set twice stands twice.
    private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
    /// As they were named, some of them often.
    private(set) var storages: [PickledStorage] = []

    private let limits: Limits
    private var cursor: ByteCursor
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var valueCount = 0

    init(_ cursor: ByteCursor, limits: Limits = Limits()) {
        self.cursor = cursor
        self.limits = limits
    }

    /// Runs to the end of the pickle; returns what it builds and where it ends.
    mutating func run() throws(PyTorchError) -> (value: PickleValue, end: ByteCursor) {
        let start = cursor.offset
        while true {
            let offset = cursor.offset
            guard offset - start < limits.byteCount else {
                throw cursor.error(.pickleTooLong(byteCount: cursor.bytes.count - start, limit: limits.byteCount))
            }
            let code = try cursor.readInteger(UInt8.self)
            guard let opcode = PickleOpcode(rawValue: code) else {
                throw cursor.error(.unsupportedOpcode(code, offset: offset))
            }
            if opcode == .stop { return (try pop(), cursor) }
            try perform(opcode)
        }
    }

    // MARK: The operations

    private mutating func perform(_ opcode: PickleOpcode) throws(PyTorchError) {
        switch opcode {
        case .stop: break
        case .proto:
            let version = try cursor.readInteger(UInt8.self)
            guard (2...5).contains(version) else { throw cursor.error(.unsupportedProtocol(version)) }
        case .frame: _ = try cursor.readInteger(UInt64.self)
        case .mark: marks.append(stack.count)
        case .pop: _ = try pop()
        case .popMark: _ = try popToMark()
        case .duplicate:
            let value = try pop()
            try push(value)
            try push(value)

        case .none: try push(.none)
        case .newTrue: try push(.flag(true))
        case .newFalse: try push(.flag(false))
        case .integer: try push(.integer(Int(try cursor.readInteger(Int32.self))))
        case .integer1: try push(.integer(Int(try cursor.readInteger(UInt8.self))))
        case .integer2: try push(.integer(Int(try cursor.readInteger(UInt16.self))))
        case .long1: try pushInteger(byteCount: Int(try cursor.readInteger(UInt8.self)))
        case .long4: try pushInteger(byteCount: Int(try cursor.readInteger(UInt32.self)))
        case .float:
            try push(.number(Double(bitPattern: try cursor.readInteger(UInt64.self).byteSwapped)))

        case .shortText, .shortString: try pushText(byteCount: Int(try cursor.readInteger(UInt8.self)))
        case .text, .string: try pushText(byteCount: Int(try cursor.readInteger(UInt32.self)))
        case .text8: try pushText(byteCount: Int(clamping: try cursor.readInteger(UInt64.self)))
        case .shortBytes: try push(.bytes(try cursor.take(Int(try cursor.readInteger(UInt8.self)))))
        case .bytes: try push(.bytes(try cursor.take(Int(try cursor.readInteger(UInt32.self)))))
        case .bytes8: try push(.bytes(try cursor.take(Int(clamping: try cursor.readInteger(UInt64.self)))))

        case .emptyTuple: try pushTuple([])
        case .tuple1: try pushTuple(try popLast(1))
        case .tuple2: try pushTuple(try popLast(2))
        case .tuple3: try pushTuple(try popLast(3))
        case .tuple: try pushTuple(try popToMark())
        case .emptyList: try pushList([])
        case .list: try pushList(try popToMark())
        case .append: try append(try popLast(1))
        case .appends: try append(try popToMark())
        case .emptyDictionary: try pushDictionary([])
        case .dictionary: try pushDictionary(try popToMark())
        case .setItem: try set(try popLast(2))
        case .setItems: try set(try popToMark())

        case .global:
            let module = try cursor.readLine()
            try pushGlobal(module: module, name: try cursor.readLine())
        case .stackGlobal:
            let names = try popLast(2)
            guard case .text(let module) = names[0], case .text(let name) = names[1] else {
                throw unexpected("a name")
            }
            try pushGlobal(module: module, name: name)
        case .persistentIdentifier:
            let storage = try storage(try pop())
            try count(1)
            storages.append(storage)
            try push(.storage(storage))
        case .reduce: try reduce()
        case .build: try build()

        case .put1: try remember(Int(try cursor.readInteger(UInt8.self)))
        case .put4: try remember(Int(try cursor.readInteger(UInt32.self)))
        case .memoize: try remember(memo.count)
        case .get1: try recall(Int(try cursor.readInteger(UInt8.self)))
        case .get4: try recall(Int(try cursor.readInteger(UInt32.self)))
        }
    }

    private mutating func pushGlobal(module: String, name: String) throws(PyTorchError) {
        guard let global = PickleGlobal(module: module, name: name) else {
            throw cursor.error(.forbiddenGlobal("\(module).\(name)"))
        }
        try push(.global(global))
    }

    /// What a call of one of the few known names would give.
    private mutating func reduce() throws(PyTorchError) {
        guard case .tuple(let index) = try pop(), case .global(let global) = try pop() else {
            throw unexpected("a call")
        }
        let arguments = tuples[index]
        switch global {
        case .orderedDictionary:
            // Of Python 2: a list of pairs.
            guard let first = arguments.first else { return try pushDictionary([]) }
            guard arguments.count == 1, case .list(let list) = first else { throw unexpected("a list of pairs") }
            var items: [PickleValue] = []
            for pair in lists[list] {
                guard let elements = sequence(pair), elements.count == 2 else { throw unexpected("a pair") }
                items += elements
            }
            try pushDictionary(items)
        case .rebuildTensor:
            guard arguments.count >= 4, case .storage(let storage) = arguments[0],
                case .integer(let offset) = arguments[1], let shape = integers(arguments[2]),
                let strides = integers(arguments[3])
            else { throw unexpected("a tensor's storage, offset, shape and strides") }
            try push(.tensor(PickledTensor(storage: storage, offset: offset, shape: shape, strides: strides)))
        case .rebuildParameter:
            guard case .tensor(let tensor)? = arguments.first else { throw unexpected("a tensor") }
            try push(.tensor(tensor))
        case .size:
            guard arguments.count == 1, let elements = sequence(arguments[0]) else { throw unexpected("a shape") }
            try pushTuple(elements)
        case .device:
            guard case .text(let name)? = arguments.first else { throw unexpected("a device's name") }
            try push(.text(name))
        case .storageClass, .elementType: throw unexpected("a function")
        }
    }

    /// Attributes of an object: only dictionaries have some, which say nothing of tensors.
    private mutating func build() throws(PyTorchError) {
        guard case .dictionary = try pop(), case .dictionary? = stack.last else {
            throw unexpected("the attributes of a dictionary")
        }
    }

    /// `('storage', class, key, device, count)`, in the older format with what it is a view of.
    private func storage(_ identifier: PickleValue) throws(PyTorchError) -> PickledStorage {
        guard let parts = sequence(identifier), (5...6).contains(parts.count), case .text("storage") = parts[0],
            case .global(.storageClass(let type)) = parts[1], let key = key(parts[2]),
            case .integer(let count) = parts[4]
        else { throw unexpected("a storage's class, key and size") }
        if parts.count == 6 {
            guard case .none = parts[5] else { throw cursor.error(.storageIsView(key: key)) }
        }
        return PickledStorage(key: key, elementType: type, elementCount: count)
    }

    /// Python 2 numbered the storages.
    func key(_ value: PickleValue) -> String? {
        switch value {
        case .text(let text): text
        case .integer(let integer): String(integer)
        default: nil
        }
    }

    /// The elements of a tuple or a list.
    func sequence(_ value: PickleValue) -> [PickleValue]? {
        switch value {
        case .tuple(let index): tuples[index]
        case .list(let index): lists[index]
        default: nil
        }
    }

    private func integers(_ value: PickleValue) -> [Int]? {
        // A long list, named again and again, would otherwise be copied as often.
        guard let elements = sequence(value), elements.count <= 64 else { return nil }
        var integers: [Int] = []
        for element in elements {
            guard case .integer(let integer) = element else { return nil }
            integers.append(integer)
        }
        return integers
    }

    // MARK: The stack

    private mutating func push(_ value: PickleValue) throws(PyTorchError) {
        guard stack.count < limits.stackCount else { throw cursor.error(.tooManyValues(limit: limits.stackCount)) }
        stack.append(value)
    }

    private mutating func pop() throws(PyTorchError) -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
            throw cursor.error(.emptyStack(offset: cursor.offset))
        }
        return value
    }

    private mutating func popLast(_ count: Int) throws(PyTorchError) -> [PickleValue] {
        guard stack.count - count >= marks.last ?? 0 else { throw cursor.error(.emptyStack(offset: cursor.offset)) }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws(PyTorchError) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw cursor.error(.missingMark(offset: cursor.offset)) }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    private mutating func count(_ values: Int) throws(PyTorchError) {
        valueCount += values
        guard valueCount <= limits.valueCount else { throw cursor.error(.tooManyValues(limit: limits.valueCount)) }
    }

    private mutating func remember(_ index: Int) throws(PyTorchError) {
        guard let value = stack.last else { throw cursor.error(.emptyStack(offset: cursor.offset)) }
        try count(1)
        memo[index] = value
    }

    private mutating func recall(_ index: Int) throws(PyTorchError) {
        guard let value = memo[index] else { throw cursor.error(.missingMemo(index, offset: cursor.offset)) }
        try push(value)
    }

    // MARK: Values

    private mutating func pushInteger(byteCount: Int) throws(PyTorchError) {
        let bytes = cursor.bytes[try cursor.take(byteCount)]
        guard byteCount > 8 else {
            let isNegative = bytes.last.map { $0 & 0x80 != 0 } ?? false
            let value = bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
            return try push(.integer(value))
        }
        guard byteCount <= 64 else { throw unexpected("a number of at most 64 bytes") }
        try push(.wideInteger(Array(bytes)))
    }

    private mutating func pushText(byteCount: Int) throws(PyTorchError) {
        let offset = cursor.offset
        guard let text = String(validating: cursor.bytes[try cursor.take(byteCount)], as: UTF8.self) else {
            throw cursor.error(.malformedText(offset: offset))
        }
        try push(.text(text))
    }

    private mutating func pushTuple(_ elements: [PickleValue]) throws(PyTorchError) {
        try count(1 + elements.count)
        tuples.append(elements)
        try push(.tuple(tuples.count - 1))
    }

    private mutating func pushList(_ elements: [PickleValue]) throws(PyTorchError) {
        try count(1 + elements.count)
        lists.append(elements)
        try push(.list(lists.count - 1))
    }

    private mutating func pushDictionary(_ items: [PickleValue]) throws(PyTorchError) {
        try count(1)
        dictionaries.append([])
        try push(.dictionary(dictionaries.count - 1))
        try set(items)
    }

    private mutating func append(_ elements: [PickleValue]) throws(PyTorchError) {
        guard case .list(let index)? = stack.last else { throw unexpected("a list") }
        try count(elements.count)
        lists[index] += elements
    }

    /// Keys and values take turns.
    private mutating func set(_ items: [PickleValue]) throws(PyTorchError) {
        guard case .dictionary(let index)? = stack.last, items.count.isMultiple(of: 2) else {
            throw unexpected("a dictionary")
        }
        try count(items.count)
        for place in stride(from: 0, to: items.count, by: 2) {
            dictionaries[index].append((items[place], items[place + 1]))
        }
    }

    private func unexpected(_ expected: String) -> PyTorchError {
        cursor.error(.unexpectedValue(expected: expected, offset: cursor.offset))
    }
}

/// The operations that `torch.save` writes, by their codes.
enum PickleOpcode: UInt8 {
    case proto = 0x80
    case frame = 0x95
    case stop = 0x2E
    case mark = 0x28
    case pop = 0x30
    case popMark = 0x31
    case duplicate = 0x32

    case none = 0x4E
    case newTrue = 0x88
    case newFalse = 0x89
    case integer = 0x4A
    case integer1 = 0x4B
    case integer2 = 0x4D
    case long1 = 0x8A
    case long4 = 0x8B
    case float = 0x47

    case shortText = 0x8C
    case text = 0x58
    case text8 = 0x8D
    /// Strings of Python 2.
    case shortString = 0x55
    case string = 0x54
    case shortBytes = 0x43
    case bytes = 0x42
    case bytes8 = 0x8E

    case emptyTuple = 0x29
    case tuple1 = 0x85
    case tuple2 = 0x86
    case tuple3 = 0x87
    case tuple = 0x74
    case emptyList = 0x5D
    case list = 0x6C
    case append = 0x61
    case appends = 0x65
    case emptyDictionary = 0x7D
    case dictionary = 0x64
    case setItem = 0x73
    case setItems = 0x75

    case global = 0x63
    case stackGlobal = 0x93
    case persistentIdentifier = 0x51
    case reduce = 0x52
    case build = 0x62

    case put1 = 0x71
    case put4 = 0x72
    case memoize = 0x94
    case get1 = 0x68
    case get4 = 0x6A
}
