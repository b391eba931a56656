//! Every document, body, form and mark of `fuzz/corpus`, and larger ones made here, through the fuzzer's own targets:
//! each is answered in time, on a stack as small as a worker's, and none breaks a promise or the process.

#[path = "../../fuzz/src/lib.rs"]
mod targets;

use std::{
    fs, thread,
    time::{Duration, Instant},
};

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
    answers("envelope", larger);
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

fn answers(target: &str, larger: Vec<String>) {
    let (_, run) = targets::TARGETS
        .into_iter()
        .find(|(name, _)| *name == target)
        .unwrap();
    let corpus = fs::read_dir(root().join("fuzz/corpus").join(target)).unwrap();
    let seeds = corpus.map(|entry| {
        let path = entry.unwrap().path();
        (path.display().to_string(), fs::read(path).unwrap())
    });
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
