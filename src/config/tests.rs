use super::*;

fn read_in(directory: &Path, text: &str) -> Result<Config, Vec<String>> {
    let files = Files::default();
    let read = Config::parse(&files, "ecr-guard.yaml", text, directory);
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

fn read(text: &str) -> Result<Config, Vec<String>> {
    read_in(Path::new(""), text)
}

const EVERYTHING: &str = "\
organization:
  id: o-a1b2c3d4e5
  accounts: [012345678901, '210987654321', 345678901234]
  trusted_accounts: {456789012345: scanner, 000000000001: old}
  regions: [us-east-1, us-gov-west-1]
  upstream_registries: [public.ecr.aws]
  networks: {cidrs: [203.0.113.0/24], vpcs: [vpc-1], vpc_endpoints: []}
target: {account: 012345678901, region: us-gov-west-1}
existing:
  registry: {policy_scope: V2, scanning: on_push}
profile: data-perimeter
edition: 2026-11
fail_on: high
undetermined: fail
policies: [./guardrails]
guardrails:
  repository-tags-mutable: {severity: high, enforcement: warn, block_from: 2027-03-01, parameters: {allowed_exclusions: [latest]}}
  a: off
  b: false
  c: {enabled: false}
  d: on
  e: true
waivers:
  - {guardrail: x, resource: 'a.*', accepts: {accounts: [456789012345, '*'], actions: pull}, owner: team-a, reason: TICKET-1, until: 2027-01-31}
hook: {payload_hosts: [127.0.0.1], on_error: pass}
";

#[test]
fn every_key_is_read() {
    let config = read(EVERYTHING).unwrap();
    let organization = &config.organizations[0];
    let accounts: Vec<&String> = organization.accounts.as_ref().unwrap().iter().collect();
    assert_eq!(accounts, ["012345678901", "210987654321", "345678901234"]);
    assert_eq!(organization.trusted_accounts["000000000001"], "old");
    assert_eq!(config.target.account.as_deref(), Some("012345678901"));
    assert_eq!(config.target.partition.as_deref(), Some("aws-us-gov"));
    assert_eq!(config.existing.scanning.as_deref(), Some("on_push"));
    assert_eq!(config.profile, Profile::DataPerimeter);
    assert_eq!(config.edition.as_deref(), Some("2026-11"));
    assert_eq!(config.fail_on, Some(Severity::High));
    assert_eq!(config.undetermined, Some(Undetermined::Fail));
    let enabled: Vec<Option<bool>> = ["repository-tags-mutable", "a", "b", "c", "d", "e"]
        .map(|id| config.guardrails[id].enabled)
        .to_vec();
    let (on, off) = (Some(true), Some(false));
    assert_eq!(enabled, [None, off, off, off, on, on]);
    let tags = &config.guardrails["repository-tags-mutable"];
    assert_eq!(tags.block_from, Some(jiff::civil::date(2027, 3, 1)));
    let accepts = config.waivers[0].accepts.as_ref().unwrap();
    assert_eq!(accepts.accounts, ["456789012345", "*"]);
    assert_eq!(accepts.actions, ["pull"]);
    assert_eq!(
        config.waivers[0].until,
        Some(jiff::civil::date(2027, 1, 31))
    );
    assert!(!config.hook.fail_on_error);
    assert_eq!(config.sha256.as_ref().map(String::len), Some(64));
}

#[test]
fn json_is_a_config_too() {
    let config = read(
        r#"{"organization": {"accounts": ["012345678901"], "trusted_accounts": {"777788889999": "vendor"}},
            "target": {"account": "111122223333", "region": "eu-west-1", "partition": "aws"},
            "guardrails": {"x": {"parameters": {"placeholders": ["123456789012"]}}}, "fail_on": "low"}"#,
    )
    .unwrap();
    let organization = &config.organizations[0];
    assert!(organization.trusted_accounts.contains_key("777788889999"));
    assert_eq!(config.target.account.as_deref(), Some("111122223333"));
    assert_eq!(
        config.guardrails["x"].parameters["placeholders"].value[0],
        "123456789012"
    );
    for nothing in ["", "{}", "# nothing\n", "organization: {}\n"] {
        assert!(read(nothing).is_ok(), "{nothing}");
    }
}

