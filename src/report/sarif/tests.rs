use super::super::{Format, sample};
use super::*;

#[test]
fn everything() {
    insta::assert_snapshot!(sample::written(&sample::report(), Format::Sarif));
}

#[test]
fn too_many_results_leave_the_mildest_out() {
    let mut report = Report::default();
    let id = report.files.add("a.tf", "x");
    let one = sample::finding("g", "r", Span::new(id, 0, 1));
    report.findings = vec![one.clone(); MOST_RESULTS + 3];
    for finding in report.findings.iter_mut().take(5) {
        finding.severity = Severity::Low;
    }
    let log = log(&report);
    let [run] = &log.runs;
    assert_eq!(run.results.len(), MOST_RESULTS);
    let [invocation] = &run.invocations;
    let notes = &invocation.tool_execution_notifications;
    assert_eq!(notes.len(), 1);
    assert!(notes[0].message.text.starts_with("3 findings are left out"));
}

#[test]
fn a_uri_holds_no_byte_that_it_may_not() {
    let uri = |path| artifact(path).uri;
    assert_eq!(uri("a b/ü[0].tf"), "a%20b/%C3%BC%5B0%5D.tf");
    assert_eq!(uri("/tmp/a.tf"), "file:///tmp/a.tf");
    assert_eq!(uri("-"), "-");
}
