import Core
import FuzzDriver

@main
enum FuzzJSON {
    static func main() { fuzz(tryOne) }
}

/// Whatever the bytes, the reader answers without a crash; and what it accepts, written again, it
/// reads as the same value. libFuzzer's archive asks for the C name.
@_cdecl("LLVMFuzzerTestOneInput")
public func tryOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard let json = try? JSON.parse(bytes) else { return 0 }
    let written = json.serialized
    guard let again = try? JSON.parse(written) else {
        preconditionFailure("what was accepted is refused when written again")
    }
    precondition(again.serialized == written, "writing is not stable")
    precondition(again.canonical == json.canonical, "the canonical form changed")
    precondition(again.typedCanonical == json.typedCanonical, "the typed form changed")
    guard let canonical = try? JSON.parse(json.canonical) else {
        preconditionFailure("the canonical form is refused")
    }
    precondition(canonical.canonical == json.canonical, "the canonical form is not a fixed point")
    precondition(JSONValue(json).serialized() == written, "the tree is written differently")
    precondition(JSONValue(json).canonical() == json.canonical, "the tree's canonical form differs")
    visit(json)
    return 0
}

/// Every accessor on every node.
private func visit(_ json: JSON) {
    if let lexeme = json.lexeme {
        let decimal = json.decimal
        precondition(decimal == ExactDecimal(lexeme: lexeme), "one lexeme, two decimals")
        if let decimal {
            precondition(ExactDecimal(lexeme: decimal.normalForm.utf8) == decimal, "normal form")
            precondition(ExactDecimal(lexeme: "\(decimal)".utf8) == decimal, "description")
            precondition((decimal - decimal)?.isZero == true, "x - x is not 0")
            precondition(decimal.int == nil || ExactDecimal(decimal.int ?? 0) == decimal, "int")
        }
    }
    if let bytes = json.utf8 {
        precondition(json.equals(bytes), "a string differs from itself")
        precondition(json.string.map { [UInt8]($0.utf8) } == bytes, "a string was repaired")
    }
    for element in json.elements { visit(element) }
    var seen = 0
    for member in json.members {
        seen += 1
        // Looking up is linear; on huge objects the first members stand for all.
        if seen <= 64 {
            precondition(json.member(member.key.utf8)?.offset == member.value.offset, "lookup")
        }
        visit(member.value)
    }
    precondition(json.kind != .object || seen == json.count, "count")
}
