//! `candor serve`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use candor_server::ModelCheck;
use clap::Args;

use super::model::Trust;
use crate::error::Error;

/// Serve the built app and a model on this machine.
///
/// Scoring happens in the browser: no applicant's data reaches the server.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Folder of the built app (what Trunk writes to dist).
    #[arg(long, value_name = "DIR")]
    app: PathBuf,
    /// Model that the app opens with.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Port; 0 takes any free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Address to listen on; this machine only unless you say otherwise.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    #[command(flatten)]
    trust: Trust,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Error> {
        if let Some(model) = &self.model {
            self.trust.load(model)?; // a damaged model is found now, not in the browser
        }
        let address = SocketAddr::new(self.address, self.port);
        // The file is read for every request, and so is the list of keys: what is trusted can change meanwhile.
        let (trust, path) = (self.trust, self.model.clone().unwrap_or_default());
        let accepts = ModelCheck::new(move |bytes| match trust.check(&path, bytes) {
            Ok(()) => true,
            Err(error) => {
                eprintln!("not served: {error}");
                false
            }
        });
        let config = candor_server::Config {
            app: self.app,
            model: self.model,
            accepts,
            address,
        };
        candor_server::serve(&config, |address| println!("http://{address}/  (Ctrl+C stops it)"))?;
        Ok(())
    }
}
