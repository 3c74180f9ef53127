// Where to connect and as whom.
internal import CPQ
internal import Core

/// A PostgreSQL connection URL (or keyword string) and the name under which we appear there.
struct ConnectionTarget: Sendable {
    let url: String
    let applicationName: String

    /// Fails with a sentence that names what libpq could not read; the URL itself (it holds a
    /// password) is not repeated.
    init(url: String, applicationName: String) throws(Failure) {
        self.url = url
        self.applicationName = applicationName
        var complaint: UnsafeMutablePointer<CChar>?
        let options = PQconninfoParse(url, &complaint)
        defer {
            PQconninfoFree(options)
            PQfreemem(complaint)
        }
        if options == nil {
            throw Failure(
                .invalid, "The database URL cannot be read: write "
                    + "`postgresql://user:password@host:5432/database`.")
        }
    }

    /// Calls with parallel arrays for `PQconnectStartParams` and its kin.
    func withKeywords<Value>(
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>
        ) -> Value
    ) -> Value {
        // The URL's own parameters override what stands before it, ours override the URL's.
        url.withCString { url in
            applicationName.withCString { name in
                "UTF8".withCString { encoding in
                    "5".withCString { seconds in
                        let values = [name, url, encoding, seconds, nil]
                        return ConnectionTarget.withNames { body($0, values) }
                    }
                }
            }
        }
    }

    private static func withNames<Value>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Value
    ) -> Value {
        "fallback_application_name".withCString { name in
            "dbname".withCString { url in
                "client_encoding".withCString { encoding in
                    "connect_timeout".withCString { seconds in
                        body([name, url, encoding, seconds, nil])
                    }
                }
            }
        }
    }
}
