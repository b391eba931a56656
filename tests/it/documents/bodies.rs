//! Bodies that are too large, and bodies that are no envelope.

use std::{fs, time::Duration};

use serde_json::Value;
use tokio::io::AsyncWriteExt;

use crate::kit::{
    Engine, Shop,
    raw::{Raw, post_head},
    run,
};

const MEBIBYTE: usize = 1024 * 1024;

/// Resident memory of a process, in bytes.
fn memory(process: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.unwrap().trim().trim_end_matches(" kB");
    kibibytes.parse::<usize>().unwrap() * 1024
}

/// Sends this and then as much of `count` pieces as the server takes; what it says before it closes.
async fn pour(shop: &Shop, head: &[u8], piece: &[u8], count: usize) -> String {
    let Raw(stream) = Raw::connect(&shop.url).await;
    let (mut reader, mut writer) = stream.into_split();
    let pouring = async {
        writer.write_all(head).await.unwrap();
        for _ in 0..count {
            // The server hangs up long before the end.
            if writer.write_all(piece).await.is_err() {
                break;
            }
        }
    };
    let hearing = async {
        let mut said = Vec::new();
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut said).await;
        String::from_utf8_lossy(&said).into_owned()
    };
    let both = async { tokio::join!(pouring, hearing).1 };
    let said = tokio::time::timeout(Duration::from_secs(10), both).await;
    said.unwrap()
}

async fn what_is_too_large_is_refused_and_not_kept(mut shop: Shop) {
    let process = shop.server().id();
    pour(
        &shop,
        &post_head("Content-Length: 65537"),
        &[b' '; 65537],
        1,
    )
    .await;
    let before = memory(process);

    let piece = vec![b' '; MEBIBYTE];
    let by_length = post_head("Content-Length: 52428800");
    let chunk = [b"100000\r\n".as_slice(), &piece, b"\r\n"].concat();
    let chunked = post_head("Transfer-Encoding: chunked");
    for (what, head, piece, count) in [
        ("50 MiB by length", by_length, piece.as_slice(), 50),
        ("50 MiB in chunks", chunked, chunk.as_slice(), 50),
        (
            "64 KiB and a byte",
            post_head("Content-Length: 65537"),
            &[b' '; 65537],
            1,
        ),
    ] {
        let said = pour(&shop, &head, piece, count).await;
        assert!(said.starts_with("HTTP/1.1 413 "), "{what}: {said}");
        assert!(said.contains("QUERY_TOO_LARGE"), "{what}: {said}");
        assert!(
            said.to_ascii_lowercase().contains("connection: close"),
            "{what}"
        );
    }
    let grown = memory(process).saturating_sub(before);
    assert!(grown < 8 * MEBIBYTE, "{grown} bytes more");
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_body_above_64_kib_is_refused_and_not_kept() {
    run(
        Engine::Sqlite,
        &[],
        what_is_too_large_is_refused_and_not_kept,
    )
    .await;
}

/// Bodies that no client means.
fn nonsense() -> Vec<(&'static str, Vec<u8>)> {
    let nested = format!(
        "{{\"query\":\"{{serverVersion}}\",\"variables\":{{\"a\":{}{}}}}}",
        "[".repeat(200),
        "]".repeat(200)
    );
    vec![
        ("nothing", Vec::new()),
        ("no UTF-8", b"{\"query\":\"{serverVersion}\xff\"}".to_vec()),
        (
            "a byte order mark",
            b"\xef\xbb\xbf{\"query\":\"{serverVersion}\"}".to_vec(),
        ),
        (
            "a NUL in the body",
            b"{\"query\":\"{serverVersion}\0\"}".to_vec(),
        ),
        (
            "a NUL in the document",
            br#"{"query":"{serverVersion}\u0000"}"#.to_vec(),
        ),
        (
            "half a surrogate",
            br#"{"query":"{serverVersion}","operationName":"\ud800"}"#.to_vec(),
        ),
        (
            "a key twice",
            br#"{"query":"{a}","query":"{serverVersion}"}"#.to_vec(),
        ),
        (
            "a list of variables",
            br#"{"query":"{serverVersion}","variables":[]}"#.to_vec(),
        ),
        ("200 levels", nested.into_bytes()),
        (
            "a number beyond all",
            br#"{"query":"{serverVersion}","variables":{"a":1e999}}"#.to_vec(),
        ),
    ]
}

async fn nonsense_is_a_bad_request(shop: Shop) {
    for (what, body) in nonsense() {
        let request = shop.http.post(format!("{}/graphql", shop.url));
        let request = request
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json")
            .body(body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 400, "{what}");
        let answer: Value = answer.json().await.unwrap();
        let code = &answer["errors"][0]["extensions"]["code"];
        assert!(
            *code == "BAD_REQUEST" || *code == "GRAPHQL_PARSE_FAILED",
            "{what}: {answer}"
        );
    }
    let figures = shop.http.get(format!("{}/metrics", shop.url));
    let figures = figures.send().await.unwrap().text().await.unwrap();
    assert!(figures.contains("http_requests_total"), "{figures}");
    assert!(!figures.contains("panics_total"), "nothing panicked");
}

#[tokio::test]
async fn a_body_that_is_no_envelope_is_a_bad_request() {
    run(Engine::Sqlite, &[], nonsense_is_a_bad_request).await;
}
