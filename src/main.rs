//! exactix: a BGP daemon made of supervised actors.

fn main() {
    std::process::exit(cli::main(std::env::args_os()));
}
