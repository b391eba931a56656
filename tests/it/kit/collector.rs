//! A collector: as much of OTLP over HTTP as an exporter needs, on a real socket.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, trace::v1::Span,
};
use prost::Message;
use tokio::{net::TcpListener, task::JoinHandle};

type Shelf = Arc<Mutex<Vec<Bytes>>>;

/// A running collector. It ends when this goes.
#[derive(Debug)]
pub struct Collector {
    pub url: String,
    taken: Shelf,
    serving: JoinHandle<()>,
}

impl Collector {
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let taken = Shelf::default();
        let router = Router::new()
            .route("/v1/traces", post(take))
            .with_state(Arc::clone(&taken));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            taken,
            serving,
        }
    }

    /// Every span that came so far.
    pub fn spans(&self) -> Vec<Span> {
        let taken = self.taken.lock().unwrap().clone();
        taken
            .into_iter()
            .flat_map(|bytes| {
                ExportTraceServiceRequest::decode(bytes)
                    .unwrap()
                    .resource_spans
            })
            .flat_map(|resource| resource.scope_spans)
            .flat_map(|scope| scope.spans)
            .collect()
    }

    /// Everything that came, as letters.
    pub fn text(&self) -> String {
        let taken = self.taken.lock().unwrap().concat();
        String::from_utf8_lossy(&taken).into_owned()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn take(State(shelf): State<Shelf>, body: Bytes) -> StatusCode {
    shelf.lock().unwrap().push(body);
    StatusCode::OK
}
