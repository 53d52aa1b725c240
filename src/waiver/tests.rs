use super::*;
use crate::finding::{Enforcement, ResourceRef, Severity, Status};
use jiff::civil::date;
use std::path::Path;

const MAIN: &str = r##"# ecr-guard: waive[repository-tags-mutable] moved by hand until=2027-01-31
resource "aws_ecr_repository" "a" {
  image_tag_mutability = "MUTABLE" # ecr-guard: waive[repository-tags-mutable, repository-not-scanned] TICKET-1
  // ecr-guard: waive[repository-not-encrypted-with-kms] fine
  # another comment
  encryption = "AES256"
  name = "# ecr-guard: waive[repository-name-invalid] in a text"
}
"##;

struct Run {
    files: Files,
    file: FileId,
    library: Library,
}

impl Run {
    fn new(path: &str, text: &str) -> Self {
        let files = Files::default();
        let library = Library::load(&files, &[]).unwrap();
        let file = files.add(path, text);
        Run {
            files,
            file,
            library,
        }
    }

    fn finding(&self, guardrail: &str, under: &str) -> Finding {
        let text = self.files.get(self.file).unwrap().text.clone();
        let start = text.find(under).unwrap();
        let header = text.find("resource").unwrap_or(0);
        Finding {
            guardrail: guardrail.to_owned(),
            severity: Severity::High,
            enforcement: Enforcement::Block,
            outcome: Outcome::Violated,
            status: Status::New,
            blocks: true,
            waived: Vec::new(),
            resource: Some(ResourceRef {
                address: "aws_ecr_repository.a".to_owned(),
                kind: "aws_ecr_repository".to_owned(),
                root: "envs/prod".to_owned(),
                construct: None,
            }),
            also: Vec::new(),
            resource_span: Some(Span::new(self.file, header, header + 8)),
            message: String::new(),
            span: Span::new(self.file, start, start + under.len()),
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
        }
    }

    fn comments(&self) -> (Vec<Waiver>, Vec<Diagnostic>) {
        let skip: BTreeSet<FileId> = self.library.files().collect();
        of_comments(&self.files, &skip)
    }

    /// The status of each finding, and each diagnostic as `code line`.
    fn apply(&self, mut findings: Vec<Finding>, waivers: &[Waiver]) -> (Vec<Status>, Vec<String>) {
        let ran: BTreeSet<String> = self.library.all().map(|g| g.id.clone()).collect();
        let today = date(2026, 11, 22);
        let told = apply(
            &mut findings,
            waivers,
            &self.library,
            &ran,
            today,
            &self.files,
        );
        let told = told.into_iter().map(|d| {
            let line = d.span.map_or(0, |s| self.files.location(s).line);
            format!("{} {line}", d.code)
        });
        (findings.iter().map(|f| f.status).collect(), told.collect())
    }

    fn config(&self, text: &str) -> Vec<Waiver> {
        let config = Config::parse(&self.files, "ecr-guard.yaml", text, Path::new("")).unwrap();
        of_config(&config)
    }
}

const TAGS: &str = "repository-tags-mutable";
const OUTSIDE: &str = "policy-access-outside-organization";

#[test]
fn comments_cover_their_line_the_line_below_or_the_resource() {
    let run = Run::new("main.tf", MAIN);
    let (waivers, diagnostics) = run.comments();
    assert_eq!(diagnostics, []);
    assert_eq!(waivers.len(), 3);
    assert_eq!(waivers[0].reason, "moved by hand");
    assert_eq!(waivers[0].until, Some(date(2027, 1, 31)));
    let findings = vec![
        run.finding(TAGS, "name"),
        run.finding("repository-not-scanned", "\"MUTABLE\""),
        run.finding("repository-not-scanned", "name"),
        run.finding("repository-not-encrypted-with-kms", "\"AES256\""),
        run.finding("repository-not-encrypted-with-kms", "name"),
    ];
    let (statuses, told) = run.apply(findings, &waivers);
    use Status::{New, Waived};
    assert_eq!(statuses, [Waived, Waived, New, Waived, New]);
    assert_eq!(told, ["waiver-unused 3"]); // its first id: the finding stands on another line
}

#[test]
fn a_waiver_holds_on_its_last_day_and_not_after() {
    for (until, want) in [
        ("2026-11-22", (Status::Waived, vec![])),
        (
            "2026-11-21",
            (Status::New, vec!["waiver-expired 1".to_owned()]),
        ),
    ] {
        let text = format!("resource x # ecr-guard: waive[{TAGS}] why until={until}\n");
        let run = Run::new("main.tf", &text);
        let (statuses, told) = run.apply(vec![run.finding(TAGS, "x")], &run.comments().0);
        assert_eq!((statuses[0], told), want, "{until}");
    }
}

