//! References to images: `[registry/]repository[:tag][@digest]`.
//! Source: the reference grammar of the OCI distribution project.

use super::grammar::{self, Grammar, Outcome};
use super::name::PRIVATE;
use super::symbols::{first_hole, join, split, split_last, text_of};
use crate::value::{Part as Piece, Piece as Segment, Text, Unknown, Value};
use std::sync::Arc;

pub use self::containers::container_images;

mod containers;

/// The path of a repository: the grammar is that of ECR's names.
const REPOSITORY: Grammar = Grammar {
    length: 1..=255,
    ..PRIVATE
};

/// An image, as far as its reference tells it.
#[derive(Clone, Debug)]
pub struct Image {
    /// Where it comes from.
    pub registry: Registry,
    /// Its repository; empty where the registry and the repository cannot be told apart.
    pub repository: Text,
    /// Its tag.
    pub tag: Part,
    /// Its digest, e.g. `sha256:…`.
    pub digest: Part,
}

/// The registry of an image.
#[derive(Clone, Debug)]
pub enum Registry {
    /// None is named: the default one of whoever pulls it, mostly Docker Hub.
    Default,
    /// The host, with its port.
    Named(Text),
    /// It hangs on this hole.
    Unknown(Arc<Unknown>),
}

/// A part of a reference that may be left out.
#[derive(Clone, Debug)]
pub enum Part {
    /// It is there and known.
    Known(String),
    /// It is there, and known but for holes in it.
    Partial(Text),
    /// It is left out.
    Absent,
    /// What it is, or whether it is there, hangs on a hole.
    Unknown(Arc<Unknown>),
}

/// Reads the reference of an image; `Err`: why it is none, whatever its holes are.
pub fn parse(value: &Value) -> Result<Image, String> {
    let text = text_of(value).ok_or("it is not a text")?;
    if text.known() == Some("") {
        return Err("it is empty".into());
    }
    if let Some(c) = stray(&text) {
        return Err(format!("`{c}` is not allowed in the reference of an image"));
    }
    let (rest, digest) = match split_last(&text, '@') {
        Some((rest, digest)) => (rest, digest_part(digest)),
        None => (text.clone(), Part::Absent),
    };
    let (name, tag, open) = split_tag(&rest);
    let digest = match (digest, open) {
        (Part::Absent, Some(hole)) => Part::Unknown(hole),
        (digest, _) => digest,
    };
    if let Part::Known(digest) = &digest
        && !is_digest(digest)
    {
        return Err(format!("`{digest}` is no digest"));
    }
    if let Part::Known(tag) = &tag
        && !is_tag(tag)
    {
        return Err(format!("`{tag}` is no tag"));
    }
    let (registry, repository) = split_registry(&name);
    if let Registry::Named(host) = &registry
        && !has_port_or_none(host)
    {
        return Err("the port of its registry is no number".into());
    }
    let whole = !matches!(registry, Registry::Unknown(_)) || !repository.parts().is_empty();
    if whole && let Outcome::Refused(_) = grammar::run(&REPOSITORY, &repository) {
        return Err("its repository breaks the grammar of image references".into());
    }
    Ok(Image {
        registry,
        repository,
        tag,
        digest,
    })
}

/// A known character that no reference has.
fn stray(text: &Text) -> Option<char> {
    let lits = text.parts().iter().filter_map(|p| match p {
        Piece::Lit(l) => Some(&l.text),
        Piece::Hole(_) => None,
    });
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-/:@+[]".contains(c);
    lits.flat_map(|t| t.chars()).find(|c| !allowed(*c))
}

/// Name, tag, and the hole that may hold a digest, too.
fn split_tag(text: &Text) -> (Text, Part, Option<Arc<Unknown>>) {
    let last = split_last(text, '/').map_or_else(|| text.clone(), |(_, last)| last);
    let Some((_, tag)) = split_last(&last, ':') else {
        return match free_hole(&last) {
            Some(hole) => (text.clone(), Part::Unknown(hole.clone()), Some(hole)),
            None => (text.clone(), Part::Absent, None),
        };
    };
    let name = split_last(text, ':').map_or_else(|| text.clone(), |(name, _)| name);
    let after_slash = split_last(text, '/').is_some();
    (name, tag_part(&tag, after_slash), free_hole(&tag))
}

/// The first hole that may hold separators. Typed holes hold none, and the URL and the name of a repository have neither tag nor digest.
fn free_hole(text: &Text) -> Option<Arc<Unknown>> {
    text.parts().iter().find_map(|p| match p {
        Piece::Hole(h) if h.role.is_none() && !is_repository(h) => Some(h.clone()),
        _ => None,
    })
}

