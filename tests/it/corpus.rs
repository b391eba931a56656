//! Every document, body, form and mark of `fuzz/corpus`, and larger ones made here, through the fuzzer's own targets:
//! each is answered in time, on a stack as small as a worker's, and none breaks a promise or the process.

#[path = "../../fuzz/src/lib.rs"]
mod targets;

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::house::sources::root;

/// As in the pipeline's own tests: five times as long where nothing is optimised.
const LONGEST: Duration = Duration::from_millis(match cfg!(debug_assertions) {
    true => 100,
    false => 20,
});

/// The stack of a worker.
const STACK: usize = 2 * 1024 * 1024;

#[test]
fn documents_are_answered_in_time_and_break_nothing() {
    answers("document", larger_documents());
}

#[test]
fn bodies_are_answered_in_time_and_break_nothing() {
    let body = |query: &str| format!("{{\"query\":{}}}", serde_json::Value::from(query));
    let mut larger: Vec<String> = larger_documents().iter().map(|each| body(each)).collect();
    larger.push(format!(
        "{{\"query\":{}1{}}}",
        "[".repeat(30_000),
        "]".repeat(30_000)
    ));
    larger.push(format!(
        "{{\"query\":\"query($i:[ID!]!){{nodes(ids:$i){{id}}}}\",\"variables\":{{\"i\":[{}1]}}}}",
        "1,".repeat(30_000)
    ));
    larger.push(format!(
        "{{\"query\":\"{{a}}\",\"variables\":{{{}}}}}",
        "\"a\":1,".repeat(10_000)
    ));
    answers("request", larger);
}

#[test]
fn forms_are_answered_in_time_and_break_nothing() {
    let fields: String = (0..5_000)
        .map(|each| format!("f{each}=%E4%BA%A4&"))
        .collect();
    answers(
        "form",
        vec![
            fields,
            "%".repeat(16 * 1024),
            "a=".to_owned() + &"%00".repeat(5_000),
        ],
    );
}

#[test]
fn marks_are_answered_in_time_and_break_nothing() {
    answers(
        "mark",
        vec!["ord_".to_owned() + &"0".repeat(60_000), "[".repeat(1_000)],
    );
}

/// Pieces that mean something to somebody.
const PIECES: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\"\"\"",
    "\\u{",
    "\\",
    "$a",
    "...",
    "@skip(if:",
    ":",
    "=",
    "null",
    "on",
    "fragment F on Query",
    "%",
    "&",
    "#",
    "\0",
    "-9223372036854775808",
    "1e999",
];

/// Without a fuzzer's sense of direction, but on every machine: damaged seeds, the same each time.
/// `FABRICA_MUTANTS` asks for more of each target.
#[test]
fn damaged_seeds_break_nothing() {
    let asked = std::env::var("FABRICA_MUTANTS").ok();
    let rounds = asked.map_or(500, |number| number.parse().unwrap());
    let worker = thread::Builder::new().stack_size(STACK).spawn(move || {
        let mut random = StdRng::seed_from_u64(20_261_121);
        for (name, run) in targets::TARGETS {
            let seeds: Vec<_> = seeds(name).map(|(_, bytes)| bytes).collect();
            for _ in 0..rounds {
                let mut bytes = seeds[random.random_range(0..seeds.len())].clone();
                for _ in 0..random.random_range(1..8) {
                    damage(&mut bytes, &seeds, &mut random);
                }
                let broken = std::panic::catch_unwind(|| run(&bytes)).is_err();
                assert!(!broken, "{name}: {}", bytes.escape_ascii());
            }
        }
    });
    worker.unwrap().join().unwrap();
}

