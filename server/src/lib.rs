//! Serves the built app and one model file over HTTP, in one process.
//!
//! | path | answer |
//! |---|---|
//! | a file of the app | the file, compressed for who accepts it; forever cacheable if its name holds a hash |
//! | `/model.candor` | the model, read anew for each request, never cached |
//! | `/healthz` | `ok` |
//! | any other, asked for as a page | the app's `index.html` |
//! | any other | 404 |
//!
//! The app is read into memory once, at the start: a request can name nothing on the disk, and a page and its scripts
//! always come from the same build. Every answer forbids the page to load from, or send to, anywhere but this server.
//!
//! ```no_run
//! # fn main() -> Result<(), candor_server::ServeError> {
//! let config = candor_server::Config {
//!     app: "dist".into(),
//!     model: Some("model.candor".into()),
//!     accepts: candor_server::ModelCheck::any(),
//!     address: ([127, 0, 0, 1], 8080).into(),
//! };
//! candor_server::serve(&config, |address| println!("http://{address}/"))
//! # }
//! ```

mod app;
mod error;
mod policy;
mod routes;

pub use error::ServeError;

use app::App;
use std::fmt;
use std::fs::File;
use std::future::{Future, IntoFuture};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// What to serve, and where.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder of the built app, with `index.html` in it.
    pub app: PathBuf,
    /// The model that the app opens with; without one, `/model.candor` is 404 and the page asks for a file.
    pub model: Option<PathBuf>,
    /// Which contents of the model file are handed out: it is read anew for each request.
    pub accepts: ModelCheck,
    /// Address and port to listen on; port 0 takes any free one. See [`LOOPBACK`].
    pub address: SocketAddr,
}

/// Whether a model file, given by its bytes, may be served.
#[derive(Clone)]
pub struct ModelCheck(Arc<Accepts>);

type Accepts = dyn Fn(&[u8]) -> bool + Send + Sync;

impl ModelCheck {
    /// Whatever the file holds.
    pub fn any() -> Self {
        Self::new(|_| true)
    }

    /// What `accepts` says of its bytes.
    pub fn new(accepts: impl Fn(&[u8]) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(accepts))
    }
}

impl fmt::Debug for ModelCheck {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ModelCheck")
    }
}

/// The address to use unless told otherwise: this machine only, port 8080.
pub const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// How long requests that have begun may take to end once the server is told to stop.
const PATIENCE: Duration = Duration::from_secs(3);

/// Serves until Ctrl+C (or SIGTERM), then gives the requests that have begun three seconds to end.
///
/// `on_ready` is called once, with the address in use, when requests are answered. Starts its own threads; must not be
/// called from inside an async runtime, where [`serve_until`] is the one.
///
/// # Errors
/// When the app's folder, the model or the address cannot be used; nothing is served then.
pub fn serve(config: &Config, on_ready: impl FnOnce(SocketAddr)) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(ServeError::Runtime)?;
    runtime.block_on(serve_until(config, on_ready, interrupted()))
}

/// Serves until `stop` is done; otherwise as [`serve`].
///
/// # Errors
/// As [`serve`].
pub async fn serve_until(
    config: &Config,
    on_ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let app = App::read(&config.app)?;
    if let Some(path) = &config.model {
        // Later is too late: whoever opened the page would find the mistake, not who made it.
        let readable = File::open(path)
            .and_then(|file| file.metadata())
            .and_then(|about| match about.is_file() {
                true => Ok(()),
                false => Err(std::io::Error::other("it is not a file")),
            });
        readable.map_err(|source| ServeError::Model {
            path: path.clone(),
            source,
        })?;
    }
    let address = config.address;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| ServeError::from_bind(address, source))?;
    let address = listener
        .local_addr()
        .map_err(|source| ServeError::from_bind(address, source))?;
    let router = routes::router(app, config.model.clone(), config.accepts.clone());
    on_ready(address);
    let (told, heard) = oneshot::channel();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        stop.await;
        // Heard as long as the server runs, and only then of use.
        let _ = told.send(());
    });
    let patience = async {
        if heard.await.is_ok() {
            tokio::time::sleep(PATIENCE).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        ended = serving.into_future() => ended.map_err(ServeError::Runtime),
        () = patience => Ok(()),
    }
}

/// Done when the user or the system asks the process to end.
async fn interrupted() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // No handler, so Ctrl+C ends the process the hard way; serve on until then.
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