#[test]
fn mistakes_have_their_place() {
    for (text, want) in [
        (
            "organisation: {}",
            "1:1: unknown key `organisation`; did you mean `organization`?",
        ),
        (
            "organization:\n  acounts: []",
            "2:3: unknown key `acounts`; did you mean `accounts`?",
        ),
        (
            "organization:\n  accounts: [12345]",
            "2:14: `12345` is no account id: it takes 12 digits",
        ),
        (
            "organization: {trusted_accounts: {abc: x}}",
            "`abc` is no account id: it takes 12 digits",
        ),
        (
            "organization: {id: a1b2c3d4e5}",
            "1:20: `a1b2c3d4e5` is no organisation id: it is `o-` and 10 to 32 of a-z and 0-9",
        ),
        (
            "organization: {regions: [us-east-1, us-east1]}",
            "1:37: `us-east1` is no region",
        ),
        (
            "organization: {networks: {cidrs: [10.0.0.0/33]}}",
            "1:35: `10.0.0.0/33` is no address range in CIDR form",
        ),
        (
            "target: {region: us-gov-west-1, partition: aws}",
            "1:44: `us-gov-west-1` is in partition `aws-us-gov`, not in `aws`",
        ),
        ("target: {region: nowhere}", "1:18: `nowhere` is no region"),
        (
            "profile: basline",
            "1:10: `basline` cannot stand here; did you mean `baseline`?",
        ),
        (
            "guardrails:\n  x: {sevrity: low}",
            "2:7: unknown key `sevrity`; did you mean `severity`?",
        ),
        (
            "guardrails: {x: of}",
            "1:17: `of` is neither `off` nor `on`",
        ),
        (
            "guardrails: {x: {block_from: soon}}",
            "1:30: `soon` is no day: write it as 2027-01-31",
        ),
        (
            "waivers:\n  - {guardrail: x, resource: y}",
            "2:5: `reason` is missing",
        ),
        (
            "waivers:\n  - {guardrail: x, reason: y}",
            "2:5: a waiver names a `resource` or a `path`; to do without a guardrail, turn it off under `guardrails`",
        ),
        (
            "overrides:\n  - match: {}\n    guardrails: {}",
            "2:12: an override matches `accounts`, `regions` or `paths`",
        ),
        (
            "organizations:\n  - {id: o-a1b2c3d4e5}\n  - {id: o-a1b2c3d4e6}",
            "3:5: another organisation is for the same partition",
        ),
        (
            "profile: strict\nprofile: strict",
            "2:1: key `profile` stands twice",
        ),
    ] {
        let found = read(text).unwrap_err();
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].contains(want), "{text}\n{}\n{want}", found[0]);
    }
}

#[test]
fn accounts_can_come_from_what_aws_prints() {
    let directory = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(directory.path().join("accounts.json"), text).unwrap();
    let load = || {
        let text = "organization: {accounts: [000000000009], accounts_file: accounts.json}";
        read_in(directory.path(), text)
    };
    write(
        r#"{"Accounts": [{"Id": "000000000001", "Status": "ACTIVE"}, {"Id": "000000000002", "Status": "SUSPENDED"},
            {"Id": "000000000003", "State": "ACTIVE"}, {"Id": "000000000004", "State": "CLOSED", "Status": "SUSPENDED"}]}"#,
    );
    let config = load().unwrap();
    let accounts: Vec<String> = config.organizations[0]
        .accounts
        .iter()
        .flat_map(|a| a.iter().cloned())
        .collect();
    assert_eq!(accounts, ["000000000001", "000000000003", "000000000009"]);
    for (text, want) in [
        (r#"{"Accounts": [], "NextToken": "x"}"#, "only a part"),
        (r#"{"Accounts": [{"Id": "1"}]}"#, "without an account id"),
        ("{", "is not JSON"),
        (r#"{"a": 1}"#, "no list of accounts"),
    ] {
        write(text);
        let found = load().unwrap_err();
        assert!(
            found[0].starts_with("1:57: ") && found[0].contains(want),
            "{found:?}"
        );
    }
}

#[test]
fn a_registry_policy_is_read_from_its_file() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("policy.json"), "{}").unwrap();
    let config = read_in(
        directory.path(),
        "existing: {registry: {policy: policy.json}}",
    )
    .unwrap();
    assert_eq!(config.existing.registry_policy.unwrap().0, "{}");
    let missing = read_in(directory.path(), "existing: {registry: {policy: p.json}}").unwrap_err();
    assert!(missing[0].starts_with("1:31: cannot read"), "{missing:?}");
}

#[test]
fn the_nearest_config_is_found_upward() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    let deep = root.join("a/b");
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("main.tf"), "").unwrap();
    std::fs::write(root.join(NAME), "").unwrap();
    assert_eq!(find(&deep), Some(root.join(NAME)));
    assert_eq!(find(&deep.join("main.tf")), Some(root.join(NAME)));
    std::fs::write(root.join("a").join(NAME), "").unwrap();
    assert_eq!(find(&deep), Some(root.join("a").join(NAME)));
    assert_eq!(find(&root.join("nowhere")), None);
}

mod soup {
    use super::*;
    use proptest::prelude::*;

    /// Pieces of a config in any order.
    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "organization:",
            "accounts:",
            "[",
            "]",
            "{",
            "}",
            ",",
            " ",
            "\n",
            "\n  ",
            "- ",
            ": ",
            "012345678901",
            "target:",
            "region:",
            "us-east-1",
            "guardrails:",
            "x",
            "off",
            "waivers:",
            "guardrail:",
            "resource:",
            "reason:",
            "until:",
            "2027-01-31",
            "accepts:",
            "'*'",
            "&a",
            "*a",
            "<<:",
            "!!str",
            "\"",
            "'",
            "#",
            "é",
            "\t",
            "null",
            "|",
            ">",
            "\r\n",
            "\u{feff}",
            "1e400",
            "networks:",
            "cidrs:",
            "10.0.0.0/8",
            "id:",
            "o-a1b2c3d4e5",
        ]);
        prop::collection::vec(piece, 0..20).prop_map(|p| p.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        /// No text makes the reader panic, and every mistake has a place in the text.
        #[test]
        fn any_text_is_read_or_refused(text in pieces(), raw in "\\PC{0,40}") {
            for text in [text, raw] {
                let files = Files::default();
                let read = Config::parse(&files, "ecr-guard.yaml", &text, Path::new("/nowhere"));
                for error in read.err().into_iter().flatten() {
                    let span = error.span.unwrap();
                    prop_assert!(span.end as usize <= text.len(), "{:?}", error);
                }
            }
        }
    }
}
