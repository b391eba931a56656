//! Reading a body: bounded in size and time, whatever the length header says.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

/// Why a body could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// Larger than allowed.
    TooLarge,
    /// Not here in time.
    TooSlow,
    /// The connection broke, or the body is malformed.
    Broken,
}

/// How much of a body that is too large is still taken in, so that the client reads our refusal instead of
/// a broken connection.
const DRAINED: usize = 1024 * 1024;

/// The whole body, when it has at most `most` bytes and comes within `time`.
///
/// # Errors
/// [`Unread`] says why not.
pub async fn read(body: Body, most: usize, time: Duration) -> Result<Bytes, Unread> {
    tokio::time::timeout(time, collect(body, most))
        .await
        .unwrap_or(Err(Unread::TooSlow))
}

async fn collect(mut body: Body, most: usize) -> Result<Bytes, Unread> {
    let mut kept = BytesMut::new();
    let mut length = 0usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else {
            continue;
        };
        length = length.saturating_add(data.len());
        if length > DRAINED {
            break;
        }
        if length <= most {
            kept.extend_from_slice(&data);
        }
    }
    if length > most {
        return Err(Unread::TooLarge);
    }
    Ok(kept.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    fn chunks(count: usize, size: usize) -> Body {
        let chunk = Bytes::from(vec![b'x'; size]);
        Body::from_stream(stream::iter(
            (0..count).map(move |_| Ok::<_, std::io::Error>(chunk.clone())),
        ))
    }

    #[tokio::test]
    async fn the_bound_holds_for_bodies_without_a_length_too() {
        let time = Duration::from_secs(5);
        assert_eq!(read(chunks(4, 16), 64, time).await.map(|b| b.len()), Ok(64));
        assert_eq!(read(chunks(5, 13), 64, time).await, Err(Unread::TooLarge));
        let endless = Body::from_stream(stream::repeat_with(|| {
            Ok::<_, std::io::Error>(Bytes::from_static(&[0; 4096]))
        }));
        assert_eq!(read(endless, 64, time).await, Err(Unread::TooLarge));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_given_up() {
        let silent = Body::from_stream(stream::pending::<std::io::Result<Bytes>>());
        assert_eq!(
            read(silent, 64, Duration::from_secs(15)).await,
            Err(Unread::TooSlow)
        );
    }
}
