internal import Glibc

/// Runs libFuzzer over one function and ends the process with its verdict.
///
/// Swift packages rename an executable's `main`, so libFuzzer's own cannot be used: a target's
/// `@main` calls this instead, with the function that it exports as `LLVMFuzzerTestOneInput`. That
/// one gets bytes and their count and returns 0; what must hold it states with `precondition`,
/// which libFuzzer reports with the input that broke it.
public func fuzz(_ one: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt) -> Never {
    var count = CommandLine.argc
    var words = CommandLine.unsafeArgv
    exit(runDriver(&count, &words, one))
}

// SAFETY: libFuzzer's own declaration is
// `int LLVMFuzzerRunDriver(int *, char ***, int (*)(const uint8_t *, size_t))`; arguments of these
// types are passed in the same registers by Swift and by C.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ one: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