#[test]
fn malformed_comments_are_told() {
    for (text, want) in [
        ("# ecr-guard: waive[a]", "a waiver has a reason"),
        ("# ecr-guard: waive a", "a waiver names guardrails in `[]`"),
        (
            "# ecr-guard: waive[] a",
            "a waiver names guardrails in `[]`",
        ),
        (
            "# ecr-guard: ignore[a] b",
            "a comment to ecr-guard says `waive`, not `ignore`",
        ),
        ("# ecr-guard: waive[a] b until=soon", "`soon` is no day"),
        (
            "# ecr-guard: waive[a] b accounts=1 actions=pull",
            "`1` is no account id: it takes 12 digits",
        ),
        (
            "# ecr-guard: waive[a] b accounts=*",
            "`accounts=` and `actions=` go together",
        ),
    ] {
        let run = Run::new("main.tf", text);
        let (waivers, diagnostics) = run.comments();
        assert!(waivers.is_empty());
        let messages: Vec<&str> = diagnostics.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(messages, [want], "{text}");
    }
    for text in [
        "a: ecr-guard: waive[a] b",
        "x = \"https://ecr-guard: waive[a] b\"",
        "Metadata:\n  ecr-guard:\n    waive: []\n",
    ] {
        let run = Run::new("template.yaml", text);
        let (waivers, diagnostics) = run.comments();
        assert!(waivers.is_empty() && diagnostics.is_empty(), "{text}");
    }
}

#[test]
fn block_comments_and_crlf() {
    let text = format!("/* ecr-guard: waive[{TAGS}] why */\r\nresource y\r\n");
    let run = Run::new("main.tf", &text);
    let (waivers, _) = run.comments();
    assert_eq!(waivers[0].reason, "why");
    let (statuses, told) = run.apply(vec![run.finding(TAGS, "y")], &waivers);
    assert_eq!((statuses[0], told.len()), (Status::Waived, 0));
}

#[test]
fn what_is_wrong_with_a_waiver_is_told() {
    let text = "# ecr-guard: waive[repository-tag-mutable] why\nresource x\n";
    let run = Run::new("main.tf", text);
    let (statuses, told) = run.apply(vec![run.finding(TAGS, "x")], &run.comments().0);
    assert_eq!(statuses, [Status::New]);
    assert_eq!(told, ["waiver-unknown-guardrail 1"]);
}

#[test]
fn a_waiver_of_a_guardrail_that_did_not_run_is_not_unused() {
    let run = Run::new("main.tf", MAIN);
    let (waivers, _) = run.comments();
    let today = date(2026, 11, 22);
    let told = apply(
        &mut [],
        &waivers,
        &run.library,
        &BTreeSet::new(),
        today,
        &run.files,
    );
    assert_eq!(told, []);
}

#[test]
fn the_config_waives_by_address_and_path() {
    let run = Run::new("envs/prod/main.tf", MAIN);
    for (text, want) in [
        ("resource: aws_ecr_repository.a", Status::Waived),
        ("resource: 'aws_*'", Status::Waived),
        ("resource: a", Status::New),
        ("path: 'envs/*'", Status::Waived),
        ("path: 'envs/*', resource: '*.b'", Status::New),
    ] {
        let text = format!("waivers: [{{guardrail: {TAGS}, {text}, reason: r}}]");
        let waivers = run.config(&text);
        let (statuses, told) = run.apply(vec![run.finding(TAGS, "name")], &waivers);
        assert_eq!(statuses, [want], "{text}");
        let unused: &[&str] = if want == Status::New {
            &["waiver-unused 1"]
        } else {
            &[]
        };
        assert_eq!(told, unused, "{text}");
    }
}

