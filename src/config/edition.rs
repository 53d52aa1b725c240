//! Editions: named states of the built-in guardrails. A project that names one is not stopped by guardrails that came
//! later; they only report until it names a later edition.

/// Every edition with the version of the program that its newest guardrails came with, the oldest first.
const EDITIONS: &[(&str, &str)] = &[("2026-11", "0.1.0")];

/// The names of all editions, the oldest first.
pub fn names() -> impl Iterator<Item = &'static str> {
    EDITIONS.iter().map(|(name, _)| *name)
}

/// Whether a guardrail that came with a version of the program is newer than an edition. An unknown edition, which the
/// config refuses, has nothing newer than itself.
pub fn is_newer(since: &str, edition: &str) -> bool {
    let of_edition = EDITIONS.iter().find(|(name, _)| *name == edition);
    let versions = of_edition.and_then(|(_, v)| Some((version(since)?, version(v)?)));
    versions.is_some_and(|(since, of_edition)| since > of_edition)
}

/// `1.2.3` as numbers.
fn version(text: &str) -> Option<[u64; 3]> {
    let numbers: Option<Vec<u64>> = text.split('.').map(|n| n.parse().ok()).collect();
    numbers?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_with_a_later_version_is_newer() {
        let cases = [
            ("0.1.0", false),
            ("0.0.9", false),
            ("0.1.1", true),
            ("0.10.0", true),
            ("1.0.0", true),
            ("soon", false),
        ];
        for (since, newer) in cases {
            assert_eq!(is_newer(since, "2026-11"), newer, "{since}");
            assert!(!is_newer(since, "1999-01"));
        }
    }

    #[test]
    fn editions_are_in_order_and_none_is_of_a_version_to_come() {
        let current = version(env!("CARGO_PKG_VERSION"));
        assert!(EDITIONS.is_sorted_by_key(|(name, v)| (*name, version(v))));
        for (name, of_edition) in EDITIONS {
            let of_edition = version(of_edition);
            assert!(of_edition.is_some() && of_edition <= current, "{name}");
        }
    }
}
