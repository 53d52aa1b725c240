use super::super::{Format, Look, sample};
use crate::engine::Report;
use crate::span::Span;
use std::sync::Arc;

#[test]
fn everything() {
    insta::assert_snapshot!(sample::written(&sample::report(), Format::Human));
}

#[test]
fn nothing() {
    let report = Report::default();
    assert_eq!(
        sample::written(&report, Format::Human),
        "nothing found · 0 resources in 0 files\n"
    );
}

#[test]
fn the_eleventh_finding_of_a_guardrail_takes_one_line() {
    let mut report = Report::default();
    let files = crate::span::Files::default();
    let id = files.add("a.tf", "x = 1\n".repeat(30));
    report.findings = (0..12)
        .map(|i| {
            sample::finding(
                "repository-tags-mutable",
                &format!("r.x{i}"),
                Span::new(id, i * 6, i * 6 + 1),
            )
        })
        .collect();
    report.files = Arc::new(files);
    let text = sample::written(&report, Format::Human);
    assert_eq!(text.matches("\nerror[").count() + 1, 10);
    assert!(
        text.contains("\na.tf:12:1: error[repository-tags-mutable]: tags of `web`"),
        "{text}"
    );
    assert!(text.ends_with("\n12 blocking (12 medium) · 0 resources in 0 files\n"));
}

#[test]
fn colour_is_only_added() {
    let report = sample::report();
    let mut out = Vec::new();
    let look = Look {
        color: true,
        ..Look::PLAIN
    };
    super::write(&report, look, &mut out).unwrap();
    let colored = String::from_utf8(out).unwrap();
    assert!(colored.contains("\u{1b}["));
    let stripped = anstream::adapter::strip_str(&colored).to_string();
    assert_eq!(stripped, sample::written(&report, Format::Human));
}

#[test]
fn undetermined_blocks_where_asked() {
    let mut report = sample::report();
    report.diagnostics.clear();
    assert_eq!(report.exit_code(), 1);
    report
        .findings
        .retain(|f| f.outcome == crate::finding::Outcome::Undetermined);
    assert_eq!(report.exit_code(), 0);
    report.findings.iter_mut().for_each(|f| f.blocks = true);
    assert_eq!(report.exit_code(), 1);
    assert!(
        super::summary(&report).starts_with("1 blocking (1 critical; 1 cannot be told) · 1 waived")
    );
}

#[test]
fn what_cannot_be_told_for_one_reason_is_said_once() {
    let mut report = Report::default();
    let files = crate::span::Files::default();
    let id = files.add("a.tf", "policy = jsonencode(var.x)\n");
    let open = |guardrail: &str, severity| crate::finding::Finding {
        outcome: crate::finding::Outcome::Undetermined,
        severity,
        blocks: false,
        message: "`var.x` has no value".into(),
        because: vec!["`var.x` has no value".into()],
        cause: crate::value::Cause::Other,
        related: vec![("around".into(), Span::new(id, 9, 26))],
        ..sample::finding(guardrail, "r.x", Span::new(id, 20, 25))
    };
    report.findings = vec![
        open("policy-malformed", crate::finding::Severity::High),
        open("policy-public-access", crate::finding::Severity::Critical),
    ];
    report.files = Arc::new(files);
    assert_eq!(
        sample::written(&report, Format::Human),
        "cannot tell[policy-public-access]: `var.x` has no value
 --> a.tf:1:21
  |
1 | policy = jsonencode(var.x)
  |                     ^^^^^
  |
  = resource: r.x
  = the same for: policy-malformed

2 cannot tell · 0 resources in 0 files
"
    );
}
