// Byte classes and comparisons of RFC 9110: everything that decides compares bytes, never `String`.

extension UInt8 {
    static let tab: UInt8 = 0x09
    static let lf: UInt8 = 0x0A
    static let cr: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let comma: UInt8 = 0x2C
    static let slash: UInt8 = 0x2F
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B

    /// `tchar` of RFC 9110 section 5.6.2.
    @inline(__always)
    var isToken: Bool {
        if self < 64 { return (0x03FF_6CFA_0000_0000 as UInt64) >> UInt64(self) & 1 == 1 }
        if self < 128 { return (0x57FF_FFFF_C7FF_FFFE as UInt64) >> UInt64(self - 64) & 1 == 1 }
        return false
    }

    /// What a field value may hold: visible ASCII, space, tab, and obs-text (RFC 9110 section 5.5).
    @inline(__always)
    var isFieldValue: Bool { self >= 0x20 && self != 0x7F || self == 0x09 }

    @inline(__always)
    var isDigit: Bool { self &- 0x30 < 10 }

    @inline(__always)
    var isBlank: Bool { self == 0x20 || self == 0x09 }

    @inline(__always)
    var isAlpha: Bool { (self | 0x20) &- 0x61 < 26 }

    /// ASCII lower case; other bytes unchanged.
    @inline(__always)
    var lowered: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// The value of a hexadecimal digit.
    @inline(__always)
    var hexValue: UInt8? {
        let digit = self &- 0x30
        if digit < 10 { return digit }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? letter + 10 : nil
    }
}

/// The bytes of a literal.
@inline(__always)
func bytes(of text: StaticString) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
}

/// Exact equality with a literal.
@inline(__always)
func equal(_ left: Span<UInt8>, _ right: StaticString) -> Bool {
    let right = bytes(of: right)
    guard left.count == right.count else { return false }
    for index in 0..<left.count where left[index] != right[index] { return false }
    return true
}

/// ASCII-case-insensitive equality with a literal in lower case or any other.
@inline(__always)
func equalFolded(_ left: Span<UInt8>, _ right: StaticString) -> Bool {
    let right = bytes(of: right)
    guard left.count == right.count else { return false }
    for index in 0..<left.count where left[index].lowered != right[index].lowered {
        return false
    }
    return true
}

/// ASCII-case-insensitive equality.
func equalFolded(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    for index in 0..<left.count where left[index].lowered != right[index].lowered {
        return false
    }
    return true
}
