//! The server as a browser meets it: real HTTP over a socket, on a port that the system chooses.

use candor_server::{Config, ModelCheck, ServeError, serve_until};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

type Outcome = Result<(), Box<dyn Error>>;

const PAGE: &str = "<!doctype html><title>Candor</title><script type=\"module\">start()</script>";
/// SHA-256 of `start()`, in base64.
const START_HASH: &str = "'sha256-DIm7WJS6ZKDYe5qFLPy+h4JFI9Bol5QmYC57mt3Fb00='";
const SCRIPT: &str = "candor-web-1f2e3d4c5b6a7988.js";
const WASM: &str = "candor-web-1f2e3d4c5b6a7988_bg.wasm";

/// A built app in a temporary folder, with a model and a secret beside it.
struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    fn new() -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let app = folder.path().join("app");
        fs::create_dir_all(app.join("deep"))?;
        fs::write(app.join("index.html"), PAGE)?;
        fs::write(app.join(SCRIPT), "export function start() {}\n".repeat(100))?;
        fs::write(app.join(WASM), [0, b'a', b's', b'm'])?;
        fs::write(app.join("deep").join("a b.txt"), "deep")?;
        fs::write(folder.path().join("model.candor"), "a model")?;
        fs::write(folder.path().join("secret.txt"), "secret")?;
        Ok(Self { folder })
    }

    fn config(&self) -> Config {
        Config {
            app: self.folder.path().join("app"),
            model: Some(self.folder.path().join("model.candor")),
            accepts: ModelCheck::any(),
            address: (Ipv4Addr::LOCALHOST, 0).into(),
        }
    }
}

/// A server on a thread of its own.
struct Server {
    address: SocketAddr,
    stop: Sender<()>,
    thread: JoinHandle<Result<(), ServeError>>,
}

impl Server {
    fn start(config: Config) -> Result<Self, Box<dyn Error>> {
        let (stop, stopped) = channel::<()>();
        let (ready, address) = channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build();
            runtime.map_err(ServeError::Runtime)?.block_on(serve_until(
                &config,
                move |address| {
                    let _ = ready.send(address);
                },
                async move {
                    let _ = tokio::task::spawn_blocking(move || stopped.recv()).await;
                },
            ))
        });
        Ok(Self {
            address: address.recv()?,
            stop,
            thread,
        })
    }

    /// One request, sent as it is written: no client library that would tidy up the path first.
    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Result<Answer, Box<dyn Error>> {
        let mut stream = TcpStream::connect(self.address)?;
        let headers: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n",
            self.address
        )?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        let end = bytes
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .ok_or("no end of the headers")?;
        let head = String::from_utf8(bytes[..end].to_vec())?;
        let status = head.split_whitespace().nth(1).ok_or("no status")?.parse()?;
        let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let headers = headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Ok(Answer {
            status,
            headers,
            body: bytes[end + 4..].to_vec(),
        })
    }

    fn get(&self, path: &str) -> Result<Answer, Box<dyn Error>> {
        self.ask("GET", path, &[])
    }

    /// As a browser asks for the page of an address.
    fn visit(&self, path: &str) -> Result<Answer, Box<dyn Error>> {
        self.ask("GET", path, &[("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")])
    }

    fn end(self) -> Outcome {
        self.stop.send(())?;
        self.thread.join().map_err(|_| "the server panicked")??;
        Ok(())
    }
}

struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

