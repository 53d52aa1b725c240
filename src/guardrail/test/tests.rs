use super::*;
use crate::finding::{Enforcement, Severity};
use crate::span::Span;

/// A run over one file with findings at byte offsets.
fn run(text: &str, findings: &[(usize, Outcome)]) -> Run {
    let files = Files::default();
    let id = files.add("t/rule/fail.tf", text);
    files.add("other.tf", "x # expect\n");
    let finding = |(start, outcome): &(usize, Outcome)| Finding {
        guardrail: "rule".to_owned(),
        severity: Severity::Low,
        enforcement: Enforcement::Report,
        outcome: *outcome,
        status: Status::New,
        blocks: false,
        waived: Vec::new(),
        resource: None,
        also: Vec::new(),
        resource_span: None,
        message: "the message".to_owned(),
        span: Span::new(id, *start, start + 1),
        label: None,
        related: Vec::new(),
        when: None,
        because: Vec::new(),
        cause: crate::value::Cause::Other,
        settle: None,
        witness: None,
        fix: None,
        replaces: None,
        fingerprint: String::new(),
        access: None,
    };
    Run {
        path: "./t/rule/fail.tf".to_owned(),
        findings: findings.iter().map(finding).collect(),
        files: Arc::new(files),
        errors: Vec::new(),
    }
}

fn case(wanted: Wanted) -> Case {
    Case {
        guardrail: "rule".to_owned(),
        path: PathBuf::from("./t/rule/fail.tf"),
        wanted,
        config: None,
        parameters: None,
        previous: None,
    }
}

use Outcome::{Undetermined, Violated};

#[test]
fn the_name_says_what_comes_out() {
    let test =
        |wanted, findings: &[(usize, Outcome)]| faults(&case(wanted), &run("a\nb\n", findings));
    assert_eq!(test(Wanted::Fail, &[(0, Violated)]), Vec::<String>::new());
    assert_eq!(
        test(Wanted::Fail, &[(0, Undetermined)]),
        [
            "nothing is violated",
            "t/rule/fail.tf:1:1: undetermined: the message"
        ]
    );
    assert_eq!(test(Wanted::Pass, &[]), Vec::<String>::new());
    assert_eq!(test(Wanted::Pass, &[(2, Undetermined)]).len(), 1);
    assert_eq!(test(Wanted::Pass, &[(2, Violated)]).len(), 1);
    assert_eq!(
        test(Wanted::Unknown, &[(2, Undetermined)]),
        Vec::<String>::new()
    );
    assert_eq!(test(Wanted::Unknown, &[]), ["nothing is undetermined"]);
    assert_eq!(
        test(Wanted::Unknown, &[(0, Violated), (2, Undetermined)]).len(),
        1
    );
    let broken = Run {
        errors: vec!["broken".to_owned()],
        ..run("", &[])
    };
    assert_eq!(faults(&case(Wanted::Pass), &broken), ["broken"]);
}

#[test]
fn marked_lines_have_findings_and_no_others() {
    let test = |text: &str, at: &[usize]| {
        let findings: Vec<(usize, Outcome)> = at.iter().map(|i| (*i, Violated)).collect();
        faults(&case(Wanted::Fail), &run(text, &findings))
    };
    assert_eq!(test("a # expect\nb\n", &[0]), Vec::<String>::new());
    assert_eq!(
        test("a # expect\nb\n", &[11]),
        [
            "t/rule/fail.tf:2:1: not expected here: the message",
            "t/rule/fail.tf:1: expected, not found"
        ]
    );
    assert_eq!(test("a // expect: message\n", &[0]), Vec::<String>::new());
    assert_eq!(
        test("a # expect: other\n", &[0]),
        [
            "t/rule/fail.tf:1: expected `other`, found `the message`",
            "t/rule/fail.tf:1: expected, not found"
        ]
    );
    assert_eq!(test("a # expected that\n", &[0]), Vec::<String>::new());
}

#[test]
fn cases_are_found_by_their_names() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let write = |path: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    };
    for path in [
        "rule/fail.tf",
        "rule/pass-two.yaml",
        "rule/unknown/main.tf",
        "rule/unknown/config.yaml",
        "rule/unknown/parameters.json",
        "rule/config.yaml",
        "rule/README.md",
        "notes.txt",
    ] {
        write(path);
    }
    let found = cases(root).unwrap();
    let short: Vec<(String, Wanted)> = found.iter().map(|c| (name(&c.path), c.wanted)).collect();
    let want = [
        ("fail.tf".to_owned(), Wanted::Fail),
        ("pass-two.yaml".to_owned(), Wanted::Pass),
        ("unknown".to_owned(), Wanted::Unknown),
    ];
    assert_eq!(short, want);
    assert_eq!(found[0].config, Some(root.join("rule/config.yaml")));
    assert_eq!(found[2].config, Some(root.join("rule/unknown/config.yaml")));
    assert_eq!(
        found[2].parameters,
        Some(root.join("rule/unknown/parameters.json"))
    );
    assert_eq!(gaps(["rule"].into_iter(), &found), Vec::<String>::new());
    assert_eq!(
        gaps(["other"].into_iter(), &found[..1]),
        [
            "guardrail `other` has no test `fail*`",
            "guardrail `other` has no test `pass*`",
            "tests of `rule`, which is no guardrail"
        ]
    );
    write("rule/extra.tf");
    assert_eq!(cases(root).unwrap_err().len(), 1);
    assert!(cases(&root.join("nowhere")).is_err());
}
