//! `test`: which cases of guardrails are not as they should be.

use super::count;
use crate::guardrail::test::Tested;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Writes the cases that are wrong, the gaps, and what it comes to.
pub fn write(tested: &[Tested], gaps: &[String], out: &mut dyn Write) -> io::Result<()> {
    let wrong: Vec<&Tested> = tested.iter().filter(|t| !t.faults.is_empty()).collect();
    for test in &wrong {
        let (guardrail, path) = (&test.case.guardrail, test.case.path.display());
        writeln!(out, "wrong: {path} ({guardrail})")?;
        for fault in &test.faults {
            // a file is judged as standard input
            match fault.strip_prefix("-:") {
                Some(rest) => writeln!(out, "    {path}:{rest}")?,
                None => writeln!(out, "    {fault}")?,
            }
        }
    }
    for gap in gaps {
        writeln!(out, "missing: {gap}")?;
    }
    let guardrails: BTreeSet<&str> = tested.iter().map(|t| t.case.guardrail.as_str()).collect();
    let of = format!(
        "{} of {}",
        count(tested.len(), "test"),
        count(guardrails.len(), "guardrail")
    );
    match (wrong.len(), gaps.len()) {
        (0, 0) => writeln!(out, "{of}: all hold"),
        (0, _) => writeln!(out, "{of}: all hold, some are missing"),
        (n, _) => writeln!(out, "{of}: {n} wrong"),
    }
}