/// Takes out, puts in, changes or repeats a little.
fn damage(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut StdRng) {
    let at = random.random_range(0..=bytes.len());
    let end = (at + random.random_range(0..24)).min(bytes.len());
    match random.random_range(0..6) {
        0 => drop(bytes.drain(at..end)),
        1 => {
            let piece = PIECES[random.random_range(0..PIECES.len())];
            drop(bytes.splice(at..at, piece.bytes()));
        }
        2 => {
            for byte in &mut bytes[at..end] {
                *byte ^= 1 << random.random_range(0..8);
            }
        }
        3 => {
            let again = bytes[at..end].repeat(random.random_range(1..40));
            drop(bytes.splice(at..at, again));
        }
        4 => {
            let other = &seeds[random.random_range(0..seeds.len())];
            let from = random.random_range(0..=other.len());
            drop(bytes.splice(at..end, other[from..].iter().copied()));
        }
        _ => bytes.truncate(at),
    }
}

fn larger_documents() -> Vec<String> {
    let nested = |open: &str, close: &str, depth: usize| {
        format!(
            "{{plan(by:{}1{}){{id}}}}",
            open.repeat(depth),
            close.repeat(depth)
        )
    };
    let bomb = |width: usize, depth: usize| {
        let fragment = |level: usize| {
            let inside = format!("...F{} ", level + 1).repeat(width);
            format!("fragment F{level} on Query{{{inside}}}")
        };
        let fragments: String = (0..depth).map(fragment).collect();
        format!("{{...F0}}{fragments}fragment F{depth} on Query{{serverVersion}}")
    };
    vec![
        nested("[", "]", 2_500),
        nested("{a:", "}", 2_500),
        nested("[", "]", 5_000),
        nested("[", "", 10_000),
        format!(
            "query($a:{}Int{}){{a}}",
            "[".repeat(2_500),
            "]".repeat(2_500)
        ),
        format!("{}a{}", "{a".repeat(2_500), "}".repeat(2_500)),
        bomb(2, 30),
        bomb(20, 7),
        bomb(58, 30),
        format!("{{serverVersion {}}}", "@aa ".repeat(4_000)),
        format!("{{{}}}", "serverVersion ".repeat(1_100)),
        format!("{{{}}}", "a".repeat(16_000)),
        format!(
            "{{plan(by:{{slug:\"{}\"}}){{id}}}}",
            "\\u{1F600}".repeat(1_700)
        ),
        format!("{{plan(by:{{slug:\"{}\"}}){{id}}}}", "\\".repeat(16_000)),
        format!("{} query Q{{serverVersion}}", "\"\"".repeat(5_000)),
        "\"".repeat(16_000),
        "#".repeat(16_000),
        "\0".repeat(16_000),
        "\u{feff}".repeat(5_000),
        "serverVersion".repeat(5_000),
    ]
}

fn seeds(target: &str) -> impl Iterator<Item = (String, Vec<u8>)> {
    let corpus = fs::read_dir(root().join("fuzz/corpus").join(target)).unwrap();
    let mut corpus: Vec<_> = corpus.map(|entry| entry.unwrap().path()).collect();
    corpus.sort();
    corpus
        .into_iter()
        .map(|path| (path.display().to_string(), fs::read(path).unwrap()))
}

fn answers(target: &str, larger: Vec<String>) {
    let (_, run) = targets::TARGETS
        .into_iter()
        .find(|(name, _)| *name == target)
        .unwrap();
    let seeds = seeds(target);
    let larger = larger
        .into_iter()
        .map(|text| (format!("{text:.60}"), text.into_bytes()));
    let all: Vec<_> = seeds.chain(larger).collect();
    assert!(all.len() > 15, "the corpus of {target} is here");
    let worker = thread::Builder::new().stack_size(STACK).spawn(move || {
        let mut longest = (Duration::ZERO, String::new());
        // The schema is built by the first.
        run(b"");
        for (name, bytes) in all {
            let time = time_of(|| run(&bytes));
            assert!(time < LONGEST, "{time:?}: {name}");
            longest = longest.max((time, name));
        }
        longest
    });
    println!(
        "the longest of {target}: {:?}",
        worker.unwrap().join().unwrap()
    );
}

/// The shortest of some: what the work takes, not what the neighbours do.
fn time_of(work: impl Fn()) -> Duration {
    let mut shortest = Duration::MAX;
    for _ in 0..20 {
        let start = Instant::now();
        work();
        shortest = shortest.min(start.elapsed());
        if shortest < LONGEST / 4 {
            break;
        }
    }
    shortest
}
