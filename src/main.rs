//! The program. Everything it does is in the library, so that tests can do it too.

fn main() -> std::process::ExitCode {
    fabrica::cli::run()
}
