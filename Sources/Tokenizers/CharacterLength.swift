extension UInt8 {
    /// How many bytes the character has that begins with this one, in valid UTF-8.
    var characterLength: Int { self < 0x80 ? 1 : self < 0xE0 ? 2 : self < 0xF0 ? 3 : 4 }
}
