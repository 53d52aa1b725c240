//! Everything that is settled before the input is read.

use super::Options;
use crate::config::{self, Config, Error, Undetermined};
use crate::finding::Severity;
use crate::guardrail::Library;
use crate::span::Files;
use crate::world::{Existing, Target, World};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The config, the guardrails and what holds for each; good for any number of runs.
#[derive(Clone)]
pub struct Rules {
    pub(super) config: Arc<Config>,
    pub(super) library: Arc<Library>,
    pub(super) policies_sha256: String,
    pub(super) world: World,
    pub(super) fail_on: Severity,
    pub(super) undetermined: Option<Undetermined>,
}

impl Rules {
    /// Reads and checks the config that the options name or that is found, and the guardrails.
    ///
    /// # Errors
    /// Mistakes in an option, the config or a guardrail, with their places.
    pub fn load(options: &Options, files: &Files) -> Result<Self, Vec<Error>> {
        let config = config(options, files)?;
        let directories: Vec<PathBuf> = (config.policies.iter().cloned())
            .chain(options.policies.iter().map(PathBuf::from))
            .collect();
        let library = Library::load(files, &directories)?;
        let world = World {
            exports: Vec::new(),
            target: config.target.clone(),
            organizations: config.organizations.clone(),
            existing: config.existing.clone(),
            inputs: options.inputs.clone(),
        };
        let every: Vec<_> = config.overrides.iter().collect();
        library.settings(&config, &every, options.profile, &options.only)?;
        let fail_on = options.fail_on.or(config.fail_on);
        let undetermined = options.undetermined.or(config.undetermined);
        Ok(Rules {
            policies_sha256: library.sha256(files),
            library: Arc::new(library),
            world,
            fail_on: fail_on.unwrap_or(Severity::Medium),
            undetermined,
            config: Arc::new(config),
        })
    }

    /// The same rules where the code is deployed elsewhere, and something else exists there.
    #[must_use]
    pub fn at(&self, target: Target, existing: Existing) -> Self {
        let mut rules = self.clone();
        rules.world.target = target;
        rules.world.existing = existing;
        rules
    }

    /// The config.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The guardrails.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// The surroundings.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Fingerprint of all guardrails.
    pub fn policies_sha256(&self) -> &str {
        &self.policies_sha256
    }
}

/// The config that is named, else the nearest one upward from the first path.
fn config(options: &Options, files: &Files) -> Result<Config, Vec<Error>> {
    if let Some(path) = &options.config {
        return Config::load(files, Path::new(path));
    }
    if options.no_config {
        return Ok(Config::default());
    }
    let start = options.paths.iter().find(|p| *p != "-");
    let found = config::find(Path::new(start.map_or(".", String::as_str)));
    found.map_or_else(|| Ok(Config::default()), |path| Config::load(files, &path))
}
