internal import Core

/// What a discovery does to the catalogue: a pure comparison of what is known with what was found.
struct CatalogueDiff: Sendable {
    /// A tool as it stands in the table.
    struct Entry: Sendable, Equatable {
        var name: [UInt8]
        var definition: [UInt8]
        var hash: [UInt8]
        var pinned: [UInt8]?
        var state: ToolState
        var flags: [String]
        var schemaKeys: [String]
    }

    /// A tool as it was found, read.
    struct Found: Sendable {
        let name: [UInt8]
        let definition: [UInt8]
        let hash: [UInt8]
        let schemaKeys: [String]
    }

    /// Rows to write: new or different from what is known.
    private(set) var writes: [Entry] = []
    private(set) var added: [[UInt8]] = []
    private(set) var removed: [[UInt8]] = []
    private(set) var changed: [[UInt8]] = []

    /// - Parameters:
    ///   - isFirst: nothing was ever discovered: what is found is taken as approved.
    ///   - newTools: what happens to tools that come or change later.
    init(known: [Entry], found: [Found], isFirst: Bool, newTools: NewTools) {
        var left: [[UInt8]: Entry] = [:]
        for entry in known { left[entry.name] = entry }
        let trusts = isFirst || newTools == .allow
        for tool in found {
            guard let entry = left.removeValue(forKey: tool.name) else {
                added.append(tool.name)
                writes.append(CatalogueDiff.fresh(tool, isFirst: isFirst, trusts: trusts))
                continue
            }
            compare(entry, with: tool, trusts: trusts)
        }
        for entry in known where left[entry.name] != nil && entry.state != .removed {
            removed.append(entry.name)
            var gone = entry
            gone.state = .removed
            writes.append(gone)
        }
    }

    private static func fresh(_ tool: Found, isFirst: Bool, trusts: Bool) -> Entry {
        Entry(
            name: tool.name, definition: tool.definition, hash: tool.hash,
            pinned: trusts ? tool.hash : nil, state: trusts ? .active : .quarantined,
            flags: isFirst ? [] : [ToolFlag.new.rawValue], schemaKeys: tool.schemaKeys)
    }

    private mutating func compare(_ entry: Entry, with tool: Found, trusts: Bool) {
        let returned = entry.state == .removed
        let differs = entry.hash != tool.hash
        guard returned || differs || entry.definition != tool.definition else { return }
        if returned { added.append(tool.name) } else if differs { changed.append(tool.name) }
        var next = entry
        next.definition = tool.definition
        next.hash = tool.hash
        if tool.hash == entry.pinned {
            // As approved once: what was waiting for approval is gone.
            next.state = .active
            next.flags = []
            next.schemaKeys = tool.schemaKeys
        } else if trusts {
            next.pinned = tool.hash
            next.state = .active
            next.schemaKeys = tool.schemaKeys
            next.flag(differs ? .definitionChanged : .new)
        } else {
            next.state = .quarantined
            next.flag(entry.pinned == nil ? .new : .definitionChanged)
        }
        writes.append(next)
    }
}

extension CatalogueDiff.Entry {
    fileprivate mutating func flag(_ flag: ToolFlag) {
        let known = flags.contains { $0.utf8.elementsEqual(flag.rawValue.utf8) }
        if !known { flags.append(flag.rawValue) }
    }
}