#[test]
fn files_have_their_types_and_live_as_long_as_their_names_mean_the_same() -> Outcome {
    let site = Site::new()?;
    let server = Server::start(site.config())?;
    let expected = [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/index.html", "text/html; charset=utf-8", "no-cache"),
        (
            &format!("/{SCRIPT}"),
            "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
        (
            &format!("/{WASM}"),
            "application/wasm",
            "public, max-age=31536000, immutable",
        ),
        ("/deep/a%20b.txt", "text/plain; charset=utf-8", "no-cache"),
        ("/model.candor", "application/octet-stream", "no-store"),
        ("/healthz", "text/plain; charset=utf-8", "no-store"),
    ];
    for (path, kind, cache) in expected {
        let answer = server.get(path)?;
        assert_eq!(
            (
                answer.status,
                answer.header("content-type"),
                answer.header("cache-control")
            ),
            (200, kind, cache),
            "{path}"
        );
    }
    assert_eq!(server.get("/")?.text(), PAGE);
    assert_eq!(server.get("/model.candor")?.text(), "a model");
    let head = server.ask("HEAD", "/", &[])?;
    assert_eq!(
        (head.status, head.body.len(), head.header("content-length")),
        (200, 0, PAGE.len().to_string().as_str())
    );
    server.end()
}

#[test]
fn every_answer_keeps_the_page_to_this_server() -> Outcome {
    let site = Site::new()?;
    let server = Server::start(site.config())?;
    let answers = [
        server.get("/")?,
        server.get("/nothing")?,
        server.get("/model.candor")?,
        server.ask("POST", "/", &[])?,
    ];
    for answer in answers {
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'; ",
            &format!("script-src 'self' 'wasm-unsafe-eval' {START_HASH}; "),
            "style-src 'self'; ",
            "connect-src 'self'; ",
            "base-uri 'none'; ",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{part} is not in {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
    }
    assert_eq!(server.ask("POST", "/", &[])?.status, 405);
    server.end()
}

#[test]
fn only_the_app_can_be_named() -> Outcome {
    let site = Site::new()?;
    #[cfg(unix)]
    std::os::unix::fs::symlink(
        site.folder.path().join("secret.txt"),
        site.folder.path().join("app").join("link.txt"),
    )?;
    let server = Server::start(site.config())?;
    for path in [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/deep/../../secret.txt",
        "/deep/..%5c..%5csecret.txt",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/link.txt",
        "/index.html%00.txt",
        "/deep",
        "/deep/",
        "/%ff",
    ] {
        let answer = server.get(path)?;
        assert!(
            answer.status == 404 || answer.status == 400,
            "{path} gave {}",
            answer.status
        );
        assert!(!answer.text().contains("secret"), "{path}");
    }
    server.end()
}

#[test]
fn an_address_of_the_app_gives_the_page_and_a_missing_file_does_not() -> Outcome {
    let site = Site::new()?;
    let server = Server::start(site.config())?;
    let page = server.visit("/clients")?;
    assert_eq!(
        (page.status, page.text().as_str(), page.header("cache-control")),
        (200, PAGE, "no-cache")
    );
    let deeper = server.visit("/clients/7")?;
    assert_eq!((deeper.status, deeper.header("location")), (303, "/"));
    assert_eq!(
        server.get("/old-1f2e3d4c5b6a7988.js")?.status,
        404,
        "a script that is gone is no page"
    );
    server.end()
}

#[test]
fn what_the_browser_has_or_can_unpack_is_not_sent_in_full() -> Outcome {
    let site = Site::new()?;
    let server = Server::start(site.config())?;
    let path = format!("/{SCRIPT}");
    let plain = server.get(&path)?;
    let packed = server.ask("GET", &path, &[("Accept-Encoding", "br, gzip;q=0.8")])?;
    assert_eq!(
        (plain.header("content-encoding"), packed.header("content-encoding")),
        ("", "gzip")
    );
    assert_eq!(
        (plain.header("vary"), packed.header("vary")),
        ("Accept-Encoding", "Accept-Encoding")
    );
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(packed.body.as_slice()).read_to_end(&mut unpacked)?;
    assert_eq!(unpacked, plain.body);
    assert!(packed.body.len() * 10 < plain.body.len());
    assert_eq!(
        server
            .ask("GET", &path, &[("Accept-Encoding", "gzip;q=0")])?
            .header("content-encoding"),
        ""
    );

    for (answer, encoding) in [(&plain, "identity"), (&packed, "gzip")] {
        let known = [("If-None-Match", answer.header("etag")), ("Accept-Encoding", encoding)];
        let again = server.ask("GET", &path, &known)?;
        assert_eq!((again.status, again.body.len()), (304, 0), "{encoding}");
    }
    assert_ne!(plain.header("etag"), packed.header("etag"));
    server.end()
}

#[test]
fn without_a_model_it_is_not_found_and_a_new_one_is_served_at_once() -> Outcome {
    let site = Site::new()?;
    let server = Server::start(Config {
        model: None,
        ..site.config()
    })?;
    assert_eq!(server.get("/model.candor")?.status, 404);
    assert_eq!(server.visit("/model.candor")?.status, 404, "not the page instead");
    server.end()?;

    let server = Server::start(site.config())?;
    let model = site.folder.path().join("model.candor");
    fs::write(&model, "another model")?;
    assert_eq!(server.get("/model.candor")?.text(), "another model");
    fs::remove_file(&model)?;
    let gone = server.get("/model.candor")?;
    assert_eq!(
        (gone.status, gone.text().as_str()),
        (
            500,
            "the model file cannot be read any more, or is no longer accepted\n"
        )
    );
    server.end()
}

#[test]
fn a_model_that_is_not_accepted_is_not_handed_out() -> Outcome {
    let site = Site::new()?;
    let server = Server::start(Config {
        accepts: ModelCheck::new(|bytes| bytes == b"a model"),
        ..site.config()
    })?;
    assert_eq!(server.get("/model.candor")?.text(), "a model");
    fs::write(site.folder.path().join("model.candor"), "a planted model")?;
    let refused = server.get("/model.candor")?;
    assert_eq!(refused.status, 500);
    assert!(!refused.text().contains("planted"), "{}", refused.text());
    server.end()
}

#[test]
fn what_cannot_be_served_is_said_before_anything_is() -> Outcome {
    let site = Site::new()?;
    let folder = site.folder.path().to_path_buf();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = taken.local_addr()?.port();
    let cases = [
        (
            Config {
                app: folder.join("none"),
                ..site.config()
            },
            "cannot read the app at",
            "trunk build --release",
        ),
        (
            Config {
                app: folder.clone(),
                ..site.config()
            },
            "has no index.html",
            "trunk build --release",
        ),
        (
            Config {
                model: Some(folder.join("none.candor")),
                ..site.config()
            },
            "none.candor",
            "candor train",
        ),
        (
            Config {
                model: Some(folder.clone()),
                ..site.config()
            },
            "it is not a file",
            "candor train",
        ),
        (
            Config {
                address: taken.local_addr()?,
                ..site.config()
            },
            &format!("port {port} on 127.0.0.1 is in use"),
            "choose another port",
        ),
    ];
    for (config, what, remedy) in cases {
        let error = candor_server::serve(&config, |_| {})
            .err()
            .ok_or("it served")?
            .to_string();
        assert!(error.contains(what) && error.contains(remedy), "{error}");
    }
    Ok(())
}

#[test]
fn a_stuck_client_does_not_keep_the_server_from_stopping() -> Outcome {
    let site = Site::new()?;
    let server = Server::start(site.config())?;
    let mut stuck = TcpStream::connect(server.address)?;
    stuck.write_all(b"GET / HTTP/1.1\r\nHost: ")?;
    assert_eq!(server.get("/healthz")?.text(), "ok\n");
    server.end()
}