fn is_repository(hole: &Unknown) -> bool {
    let attribute = hole.source.as_ref().map(|(_, attribute)| &**attribute);
    matches!(
        attribute,
        Some("repository_url" | "repository_uri" | "RepositoryName" | "RepositoryUri")
    )
}

/// The digest after an `@`: it is there whatever its holes are, since no reference ends with the `@` or has two of them.
fn digest_part(text: Text) -> Part {
    match text.known() {
        Some(known) => Part::Known(known.to_owned()),
        None => Part::Partial(text),
    }
}

/// The tag after a `:`. A hole may hold the end of a port and a whole reference after it, but where a path came before or
/// what stands before the hole is no number; else the tag is there.
fn tag_part(text: &Text, after_slash: bool) -> Part {
    let no_port = || !text.known_prefix().bytes().all(|b| b.is_ascii_digit());
    let written = text.parts().iter().any(|p| matches!(p, Piece::Lit(_)));
    match (text.known(), first_hole(text)) {
        (None, Some(_)) if written && (after_slash || no_port()) => {
            Part::Partial(up_to_digest(text))
        }
        (None, Some(hole)) => {
            let known = text.known_prefix();
            let prefix = Some(known).filter(|p| !p.is_empty()).map(Arc::from);
            let unknown = Unknown {
                prefix: prefix.or_else(|| hole.prefix.clone()),
                ..(*hole).clone()
            };
            Part::Unknown(Arc::new(unknown))
        }
        (known, _) => Part::Known(known.unwrap_or_default().to_owned()),
    }
}

/// A tag up to the hole that may hold the beginning of a digest: what comes after that may belong to the digest. No digest
/// has begun where a character follows that none has.
fn up_to_digest(tag: &Text) -> Text {
    let hex = |t: &str| t.bytes().all(|b| b.is_ascii_hexdigit());
    let certain = |p: &Piece| matches!(p, Piece::Lit(l) if !hex(&l.text));
    let certain = tag.parts().iter().rposition(certain).unwrap_or(0);
    let free = |p: &Piece| matches!(p, Piece::Hole(h) if h.role.is_none());
    let mut parts = tag.parts().iter().enumerate();
    let end = parts.find_map(|(i, p)| (i >= certain && free(p)).then_some(i));
    let kept = end.and_then(|end| tag.parts().get(..=end));
    Text::of(kept.unwrap_or(tag.parts()).iter().map(|part| match part {
        Piece::Lit(lit) => Segment::Lit(&lit.text, lit.span(0, lit.text.len())),
        Piece::Hole(hole) => Segment::Hole(hole.clone()),
    }))
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else {
        return false;
    };
    let word = |c: char| c.is_ascii_alphanumeric() || "+._-".contains(c);
    !algorithm.is_empty()
        && algorithm.chars().all(word)
        && hex.len() >= 32
        && hex.chars().all(|c| c.is_ascii_hexdigit())
}

fn is_tag(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.starts_with(word)
        && text.len() <= 128
        && text.chars().all(|c| word(c) || matches!(c, '.' | '-'))
}

/// The first part is a host where it has a dot or a port, or is `localhost`.
fn split_registry(name: &Text) -> (Registry, Text) {
    let mut parts = split(name, '/', 2).into_iter();
    let first = parts.next().unwrap_or_default();
    let Some(rest) = parts.next() else {
        return match free_or_url(&first) {
            Some(hole) => (Registry::Unknown(hole), Text::default()),
            None => (Registry::Default, first),
        };
    };
    let host = |l: &str| l.contains(['.', ':']) || l.chars().any(|c| c.is_ascii_uppercase());
    let known_host = first.parts().iter().any(|p| match p {
        Piece::Lit(l) => host(&l.text),
        Piece::Hole(_) => false,
    });
    match free_or_url(&first) {
        _ if known_host || first.known() == Some("localhost") => (Registry::Named(first), rest),
        Some(hole) => (Registry::Unknown(hole), rest),
        None => (Registry::Default, join(&first, '/', &rest)),
    }
}

fn has_port_or_none(host: &Text) -> bool {
    let digits = |p: &Piece| match p {
        Piece::Lit(l) => l.text.bytes().all(|b| b.is_ascii_digit()),
        Piece::Hole(_) => true,
    };
    match split_last(host, ':') {
        Some((_, port)) if !host.known_prefix().starts_with('[') => {
            !port.parts().is_empty() && port.parts().iter().all(digits)
        }
        _ => true,
    }
}

fn free_or_url(text: &Text) -> Option<Arc<Unknown>> {
    text.parts().iter().find_map(|p| match p {
        Piece::Hole(h) if h.role.is_none() => Some(h.clone()),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
