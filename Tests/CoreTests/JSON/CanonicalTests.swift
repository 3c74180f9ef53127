import Core
import Testing

struct CanonicalTests {
    @Test func numbersAsInAppendixB() throws {
        for line in try CaseFile.lines("rfc8785/numbers.txt") {
            let parts = line.split(separator: " ")
            let bits = try #require(UInt64(parts[0], radix: 16))
            let json = try JSON.parse(utf8(Double(bitPattern: bits).description))
            #expect(text(json.canonical) == String(parts[1]))
        }
    }

    @Test func documents() throws {
        for line in try CaseFile.lines("rfc8785/documents.txt") {
            let parts = line.split(separator: "\t").map { CaseFile.bytes($0) }
            let json = try JSON.parse(parts[0])
            #expect(json.canonical == parts[1], "\(text(json.canonical))")
            #expect(JSONValue(json).canonical() == parts[1])
            #expect(try JSON.parse(parts[1]).canonical == parts[1])
        }
    }

    @Test(arguments: [
        (#"{"b":null,"a":[true,false,"x\u0041"]}"#, #"{"a":[b:true,b:false,s:"xA"],"b":z:null}"#),
        ("[100,100.0,1e2,0.1e3,10000E-2]", "[n:1e2,n:1e2,n:1e2,n:1e2,n:1e2]"),
        ("[0,-0,0.000,0e999999999999999999999]", "[n:0,n:0,n:0,n:0]"),
        ("[9007199254740992,9007199254740993]", "[n:9007199254740992,n:9007199254740993]"),
        ("[-1.50,0.0015,120,\"120\"]", #"[n:-15e-1,n:15e-4,n:12e1,s:"120"]"#),
        (
            "[1e99999999999999999999,10e99999999999999999998,0.1e100000000000000000000]",
            "[n:1e99999999999999999999,n:1e99999999999999999999,n:1e99999999999999999999]"
        ),
        (
            "[1e-100000000000000000000,10e-100000000000000000001,100e-100000000000000000000]",
            "[n:1e-100000000000000000000,n:1e-100000000000000000000,n:1e-99999999999999999998]"
        ),
        ("[0.01e-99999999999999999999]", "[n:1e-100000000000000000001]"),
        ("[1e0000000000000000000000000002,1e+2,1.00e+002]", "[n:1e2,n:1e2,n:1e2]"),
    ])
    func typedForm(_ written: String, _ expected: String) throws {
        #expect(text(try JSON.parse(utf8(written)).typedCanonical) == expected)
    }
}
