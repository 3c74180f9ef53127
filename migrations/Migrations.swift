// The schema, embedded in the program: an installed binary needs no files beside it.

/// Every migration in order. A released file is never edited; a change is a new file.
public enum Migrations {
    public static let all: [(name: String, sql: [UInt8])] = [
        ("0001_foundation.sql", PackageResources._001_foundation_sql),
        ("0002_audit.sql", PackageResources._002_audit_sql),
    ]
}
