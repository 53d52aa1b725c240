use super::super::{Format, sample};
use super::*;
use crate::span::Span;

#[test]
fn everything() {
    insta::assert_snapshot!(sample::written(&sample::report(), Format::Markdown));
}

#[test]
fn what_the_input_says_is_no_markup() {
    assert_eq!(
        cell("a|b <img> [x](y) *z*"),
        "a\\|b &lt;img&gt; \\[x\\](y) \\*z\\*"
    );
    assert_eq!(cell("`a_b<|` is"), "<code>a&#95;b&#60;&#124;</code> is");
    assert_eq!(cell("an odd ` one"), "an odd \\` one");
    assert_eq!(cell("two\nlines"), "two lines");
}

#[test]
fn a_summary_is_never_dropped_for_its_size() {
    let mut report = Report::default();
    let id = report.files.add("a.tf", "x");
    report.findings = vec![sample::finding("g", &"r".repeat(1000), Span::new(id, 0, 1)); 2000];
    let text = sample::written(&report, Format::Markdown);
    assert!(text.len() < 1024 * 1024, "{}", text.len());
    assert!(
        text.trim_end()
            .ends_with("left out; the other formats have them all.")
    );
    let rows = text.lines().filter(|l| l.starts_with("| **")).count();
    assert!(
        text.contains(&format!("{} further rows left out", 2000 - rows)),
        "{rows}"
    );
}
