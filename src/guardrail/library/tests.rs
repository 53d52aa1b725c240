use super::*;

/// Every mistake as `line:column: text under the caret: message`.
fn mistakes(text: &str) -> Vec<String> {
    let files = Files::default();
    let file = files.add("g/my-rule.yaml", text);
    let errors = match Guardrail::read("my-rule", &files, file, false) {
        Ok(_) => return Vec::new(),
        Err(errors) => errors,
    };
    let one = |e: Error| {
        let span = e.span.unwrap();
        let place = files.location(span);
        let under = files.text(span);
        let under = under.lines().next().unwrap_or_default().to_owned();
        format!("{}:{}: {under}: {}", place.line, place.column, e.message)
    };
    errors.into_iter().map(one).collect()
}

const GOOD: &str = "\
title: t
severity: low
target: repository
parameters: {days: {type: number, default: 3, doc: d}}
when: repository.name != null
require: >-
  repository.tag_mutability == \"IMMUTABLE\"
  && size(repository.exclusion_filters) < parameters.days
at: tag_mutability
message: 'é {repository.name}'
why: |
  w
";

#[test]
fn a_good_guardrail_is_read() {
    assert_eq!(mistakes(GOOD), Vec::<String>::new());
}

#[test]
fn mistakes_point_into_the_file() {
    for (from, to, want) in [
        ("title: t\n", "", "1:1: severity: low: `title` is missing"),
        (
            "severity: low",
            "severity: lo",
            "2:11: lo: `lo` cannot stand here",
        ),
        (
            "target: repository",
            "target: repo",
            "3:9: repo: unknown target `repo`",
        ),
        ("at: ", "att: ", "9:1: att: unknown key `att`"),
        (
            "name != null",
            "nam != null",
            "5:18: nam: unknown field `nam`",
        ),
        (
            "size(repository.exclusion_filters)",
            "siz(repository.exclusion_filters)",
            "8:6: siz: unknown function `siz`",
        ),
        (
            "parameters.days",
            "parameters.dais",
            "8:54: dais: unknown parameter `dais`",
        ),
        (
            "{repository.name}",
            "{repository.nme}",
            "10:25: nme: unknown field `nme`",
        ),
        (
            "at: tag_mutability",
            "at: tag_mutabilty",
            "9:5: tag_mutabilty: `repository` has no field `tag_mutabilty`",
        ),
        (
            "default: 3",
            "default: three",
            "4:44: three: the default of `days` is not of its type",
        ),
        (
            "title: t\n",
            "title: t\ntitle: u\n",
            "2:1: title: key `title` stands twice",
        ),
    ] {
        let text = GOOD.replace(from, to);
        assert_ne!(text, GOOD);
        let found = mistakes(&text);
        assert_eq!(found.len(), 1, "{to}: {found:?}");
        assert!(found[0].starts_with(want), "{}\n{want}", found[0]);
    }
}

#[test]
fn a_users_guardrails_join_the_built_in_ones() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str| std::fs::write(directory.path().join(name), GOOD).unwrap();
    write("my-rule.yaml");
    write("notes.txt");
    let load = || Library::load(&Files::default(), &[directory.path().to_owned()]);
    let library = load().unwrap();
    assert!(!library.get("my-rule").unwrap().built_in);
    assert!(library.get("repository-tags-mutable").unwrap().built_in);
    write("repository-tags-mutable.yaml");
    write("Bad_Name.yaml");
    let errors = load().unwrap_err();
    let messages: Vec<&str> = errors.iter().map(|e| e.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "`Bad_Name` is no id of a guardrail",
            "guardrail `repository-tags-mutable` is there already, as a built-in one"
        ]
    );
}

#[test]
fn a_directory_without_guardrails_is_a_mistake() {
    let directory = tempfile::tempdir().unwrap();
    let load = |path: &Path| Library::load(&Files::default(), &[path.to_owned()]);
    assert!(load(directory.path()).is_err());
    assert!(load(&directory.path().join("nowhere")).is_err());
}

#[test]
fn what_a_guardrail_lacks_is_said_in_the_configs_words() {
    let library = Library::load(&Files::default(), &[]).unwrap();
    let outside = library.get("policy-access-outside-organization").unwrap();
    assert_eq!(
        outside.lacks(None).as_deref(),
        Some("no organization is configured")
    );
    let mut organization = Organization::default();
    assert_eq!(
        outside.lacks(Some(&organization)).as_deref(),
        Some("none of organization.id, organization.accounts is set")
    );
    organization.id = Some("o-a1b2c3d4e5".to_owned());
    assert_eq!(outside.lacks(Some(&organization)), None);
    let push = library.get("policy-push-from-other-account").unwrap();
    assert_eq!(
        push.lacks(Some(&organization)).as_deref(),
        Some("organization.accounts is not set")
    );
    let tags = library.get("repository-tags-mutable").unwrap();
    assert_eq!(tags.lacks(None), None);
}

#[test]
fn defaults_that_are_regular_expressions_have_to_be_some() {
    let with = |default: &str, condition: &str| {
        let parameter = format!("parameters: {{days: {{default: {default}, doc: d, type: ");
        let text = GOOD.replace(
            "parameters: {days: {type: number, default: 3, doc: d",
            "PARAMETER",
        );
        let start = text.find("repository.tag_mutability").unwrap();
        let end = text.find("at: ").unwrap();
        let (before, after) = (text.split_at(start).0, text.split_at(end).1);
        let text = format!("{before}{condition}\n{after}");
        let kind = if default.starts_with('[') {
            "texts"
        } else {
            "text"
        };
        mistakes(&text.replace("PARAMETER", &format!("{parameter}{kind}")))
    };
    let direct = "repository.name.matches(parameters.days)";
    assert_eq!(with("a+", direct), Vec::<String>::new());
    let wrong = "4:30: \"a(\": parameter `days` is no regular expression: unclosed group";
    assert_eq!(with("\"a(\"", direct), [wrong]);
    let joined = "repository.name.matches('^' + parameters.days)";
    assert_eq!(with("\"a(\"", joined), [wrong]);
    let list =
        "parameters.days.filter(d, d != 'c').exists(d, [1].exists(n, repository.name.matches(d)))";
    let wrong = "4:30: [b, \"a(\"]: parameter `days` is no regular expression: unclosed group";
    assert_eq!(with("[b, \"a(\"]", list), [wrong]);
    assert_eq!(with("[b, a]", list), Vec::<String>::new());
}
