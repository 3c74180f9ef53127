import Testing

/// The tests that need PostgreSQL, one after the other: each brings replicas with pools of their
/// own, and together they would want more connections than the server gives.
@Suite(.serialized) struct DatabaseTests {}
