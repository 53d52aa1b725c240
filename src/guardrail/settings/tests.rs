use super::*;
use crate::span::Files;
use jiff::civil::date;
use std::path::Path;

fn settings(text: &str, only: &[&str]) -> Result<BTreeMap<String, Settings>, Vec<String>> {
    let files = Files::default();
    let library = Library::load(&files, &[]).unwrap();
    let config = Config::parse(&files, "ecr-guard.yaml", text, Path::new("")).unwrap();
    let only: Vec<String> = only.iter().map(|id| (*id).to_owned()).collect();
    let read = library.settings(
        &config,
        &config.overrides.iter().collect::<Vec<_>>(),
        None,
        &only,
    );
    read.map_err(|errors| {
        let one = |e: Error| {
            let place = e.span.map(|s| files.location(s));
            let place = place.map(|l| format!("{}:{}: ", l.line, l.column));
            let help = e.help.map(|h| format!("; {h}")).unwrap_or_default();
            format!("{}{}{help}", place.unwrap_or_default(), e.message)
        };
        errors.into_iter().map(one).collect()
    })
}

const TAGS: &str = "repository-tags-mutable";

#[test]
fn what_the_config_names_has_to_exist() {
    for (text, want) in [
        (
            "guardrails:\n  repository-tags-mutble: off",
            "2:3: unknown guardrail `repository-tags-mutble`; did you mean `repository-tags-mutable`?",
        ),
        (
            "guardrails:\n  repository-tags-mutable: {parameters: {alowed_exclusions: []}}",
            "2:42: guardrail `repository-tags-mutable` has no parameter `alowed_exclusions`; did you mean `allowed_exclusions`?",
        ),
        (
            "guardrails:\n  repository-tags-mutable: {parameters: {allowed_exclusions: [[x]]}}",
            "2:62: parameter `allowed_exclusions` takes a list of texts",
        ),
        (
            "guardrails:\n  repository-name-off-convention: {parameters: {pattern: \"^(a-\"}}",
            "2:58: parameter `pattern` is no regular expression: unclosed group",
        ),
        (
            "overrides:\n  - match: {paths: [x]}\n    guardrails: {repository-tags-mutable: {parameters: {alowed: 1}}}",
            "3:57: guardrail `repository-tags-mutable` has no parameter `alowed`",
        ),
        (
            "overrides:\n  - match: {paths: [x]}\n    guardrails: {repository-tags-mutble: off}",
            "3:18: unknown guardrail `repository-tags-mutble`; did you mean `repository-tags-mutable`?",
        ),
        (
            "waivers:\n  - {guardrail: nothing-like-it, resource: x, reason: y}",
            "2:17: unknown guardrail `nothing-like-it`; `ecr-guard guardrails` lists them",
        ),
    ] {
        assert_eq!(settings(text, &[]).unwrap_err(), [want]);
    }
    let unknown = settings("", &["nothing-like-it"]).unwrap_err();
    assert!(unknown[0].starts_with("unknown guardrail `nothing-like-it`"));
}

#[test]
fn profile_config_and_command_line_say_what_runs() {
    let state =
        |text: &str, only: &[&str], id: &str| settings(text, only).unwrap()[id].state.clone();
    assert_eq!(state("", &[], TAGS), State::Runs);
    assert_eq!(
        state("guardrails: {repository-tags-mutable: off}", &[], TAGS),
        State::Off
    );
    assert_eq!(state("profile: data-perimeter", &[], TAGS), State::Off);
    let chosen = "profile: data-perimeter\nguardrails: {repository-tags-mutable: {severity: low}}";
    assert_eq!(state(chosen, &[], TAGS), State::Runs);
    assert_eq!(state("profile: strict", &[], TAGS), State::Runs);
    assert_eq!(state("", &["policy-public-access"], TAGS), State::Off);
    assert_eq!(
        state("guardrails: {repository-tags-mutable: off}", &[TAGS], TAGS),
        State::Runs
    );
}

#[test]
fn parameters_have_the_configs_value_or_their_default() {
    let of = |text: &str, id: &str, name: &str| {
        settings(text, &[]).unwrap()[id].parameters[name].clone()
    };
    let set = "guardrails: {repository-tags-mutable: {parameters: {allowed_exclusions: latest}}}";
    let name = "allowed_exclusions";
    assert_eq!(of("", TAGS, name), ParameterValue::Null);
    assert_eq!(
        of(set, TAGS, name),
        ParameterValue::Texts(vec!["latest".to_owned()])
    );
    let ids = "guardrails: {policy-placeholder-account: {parameters: {placeholders: [012345678901, 111122223333]}}}";
    let wanted = ["012345678901", "111122223333"].map(str::to_owned).to_vec();
    assert_eq!(
        of(ids, "policy-placeholder-account", "placeholders"),
        ParameterValue::Texts(wanted)
    );
}

#[test]
fn enforcement_follows_severity_unless_the_config_says_otherwise() {
    use Enforcement::{Block, Report, Warn};
    let (before, after) = (date(2027, 2, 28), date(2027, 3, 1));
    let with = |enforcement, block_from| Settings {
        enforcement,
        block_from,
        ..Settings::default()
    };
    let plain = with(None, None);
    assert_eq!(
        plain.enforcement(Severity::Medium, Severity::Medium, before),
        Block
    );
    assert_eq!(
        plain.enforcement(Severity::Low, Severity::Medium, before),
        Report
    );
    assert_eq!(
        plain.enforcement(Severity::Info, Severity::Info, before),
        Report
    );
    let warn = with(Some(Warn), None);
    assert_eq!(
        warn.enforcement(Severity::Critical, Severity::Low, before),
        Warn
    );
    for given in [None, Some(Warn), Some(Block)] {
        let later = with(given, Some(after));
        assert_eq!(
            later.enforcement(Severity::High, Severity::Low, before),
            Warn
        );
        assert_eq!(
            later.enforcement(Severity::Info, Severity::Critical, after),
            Block
        );
    }
    let later = with(Some(Report), Some(after));
    assert_eq!(
        later.enforcement(Severity::High, Severity::Low, before),
        Report
    );
}
