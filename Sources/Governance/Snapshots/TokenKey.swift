/// A token's 12 base62 characters as two numbers: a dictionary key without allocation.
struct TokenKey: Hashable, Sendable {
    private let upper: UInt64
    private let lower: UInt32

    /// `id` has 12 ASCII characters: it comes from a parsed token or from the database.
    init(_ id: String) {
        var upper: UInt64 = 0
        var lower: UInt32 = 0
        var position = 0
        for byte in id.utf8 {
            if position < 8 {
                upper = upper << 8 | UInt64(byte)
            } else {
                lower = lower << 8 | UInt32(byte)
            }
            position += 1
        }
        self.upper = upper
        self.lower = lower
    }
}
