internal import Core

/// `serve`: the gateway, the API and the operator's listener, until told to end.
enum ServeCommand {
    static let serve = Command(
        ["serve"], "runs the gateway until SIGTERM; SIGHUP reloads the TLS certificate"
    ) { (invocation) async throws(CommandFailure) in
        let config = try Config(invocation)
        let runtime = try Runtime(reactors: config.reactors, logLevel: config.logLevel)
        let service = try await runtime.onReactor { () async throws(CommandFailure) in
            try await Service.start(config, runtime)
        }
        runtime.log.info("serve.started", ["port": .int(Int(config.listen.port))])
        await Termination.signal(runtime, onHangUp: service.reloadCertificate)
        runtime.log.info("serve.draining")
        await service.stop(graceSeconds: config.drainSeconds)
        runtime.log.info("serve.ended")
    }
}
