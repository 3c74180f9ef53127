import Core
import TestSupport
import Testing

@testable import Governance

extension DatabaseTests {
    @Suite(.timeLimit(.minutes(2))) struct CatalogueTests {
        func tool(_ name: String, _ description: String = "d") -> DiscoveredTool {
            DiscoveredTool(
                name: Array(name.utf8),
                definition: Array(
                    #"{"name":"\#(name)","description":"\#(description)","x":1}"#.utf8))
        }

        @Test func laterToolsWaitForApproval() async throws {
            let world = try await World()
            defer { world.close() }
            let catalogue = world.governance.catalogue
            let server = try await world.server()
            let tenant = world.tenant.id
            func discover(_ tools: [DiscoveredTool]) async throws(Failure) -> Discovery {
                try await catalogue.recordDiscovery(tools, serverID: server.id, by: world.change())
                    .object
            }
            func states() async throws(Failure) -> [String] {
                try await catalogue.tools(tenant, serverID: server.id).map {
                    "\($0.name) \($0.state.rawValue) \($0.flags.joined(separator: ","))"
                }
            }
            #expect(
                try await discover([tool("a"), tool("b")])
                    == Discovery(added: ["a", "b"], removed: [], changed: [], total: 2))
            #expect(try await states() == ["a active ", "b active "])
            #expect(
                try await discover([tool("a", "changed"), tool("c")])
                    == Discovery(added: ["c"], removed: ["b"], changed: ["a"], total: 2))
            #expect(
                try await states() == [
                    "a quarantined definition_changed", "b removed ", "c quarantined new",
                ])
            let snapshot = try await world.governance.snapshots.current(tenant)
            let seen = try #require(snapshot.server(slug: Array("desk".utf8)))
            #expect(seen.isDiscovered && seen.tool(Array("b".utf8)) == nil)
            #expect(seen.tool(Array("a".utf8))?.state == .quarantined)
            let changed = try await catalogue.tool(tenant, serverID: server.id, name: "a")
            let wrong = await failure { () throws(Failure) in
                try await catalogue.pin(
                    "a", serverID: server.id,
                    definitionHash: String(repeating: "0", count: 64), by: world.change())
            }
            #expect(wrong?.code == .conflict)
            let pinned = try await catalogue.pin(
                "a", serverID: server.id, definitionHash: changed.definitionHash,
                by: world.change(reason: "read it")
            ).object
            #expect(pinned.state == .active && pinned.flags == [])
            _ = try await discover([tool("a", "changed"), tool("b")])
            #expect(try await states() == ["a active ", "b active ", "c removed new"])
        }

        @Test func toolsAreClassedByPeople() async throws {
            let world = try await World()
            defer { world.close() }
            let catalogue = world.governance.catalogue
            let server = try await world.server()
            _ = try await catalogue.recordDiscovery(
                [tool("a")], serverID: server.id, by: world.change())
            let first = try await catalogue.tool(world.tenant.id, serverID: server.id, name: "a")
            #expect(first.toolClass == .unclassified)
            let classed = try await catalogue.classify(
                "a", serverID: server.id, toolClass: "read", severity: "low",
                ifVersion: first.version, by: world.change()
            ).object
            #expect(classed.toolClass == .read && classed.severity == .low)
            let stale = await failure { () throws(Failure) in
                try await catalogue.classify(
                    "a", serverID: server.id, toolClass: "read", severity: "low",
                    ifVersion: first.version, by: world.change())
            }
            #expect(stale?.code == .preconditionFailed)
            let wrong = await failure { () throws(Failure) in
                try await catalogue.classify(
                    "a", serverID: server.id, toolClass: "harmless", severity: "?",
                    ifVersion: classed.version, by: world.change())
            }
            #expect(wrong?.errors.map(\.pointer) == ["/class", "/severity"])
        }

        @Test func listsThatCannotBeReadAreRefusedWhole() async throws {
            let world = try await World()
            defer { world.close() }
            let server = try await world.server()
            let bad = [
                [tool("a"), tool("a")], [DiscoveredTool(name: [], definition: [0x7B, 0x7D])],
                [DiscoveredTool(name: [0x61], definition: Array("{".utf8))],
                [DiscoveredTool(name: [0x61, 0], definition: Array("{}".utf8))],
            ]
            for tools in bad {
                let refused = await failure { () throws(Failure) in
                    try await world.governance.catalogue.recordDiscovery(
                        tools, serverID: server.id, by: world.change())
                }
                #expect(refused?.code == .upstreamInvalid)
            }
            let stored = try await world.governance.catalogue.tools(
                world.tenant.id, serverID: server.id)
            #expect(stored == [])
        }

        @Test func theHashIsOfWhatAModelReads() throws {
            func hash(_ text: String) throws -> [UInt8] {
                ToolDefinition.hash(try JSON.parse(Array(text.utf8)))
            }
            let base = try hash(#"{"name":"a","description":"d","inputSchema":{"x":1,"y":2}}"#)
            #expect(
                try hash(#"{"inputSchema":{"y":2,"x":1.0},"description":"\u0064", "name":"a"}"#)
                    == base)
            #expect(try hash(#"{"name":"a","description":"d","inputSchema":{"x":1}}"#) != base)
            #expect(
                try hash(
                    #"{"name":"a","description":"d","inputSchema":{"x":1,"y":2},"title":"t"}"#)
                    != base)
        }

        @Test func schemaKeysAreFoundAtEveryDepth() throws {
            let definition = try JSON.parse(
                Array(
                    #"""
                    {"inputSchema":{"properties":{"a":{"type":"string"},
                    "b":{"type":"array","items":{"properties":{"c":{}}}}},
                    "$defs":{"named":{"properties":{"d":{}}}},
                    "anyOf":[{"properties":{"e":{}}}],"required":["z"]}}
                    """#.utf8))
            #expect(ToolDefinition.keys(definition) == ["a", "b", "c", "d", "e"])
            #expect(ToolDefinition.keys(try JSON.parse(Array("{}".utf8))) == [])
        }

        @Test func aTenantMayTrustWhatComes() {
            func found(_ name: UInt8, _ hash: UInt8) -> CatalogueDiff.Found {
                CatalogueDiff.Found(name: [name], definition: [hash], hash: [hash], schemaKeys: [])
            }
            let first = CatalogueDiff(
                known: [], found: [found(1, 1)], isFirst: true, newTools: .quarantine)
            #expect(first.writes.map(\.state) == [.active])
            let second = CatalogueDiff(
                known: first.writes, found: [found(1, 2), found(2, 1)], isFirst: false,
                newTools: .allow)
            #expect(second.writes.map(\.state) == [.active, .active])
            #expect(second.writes.map(\.pinned) == [[2], [1]])
            #expect(second.writes.map(\.flags) == [["definition_changed"], ["new"]])
            let waiting = CatalogueDiff(
                known: first.writes, found: [found(1, 2)], isFirst: false, newTools: .quarantine)
            let reverted = CatalogueDiff(
                known: waiting.writes, found: [found(1, 1)], isFirst: false, newTools: .quarantine)
            #expect(reverted.writes == first.writes)
        }
    }
}
