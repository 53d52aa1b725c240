//! Makes the built-in guardrails ready: `policies/*.yaml` become one text of JSON that every run reads, and the list of the
//! files' texts.

use sha2::{Digest, Sha256};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("policies");
    println!("cargo::rerun-if-changed={}", directory.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(&directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "yaml") {
            paths.push(path);
        }
    }
    paths.sort();
    let guardrails: Vec<_> = paths.iter().map(|p| read(p)).collect::<Result<_, _>>()?;
    let texts: Vec<String> = (paths.iter())
        .map(|path| format!("    include_str!({:?}),\n", path))
        .collect();
    let sha256 = fingerprint(&paths)?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(
        out.join("guardrails.json"),
        serde_json::to_vec(&guardrails)?,
    )?;
    fs::write(out.join("sha256.txt"), sha256)?;
    fs::write(out.join("texts.rs"), format!("&[\n{}]\n", texts.concat()))?;
    Ok(())
}

/// As `config::fingerprint` makes it of the ids and texts; a test holds that.
fn fingerprint(paths: &[PathBuf]) -> Result<String, Box<dyn Error>> {
    let mut hasher = Sha256::new();
    for path in paths {
        for text in [id(path).to_owned(), fs::read_to_string(path)?] {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        }
    }
    let digest = hasher.finalize();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn id(path: &Path) -> &str {
    path.file_stem()
        .and_then(|s| s.to_str())
        .unwrap_or_default()
}

fn read(path: &Path) -> Result<serde_json::Value, Box<dyn Error>> {
    let told = |e: &dyn Error| format!("{}: {e}", path.display());
    let text = fs::read_to_string(path).map_err(|e| told(&e))?;
    let definition: serde_json::Value = serde_yaml::from_str(&text).map_err(|e| told(&e))?;
    Ok(serde_json::json!({"id": id(path), "definition": definition}))
}
