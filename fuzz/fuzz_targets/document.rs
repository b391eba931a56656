#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fabrica_fuzz::document(bytes));