#[test]
fn an_access_waiver_covers_what_it_accepts_and_nothing_wider() {
    let run = Run::new("main.tf", MAIN);
    let access = |accounts: &[&str], actions: &[&str]| {
        let mut finding = run.finding(OUTSIDE, "name");
        let owned = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect();
        finding.access = Some(Access {
            accounts: owned(accounts),
            actions: owned(actions),
        });
        finding
    };
    let (a, b) = ("111111111111", "222222222222");
    let one = format!(
        "{{guardrail: {OUTSIDE}, resource: '*', reason: r, accepts: {{accounts: [{a}], actions: pull}}}}"
    );
    let two = format!(
        "{{guardrail: {OUTSIDE}, resource: '*', reason: r, accepts: {{accounts: {b}, actions: [pull, push]}}}}"
    );
    let all = format!(
        "{{guardrail: {OUTSIDE}, resource: '*', reason: r, accepts: {{accounts: '*', actions: pull}}}}"
    );
    let plain = format!("{{guardrail: {OUTSIDE}, resource: '*', reason: r}}");
    use Status::{New, Waived};
    let narrow = "waiver-too-narrow 1";
    for (waivers, finding, want, told) in [
        (vec![&one], access(&[a], &["pull"]), Waived, vec![]),
        (
            vec![&one],
            access(&[a], &["pull", "push"]),
            New,
            vec![narrow],
        ),
        (vec![&one], access(&[a, b], &["pull"]), New, vec![narrow]),
        (vec![&one], access(&["*"], &["pull"]), New, vec![narrow]),
        (vec![&one, &two], access(&[a, b], &["pull"]), Waived, vec![]),
        (
            vec![&one, &two],
            access(&[a, b], &["push"]),
            New,
            vec![narrow, narrow],
        ),
        (vec![&all], access(&["*"], &["pull"]), Waived, vec![]),
        (vec![&all], access(&[a], &["pull"]), Waived, vec![]),
        (vec![&plain], access(&[a], &["pull"]), New, vec![narrow]),
        (vec![&all], access(&[], &[]), New, vec![narrow]),
        (vec![&plain], run.finding(OUTSIDE, "name"), Waived, vec![]),
        (vec![&all], run.finding(OUTSIDE, "name"), New, vec![narrow]),
    ] {
        let texts: Vec<&str> = waivers.iter().map(|w| w.as_str()).collect();
        let waivers = run.config(&format!("waivers: [{}]", texts.join(", ")));
        let access = finding.access.clone();
        let (statuses, found) = run.apply(vec![finding], &waivers);
        assert_eq!(
            (statuses[0], found),
            (want, told.iter().map(|t| (*t).to_owned()).collect()),
            "{texts:?} {access:?}"
        );
    }
}

#[test]
fn an_access_waiver_can_stand_in_a_comment() {
    let text = format!(
        "# ecr-guard: waive[{OUTSIDE}] vendor accounts=111111111111 actions=pull,push\nresource x\n"
    );
    let run = Run::new("main.tf", &text);
    let mut finding = run.finding(OUTSIDE, "x");
    finding.access = Some(Access {
        accounts: vec!["111111111111".to_owned()],
        actions: vec!["push".to_owned()],
    });
    let (waivers, _) = run.comments();
    assert_eq!(waivers[0].reason, "vendor");
    assert_eq!(run.apply(vec![finding], &waivers).0, [Status::Waived]);
}

#[test]
fn metadata_covers_its_resource() {
    use crate::syntax::scalar::Scalars;
    use crate::syntax::yaml;
    let text = format!(
        "ecr-guard:\n  waive:\n    - {{guardrail: {TAGS}, reason: why, until: 2027-01-31}}\n    - {{id: x}}\n"
    );
    let run = Run::new("template.yaml", &text);
    let metadata = yaml::parse(&run.files, run.file).0[0].to_value(Scalars::Yaml11);
    let span = Span::new(run.file, 0, 1);
    let resource = crate::raw::RawResource {
        address: "aws_ecr_repository.a".to_owned(),
        mode: crate::raw::Mode::Managed,
        kind: "AWS::ECR::Repository".to_owned(),
        exists: Some(true),
        doubt: None,
        span,
        extent: span,
        attributes: crate::value::Value::null(span),
        account: crate::value::Value::null(span),
        region: crate::value::Value::null(span),
        change: None,
        meta: BTreeMap::from([("Metadata".to_owned(), metadata)]),
    };
    let (waivers, diagnostics) = of_metadata("envs/prod", &resource);
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].message, "a waiver has a reason");
    let findings = vec![
        run.finding(TAGS, "waive"),
        run.finding("repository-not-scanned", "waive"),
    ];
    // The same waiver in two cases of a template is one waiver.
    let twice = [waivers.clone(), of_metadata("another", &resource).0].concat();
    let (statuses, told) = run.apply(findings, &twice);
    assert_eq!(statuses, [Status::Waived, Status::New]);
    assert_eq!(told, Vec::<String>::new());
}

mod soup {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        /// No comment makes the reader panic, and what it finds stands inside the text.
        #[test]
        fn any_comment_is_read_or_refused(
            before in "[#/ \"x\n*é]{0,6}",
            word in prop::sample::select(vec![" waive", " waive[", "waive[a]", " waive[a,b] r", "", " waive[é] "]),
            after in "[\\[\\]a=,0-9*/ é\n-]{0,12}",
        ) {
            let text = format!("{before}ecr-guard:{word}{after}");
            let files = Files::default();
            files.add("main.tf", text.as_str());
            let (waivers, diagnostics) = of_comments(&files, &BTreeSet::new());
            let spans = waivers.iter().map(|w| w.span).chain(diagnostics.iter().filter_map(|d| d.span));
            for span in spans {
                prop_assert!(files.text(span).starts_with("ecr-guard:"), "{}", text);
                prop_assert!(!files.text(span).contains('\n'));
            }
        }
    }
}
