//! The playground's pages are built into the program when they are there; without them the folder is empty.

fn main() -> std::io::Result<()> {
    let pages = "playground/dist";
    std::fs::create_dir_all(pages)?;
    println!("cargo::rerun-if-changed={pages}");
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}
