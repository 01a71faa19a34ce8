//! HTTP to one server: JSON in and out, one file at a time, and patience with faults that pass.

use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::http::Method;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, http};

use crate::error::Error;

const CONNECT: Duration = Duration::from_secs(5);
/// A call with all that is sent and received: a model of some megabytes on a slow line.
const CALL: Duration = Duration::from_secs(120);
/// The wait before the second attempt; it doubles each time. Without chance: a push is one client, not a crowd.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// Largest answer that is read.
const LARGEST: u64 = 64 << 20;

/// How to prove who one is; never shown, and not in files.
#[derive(Clone, Default)]
pub struct Credentials {
    authorization: Option<String>,
    authorities: Vec<Certificate<'static>>,
}

/// A server.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    url: String,
    authorization: Option<http::HeaderValue>,
    retries: u32,
}

/// Why a call failed.
#[derive(Debug)]
pub(super) enum Fault {
    /// It may work the next time: no connection, no answer, an overloaded server.
    Passing(String),
    /// The server says no.
    Refused {
        /// MLflow's name of the reason, or the HTTP status.
        code: String,
        /// The reason.
        message: String,
    },
}

/// What a call carries.
#[derive(Debug, Clone, Copy)]
enum Content<'a> {
    Nothing,
    Json(&'a Value),
    File(&'a [u8]),
}

impl Credentials {
    /// Those of the environment, under the names that MLflow's own client reads: `MLFLOW_TRACKING_TOKEN`, or
    /// `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`; `MLFLOW_TRACKING_SERVER_CERT_PATH` names a PEM file with
    /// the authorities to trust instead of the public ones.
    ///
    /// # Errors
    /// [`Error::Read`], also when that file holds no certificate.
    pub fn from_environment() -> Result<Self, Error> {
        let of = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let authorization = match (of("MLFLOW_TRACKING_TOKEN"), of("MLFLOW_TRACKING_USERNAME")) {
            (Some(token), _) => Some(format!("Bearer {token}")),
            (None, Some(user)) => {
                let password = of("MLFLOW_TRACKING_PASSWORD").unwrap_or_default();
                Some(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
            }
            (None, None) => None,
        };
        let Some(path) = of("MLFLOW_TRACKING_SERVER_CERT_PATH") else {
            return Ok(Self {
                authorization,
                authorities: Vec::new(),
            });
        };
        let path = std::path::Path::new(&path);
        let text = std::fs::read(path).map_err(Error::read(path))?;
        let authorities: Vec<Certificate<'static>> = parse_pem(&text)
            .filter_map(|item| match item {
                Ok(PemItem::Certificate(certificate)) => Some(certificate),
                _ => None,
            })
            .collect();
        if authorities.is_empty() {
            return Err(Error::table(
                path,
                "this PEM file holds no certificate; correct MLFLOW_TRACKING_SERVER_CERT_PATH",
            ));
        }
        Ok(Self {
            authorization,
            authorities,
        })
    }
}

impl Client {
    /// The server at `url`, tried again so many times where a fault may pass.
    ///
    /// # Errors
    /// [`Error::Refused`] when this is no address, or one with credentials in it.
    pub fn new(url: &str, credentials: Credentials, retries: u32) -> Result<Self, Error> {
        let usage = |problem: String| Err(Error::Refused { problem });
        let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        let Some(rest) = rest.filter(|rest| !rest.is_empty() && !rest.starts_with('/')) else {
            return usage("--url should be as in http://127.0.0.1:5000 or https://mlflow.example.org".to_owned());
        };
        // Addresses are shown and logged.
        if rest.split('/').next().is_some_and(|host| host.contains('@')) {
            let problem =
                "--url has credentials in it; put them into MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD";
            return usage(problem.to_owned());
        }
        let authorization = match credentials.authorization.map(http::HeaderValue::try_from).transpose() {
            Ok(header) => header.map(|mut header| {
                header.set_sensitive(true);
                header
            }),
            Err(_) => return usage("the credentials hold characters that HTTP cannot carry".to_owned()),
        };
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_per_call(Some(CALL))
            .user_agent(concat!("candor/", env!("CARGO_PKG_VERSION")));
        if !credentials.authorities.is_empty() {
            let roots = RootCerts::new_with_certs(&credentials.authorities);
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        Ok(Self {
            agent: config.build().new_agent(),
            url: url.trim_end_matches('/').to_owned(),
            authorization,
            retries,
        })
    }

    /// What stands at `path`; `None` when the server has no such thing.
    pub(super) fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Option<Value>, Error> {
        let query: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let path = format!("{path}?{}", query.join("&"));
        let answer = self.patiently(|| match self.call(&Method::GET, &path, Content::Nothing) {
            Ok(value) => Ok(Some(value)),
            Err(Fault::Refused { code, .. }) if code == "RESOURCE_DOES_NOT_EXIST" => Ok(None),
            Err(fault) => Err(fault),
        });
        self.explained(answer)
    }

    /// A call that may be made twice to the same effect.
    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Value, Error> {
        let answer = self.patiently(|| self.call(&Method::POST, path, Content::Json(body)));
        self.explained(answer)
    }

    /// Puts a file at `path`.
    pub(super) fn put(&self, path: &str, file: &[u8]) -> Result<(), Error> {
        let answer = self.patiently(|| self.call(&Method::PUT, path, Content::File(file)));
        self.explained(answer).map(|_| ())
    }

    /// What `find` finds, or else a call that creates it, and whether it was created. An answer that got lost may have
    /// created it: so it is looked for before it is asked for again, and what was created is never asked for twice.
    pub(super) fn find_or_create<T>(
        &self,
        path: &str,
        body: &Value,
        find: &dyn Fn() -> Result<Option<T>, Error>,
    ) -> Result<(T, bool), Error> {
        if let Some(found) = find()? {
            return Ok((found, false));
        }
        let (mut waits, mut is_created) = (self.waits(), false);
        loop {
            let mut problem = self.error("what was created there cannot be found; push again later");
            if !is_created {
                match self.call(&Method::POST, path, Content::Json(body)) {
                    Ok(_) => is_created = true,
                    Err(Fault::Refused { code, .. }) if code == "RESOURCE_ALREADY_EXISTS" => is_created = true,
                    Err(fault @ Fault::Refused { .. }) => return self.explained(Err(fault)),
                    Err(fault @ Fault::Passing(_)) => {
                        problem = self.explained::<T>(Err(fault)).err().unwrap_or(problem)
                    }
                }
            }
            if let Some(found) = find()? {
                return Ok((found, true));
            }
            match waits.next() {
                Some(wait) => thread::sleep(wait),
                None => return Err(problem),
            }
        }
    }

    /// An error of this server.
    pub(super) fn error(&self, problem: impl Into<String>) -> Error {
        Error::Server {
            url: self.url.clone(),
            problem: problem.into(),
        }
    }

    fn waits(&self) -> impl Iterator<Item = Duration> {
        (0..self.retries).map(|retry| FIRST_WAIT * 2_u32.saturating_pow(retry.min(6)))
    }

    fn patiently<T>(&self, attempt: impl Fn() -> Result<T, Fault>) -> Result<T, Fault> {
        for wait in self.waits() {
            match attempt() {
                Err(Fault::Passing(_)) => thread::sleep(wait),
                ended => return ended,
            }
        }
        attempt()
    }

    fn explained<T>(&self, answer: Result<T, Fault>) -> Result<T, Error> {
        answer.map_err(|fault| match fault {
            Fault::Passing(problem) => self.error(format!(
                "{problem} (tried {} times); once the server answers, push again: it continues where it stopped",
                self.retries + 1
            )),
            Fault::Refused { code, message } => self.error(format!("the server refuses: {message} ({code})")),
        })
    }

    fn call(&self, method: &Method, path: &str, content: Content<'_>) -> Result<Value, Fault> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let unsent = |error: http::Error| Fault::Refused {
            code: "request".into(),
            message: error.to_string(),
        };
        let answer = match content {
            Content::Nothing => self.agent.run(request.body(()).map_err(unsent)?),
            Content::Json(value) => {
                let request = request.header("content-type", "application/json");
                self.agent.run(request.body(value.to_string()).map_err(unsent)?)
            }
            Content::File(bytes) => {
                let request = request.header("content-type", "application/octet-stream");
                self.agent.run(request.body(bytes).map_err(unsent)?)
            }
        };
        let mut answer = answer.map_err(|error| Fault::Passing(format!("no answer: {}", reason(&error))))?;
        let status = answer.status();
        let text = answer
            .body_mut()
            .with_config()
            .limit(LARGEST)
            .lossy_utf8(true)
            .read_to_string();
        let text = text.map_err(|error| Fault::Passing(format!("half an answer: {}", reason(&error))))?;
        if status.is_server_error() || status.as_u16() == 429 {
            return Err(Fault::Passing(format!("the server answers with HTTP status {status}")));
        }
        let value: Option<Value> = serde_json::from_str(&text).ok();
        if status.is_success() {
            // A file that was put is answered with nothing.
            return Ok(value.unwrap_or(Value::Null));
        }
        let told = |name: &str| value.as_ref().and_then(|value| value[name].as_str()).map(str::to_owned);
        let message = told("message").map(|message| first_line(&message));
        Err(Fault::Refused {
            code: told("error_code").unwrap_or_else(|| format!("HTTP status {status}")),
            message: message.unwrap_or_else(|| match status.as_u16() {
                401 | 403 => {
                    "it wants other credentials; see MLFLOW_TRACKING_TOKEN in candor mlflow push --help".into()
                }
                _ => "it gives no reason; is this the address of an MLflow server?".into(),
            }),
        })
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Credentials")
    }
}

/// Why there was no answer, without what the library says around it.
fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(300).collect()
}

/// A text as it may stand in an address.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_credentials_stay_unseen() {
        let client = |url: &str| Client::new(url, Credentials::default(), 0);
        for url in [
            "127.0.0.1:5000",
            "ftp://host",
            "http://",
            "http:///path",
            "http://me:secret@host/",
        ] {
            let message = client(url).unwrap_err().to_string();
            assert!(
                message.starts_with("--url ") && !message.contains("secret"),
                "{message}"
            );
        }
        let credentials = Credentials {
            authorization: Some("Bearer secret".into()),
            authorities: Vec::new(),
        };
        assert!(!format!("{credentials:?}").contains("secret"));
        let client = Client::new("https://host/mlflow/", credentials, 0).unwrap();
        assert!(!format!("{client:?}").contains("secret"));
        assert_eq!(client.url, "https://host/mlflow");
    }

    #[test]
    fn waits_double_and_texts_are_encoded() {
        let client = Client::new("http://host", Credentials::default(), 3).unwrap();
        let waits: Vec<u128> = client.waits().map(|wait| wait.as_millis()).collect();
        assert_eq!(waits, [200, 400, 800]);
        assert_eq!(encoded("name='é b'"), "name%3D%27%C3%A9%20b%27");
    }
}
