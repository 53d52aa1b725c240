use super::super::{Format, sample};
use super::*;
use crate::span::Span;

#[test]
fn everything() {
    insta::assert_snapshot!(sample::written(&sample::report(), Format::Github));
}

#[test]
fn what_the_input_says_never_starts_a_command() {
    let mut report = Report::default();
    let id = report.files.add("a,b:c.tf", "x");
    let mut evil = sample::finding("g", "r[\"\n::error::1\"]", Span::new(id, 0, 1));
    evil.message = "Sid `\r\n::set-output name=x::y` 100% ##[error]z".into();
    report.findings = vec![evil; MOST_OF_A_KIND + 1];
    let text = sample::written(&report, Format::Github);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), MOST_OF_A_KIND + 2, "{text}");
    let (commands, rest) = lines.split_at(MOST_OF_A_KIND);
    for line in commands {
        assert!(line.starts_with("::error file=a%2Cb%3Ac.tf,line=1,col=1,endLine=1,endColumn=2,title=g::Sid `%0D%0A::set-output"), "{line}");
        assert!(line.contains("100%25"), "{line}");
    }
    for line in rest {
        assert!(!line.starts_with("::") && !line.contains("##["), "{line}");
    }
}

#[test]
fn columns_are_left_out_where_lines_differ() {
    let report = Report::default();
    let id = report.files.add("a.tf", "a\nb");
    let note = finding(&report, &sample::finding("g", "r", Span::new(id, 0, 3)));
    assert!(
        note.command()
            .starts_with("::error file=a.tf,line=1,endLine=2,title=g::")
    );
}
