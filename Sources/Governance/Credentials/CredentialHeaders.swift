internal import Core
internal import Vault

/// A credential as the headers it becomes, packed into one secret for sealing: for each header its
/// name and value, each after its length in four big-endian bytes.
enum CredentialHeaders {
    static func pack(_ headers: [InjectedHeader]) -> Secret {
        let size = headers.reduce(0) { $0 + 8 + $1.name.count + $1.value.count }
        return Secret(count: size) { target in
            var position = 0
            func put(_ bytes: UnsafeRawBufferPointer) {
                let length = UInt32(bytes.count).bigEndian
                withUnsafeBytes(of: length) { raw in
                    target[position..<position + 4].copyBytes(from: raw)
                }
                position += 4
                target[position..<position + bytes.count].copyBytes(from: bytes)
                position += bytes.count
            }
            for header in headers {
                header.name.withUnsafeBytes { put($0) }
                header.value.withBytes { put($0) }
            }
        }
    }

    static func unpack(_ packed: Secret) throws(Failure) -> [InjectedHeader] {
        let headers: [InjectedHeader]? = packed.withBytes { bytes in
            var position = 0
            func take() -> UnsafeRawBufferPointer? {
                guard position + 4 <= bytes.count else { return nil }
                let length = Int(
                    UInt32(
                        bigEndian: bytes.loadUnaligned(
                            fromByteOffset: position, as: UInt32.self)))
                position += 4
                guard position + length <= bytes.count else { return nil }
                defer { position += length }
                return UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
            }
            var headers: [InjectedHeader] = []
            while position < bytes.count {
                guard let name = take(), let value = take() else { return nil }
                headers.append(InjectedHeader(name: Array(name), value: Secret(copying: value)))
            }
            return headers
        }
        guard let headers else {
            throw Failure(
                .internal, "A stored credential cannot be read", detail: "credential: packing")
        }
        return headers
    }
}
