//! Instances of one resource (`count`, `for_each`, also of its module) that are wrong in one place, by values that came the
//! same way, are one finding: it names the first and lists the others.

use crate::finding::Finding;
use std::collections::BTreeMap;

/// One finding for each block and place. Waivers come first, so that one instance's waiver covers no other.
pub(super) fn merge(found: Vec<Finding>) -> Vec<Finding> {
    let mut first: BTreeMap<_, usize> = BTreeMap::new();
    let mut out: Vec<Finding> = Vec::new();
    for finding in found {
        let Some(resource) = &finding.resource else {
            out.push(finding);
            continue;
        };
        let key = (
            (finding.guardrail.clone(), finding.outcome, finding.status),
            (resource.root.clone(), block(&resource.address)),
            (finding.span, finding.severity, finding.when.clone()),
            (finding.related.clone(), finding.because.clone()),
            finding
                .access
                .as_ref()
                .map(|a| (a.accounts.clone(), a.actions.clone())),
        );
        let kept = first.get(&key).and_then(|i| out.get_mut(*i));
        match kept {
            Some(kept) if kept.resource.as_ref() == Some(resource) => out.push(finding),
            Some(kept) => kept.also.push(resource.address.clone()),
            None => {
                first.insert(key, out.len());
                out.push(finding);
            }
        }
    }
    out
}

/// An address without the keys of its instances.
fn block(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut escaped = false;
    for c in address.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if depth > 0 => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::block;

    #[test]
    fn keys_are_left_out_whatever_stands_in_them() {
        let cases = [
            ("aws_ecr_repository.a", "aws_ecr_repository.a"),
            ("aws_ecr_repository.a[\"x.y\"]", "aws_ecr_repository.a"),
            (
                "module.m[\"a]b\"].aws_ecr_repository.a[0]",
                "module.m.aws_ecr_repository.a",
            ),
            ("module.m[\"a\\\"]\"].x.y[*]", "module.m.x.y"),
        ];
        for (address, expected) in cases {
            assert_eq!(block(address), expected);
        }
    }
}
