internal import Admin
internal import Core
internal import Governance
internal import HTTP
internal import Proxy
internal import Reactor

/// A running Bailiwick: both planes behind one listener, the operator's listener beside it.
struct Service: Sendable {
    private let domain: Domain
    private let server: HTTPServer
    private let ops: HTTPServer
    private let tls: TLSServer?
    private let isDraining: Locked<Bool>

    static func start(_ config: Config, _ runtime: Runtime) async throws(CommandFailure) -> Service
    {
        let address = try config.listen.socketAddress(named: "server.listen")
        let opsAddress = try config.opsListen.socketAddress(named: "ops.listen")
        let domain = try await Domain.open(config, runtime)
        do throws(Failure) {
            let tls = try config.tls.map { (files) throws(Failure) in
                try TLSServer(certificateFile: files.certificate, keyFile: files.key)
            }
            let surface = try Surface(domain, config)
            let isDraining = Locked(false)
            let ops = OpsServer(database: domain.database, isDraining: isDraining)
            let service = Service(
                domain: domain,
                server: HTTPServer(reactors: runtime.reactors, address: address, tls: tls) {
                    await surface.handle($0)
                },
                ops: HTTPServer(reactors: [runtime.reactors[0]], address: opsAddress) {
                    await ops.handle($0)
                }, tls: tls, isDraining: isDraining)
            try service.ops.start(report: report(runtime.log))
            try service.server.start(report: report(runtime.log))
            service.housekeep(runtime)
            return service
        } catch {
            domain.close()
            throw CommandFailure(.failed, error.message)
        }
    }

    /// Reads the certificate files again; a pair that does not fit leaves the old one in place.
    @Sendable
    func reloadCertificate() {
        guard let tls else { return }
        do {
            try tls.reload()
            domain.runtime.log.info("tls.reloaded")
        } catch {
            domain.runtime.log.error("tls.not_reloaded", ["reason": .string(error.message)])
        }
    }

    /// Stops accepting, lets calls under way end, then closes.
    func stop(graceSeconds: Int) async {
        isDraining.withLock { $0 = true }
        await server.drain(graceNanoseconds: UInt64(graceSeconds) * 1_000_000_000)
        await ops.drain(graceNanoseconds: 0)
        domain.close()
    }

    /// Once a minute, for as long as the process lives; the record's months once an hour.
    private func housekeep(_ runtime: Runtime) {
        let (domain, isDraining) = (domain, isDraining)
        runtime.reactors[0].run {
            var minute = 0
            while !isDraining.withLock({ $0 }) {
                if minute % 60 == 0 { await prepareMonths(domain) }
                minute += 1
                await runtime.reactors[0].sleep(nanoseconds: 60_000_000_000)
                await domain.governance.housekeep()
            }
        }
    }

    /// A month that is not prepared is made by the first call that needs it.
    private func prepareMonths(_ domain: Domain) async {
        do {
            try await domain.auditWriter.preparePayloadMonths()
        } catch {
            domain.runtime.log.warning("audit.months_not_prepared", error)
        }
    }

    private static func report(_ log: Log) -> @Sendable (Failure) -> Void {
        { failure in log.warning("listener.failed", ["reason": .string(failure.message)]) }
    }
}
