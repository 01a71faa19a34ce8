//! Which request gets which answer.

use crate::ModelCheck;
use crate::app::{App, Asset, INDEX};
use crate::policy;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the app finds the model that it opens with.
const MODEL: &str = "/model.candor";
const FOREVER: &str = "public, max-age=31536000, immutable";
const ASK_FIRST: &str = "no-cache";

struct Site {
    app: App,
    model: Option<PathBuf>,
    accepts: ModelCheck,
}

type Shared = State<Arc<Site>>;

/// All routes, with the protecting headers on every answer.
pub fn router(app: App, model: Option<PathBuf>, accepts: ModelCheck) -> Router {
    let site = Arc::new(Site { app, model, accepts });
    Router::new()
        .route(
            "/healthz",
            get(|| async { ([(header::CACHE_CONTROL, "no-store")], "ok\n") }),
        )
        .route(MODEL, get(model_file))
        .route("/", get(index))
        .route("/{*path}", get(file))
        .fallback(|| async { (StatusCode::NOT_FOUND, "not found\n") })
        .layer(middleware::from_fn_with_state(site.clone(), protect))
        .with_state(site)
}

async fn protect(State(site): Shared, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    policy::protect(response.headers_mut(), site.app.policy());
    response
}

async fn index(State(site): Shared, headers: HeaderMap) -> Response {
    site.app
        .file(INDEX)
        .map_or_else(not_found, |page| asset(page, &headers))
}

/// A file of the app, or the page for an address of the app's own.
async fn file(State(site): Shared, Path(path): Path<String>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if let Some(found) = site.app.file(&path) {
        return asset(found, &headers);
    }
    let page = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kinds| kinds.contains("text/html"));
    if !page || !(method == Method::GET || method == Method::HEAD) {
        return not_found();
    }
    // The page names its scripts relative to itself, so that it works below any path of a static host; deeper down it
    // would look for them in the wrong place.
    if uri.path().trim_start_matches('/').contains('/') {
        return Redirect::to("/").into_response();
    }
    site.app
        .file(INDEX)
        .map_or_else(not_found, |page| asset(page, &headers))
}

/// The model as it is now on the disk, so that a newly trained one needs no restart.
async fn model_file(State(site): Shared) -> Response {
    let Some(path) = site.model.clone() else {
        return (
            StatusCode::NOT_FOUND,
            [(header::CACHE_CONTROL, "no-store")],
            "no model is served\n",
        )
            .into_response();
    };
    let accepts = site.accepts.clone();
    let read = tokio::task::spawn_blocking(move || {
        let bytes = std::fs::read(path)?;
        match accepts.0(&bytes) {
            true => Ok(bytes),
            false => Err(std::io::Error::other("the model is not accepted")),
        }
    });
    let read = read.await;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    match read {
        Ok(Ok(bytes)) => (headers, bytes).into_response(),
        // It was there and accepted at the start. What exactly is wrong concerns who runs the server, not who asks it.
        _ => {
            let headers = [(header::CACHE_CONTROL, "no-store")];
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                headers,
                "the model file cannot be read any more, or is no longer accepted\n",
            )
                .into_response()
        }
    }
}

fn not_found() -> Response {
    (
        StatusCode::NOT_FOUND,
        [(header::CACHE_CONTROL, ASK_FIRST)],
        "not found\n",
    )
        .into_response()
}

/// One file: not at all if the asker has it, compressed if the asker accepts that.
fn asset(asset: &Asset, asked: &HeaderMap) -> Response {
    let packed = asset.gzip.as_ref().filter(|_| accepts_gzip(asked));
    // Another representation of the same file wants another strong tag.
    let tag = match packed {
        Some(_) => format!("{}-gzip\"", asset.tag.trim_end_matches('"')),
        None => asset.tag.clone(),
    };
    let known = asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let known = known
        .flat_map(|value| value.split(','))
        .any(|given| given.trim().trim_start_matches("W/") == tag);
    let body: Bytes = match (known, packed) {
        (true, _) => Bytes::new(),
        (false, Some(packed)) => packed.clone(),
        (false, None) => asset.plain.clone(),
    };
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(if asset.immutable { FOREVER } else { ASK_FIRST }),
    );
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if asset.gzip.is_some() {
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    if known {
        headers.remove(header::CONTENT_TYPE);
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else if packed.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Whether `Accept-Encoding` allows gzip: named, and not with weight 0.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("gzip") || name == "*");
        named && !parts.any(|part| part.strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0)))
    })
}
