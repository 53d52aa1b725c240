//! Pull-through cache rules.
//! Sources: AWS::ECR::PullThroughCacheRule; Terraform's aws_ecr_pull_through_cache_rule; the ECR user guide's table of
//! upstream registries.

use super::host::{EcrHost, ecr, normal};
use super::symbols::{first_unknown, text_of};
use super::{Default, Field, Kind, Shape, glob};
use crate::value::{Kind as ValueKind, Text, Unknown, Value};

/// The kinds of this room.
pub const KINDS: &[Kind] = &[Kind {
    name: "pull_through_rule",
    terraform: &["aws_ecr_pull_through_cache_rule"],
    cloudformation: &["AWS::ECR::PullThroughCacheRule"],
    fields: RULE,
}];

const RULE: &[Field] = &[
    Field::new(
        "prefix",
        Shape::Text,
        ["ecr_repository_prefix", "EcrRepositoryPrefix"],
        Default::Null,
        "the prefix of the repositories that it makes",
    ),
    Field::new(
        "upstream_url",
        Shape::Text,
        ["upstream_registry_url", "UpstreamRegistryUrl"],
        Default::Null,
        "the upstream's host",
    ),
    Field::new(
        "upstream_kind",
        Shape::Text,
        ["", "UpstreamRegistry"],
        Default::Null,
        "docker-hub, ecr, ecr-public, …",
    ),
    Field::new(
        "upstream_prefix",
        Shape::Text,
        ["upstream_repository_prefix", "UpstreamRepositoryPrefix"],
        Default::Null,
        "the prefix upstream",
    ),
    Field::new(
        "credential",
        Shape::Text,
        ["credential_arn", "CredentialArn"],
        Default::Null,
        "the secret with the credentials",
    ),
    Field::new(
        "role",
        Shape::Text,
        ["custom_role_arn", "CustomRoleArn"],
        Default::Null,
        "the role for an ECR upstream in another account",
    ),
];

/// The upstream registries that ECR knows: CloudFormation's name, the host (a pattern where each customer has an own one),
/// and whether it needs credentials.
const UPSTREAMS: &[(&str, &str, bool)] = &[
    ("ecr-public", "public.ecr.aws", false),
    ("k8s", "registry.k8s.io", false),
    ("quay", "quay.io", false),
    ("docker-hub", "registry-1.docker.io", true),
    ("github-container-registry", "ghcr.io", true),
    ("gitlab-container-registry", "registry.gitlab.com", true),
    ("azure-container-registry", "*.azurecr.io", true),
    ("chainguard", "cgr.dev", true),
];

/// Other names of Docker Hub that people list.
const DOCKER_HUB: &[&str] = &["docker.io", "index.docker.io", "hub.docker.com"];

/// The upstream of a pull-through cache rule.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// Its host in lower case, without scheme and path, at the place where it is written.
    pub host: Value,
    /// CloudFormation's name of its kind, where that follows from what is known.
    pub kind: Option<String>,
    /// Account, region and partition of an ECR upstream.
    pub ecr: Option<EcrHost>,
}

impl Upstream {
    /// Whether ECR takes it with credentials only; `None`: its kind is not known. An ECR upstream needs a role where it is
    /// of another account, which is not told here.
    pub fn needs_credentials(&self) -> Option<bool> {
        let kind = self.kind.as_deref()?;
        let row = UPSTREAMS.iter().find(|(name, ..)| *name == kind);
        row.map(|(.., needs)| *needs)
    }
}

/// The upstream that a rule's URL and kind name (our `upstream_url` and `upstream_kind`): the kind implies the host where no
/// URL is written.
pub fn upstream(url: &Value, kind: &Value) -> Upstream {
    let named = kind.as_str().map(str::to_ascii_lowercase);
    let host = if url.is_null() {
        host_of_kind(kind, named.as_deref())
    } else {
        match text_of(url) {
            Some(text) => with_text(url, normal(&text)),
            None => url.clone(),
        }
    };
    let text = text_of(&host).unwrap_or_default();
    let ecr = ecr(&text);
    let kind = match &ecr {
        Some(_) => Some("ecr".to_owned()),
        None => kind_of_host(&text).map(str::to_owned).or(named),
    };
    Upstream { host, kind, ecr }
}

fn host_of_kind(kind: &Value, name: Option<&str>) -> Value {
    let implied = UPSTREAMS.iter().find(|(k, ..)| Some(*k) == name);
    match implied {
        Some((_, host, _)) if !host.contains('*') => with_text(kind, Text::plain(*host)),
        _ => {
            let unknown = first_unknown(kind).map_or_else(
                || Unknown::because("the rule names no upstream URL"),
                |u| (*u).clone(),
            );
            Value {
                place: kind.place.clone(),
                ..Value::unknown(unknown, kind.place.span)
            }
        }
    }
}

fn with_text(at: &Value, text: Text) -> Value {
    let whole = match text.parts() {
        [crate::value::Part::Hole(hole)] => Some(ValueKind::Unknown(hole.clone())),
        _ => None,
    };
    Value {
        kind: whole.unwrap_or(ValueKind::String(text)),
        ..at.clone()
    }
}

fn kind_of_host(host: &Text) -> Option<&'static str> {
    let row = UPSTREAMS
        .iter()
        .find(|(_, pattern, _)| glob::matches(pattern, host) == Some(true));
    row.map(|(kind, ..)| *kind)
}

/// Whether a list of allowed upstreams allows a host; `None`: that hangs on an unknown part. An entry is a host, a pattern
/// with `*`, or CloudFormation's name of a kind; one with a path allows nothing, as a rule is not held to it.
pub fn allowed(host: &Value, list: &[String]) -> Option<bool> {
    let Some(text) = text_of(host) else {
        return Some(false);
    };
    let text = canonical(normal(&text));
    let mut verdict = Some(false);
    for entry in list {
        for pattern in patterns(entry) {
            match glob::matches(&pattern, &text) {
                Some(true) => return Some(true),
                None => verdict = None,
                Some(false) => {}
            }
        }
    }
    verdict
}

fn canonical(host: Text) -> Text {
    match host.known() {
        Some(known) if DOCKER_HUB.contains(&known) => Text::plain("registry-1.docker.io"),
        _ => host,
    }
}

/// The patterns of hosts that an entry stands for.
fn patterns(entry: &str) -> Vec<String> {
    let entry = entry.trim().to_ascii_lowercase();
    let bare = (entry
        .strip_prefix("https://")
        .or(entry.strip_prefix("http://")))
    .unwrap_or(&entry);
    let bare = bare.trim_end_matches('/');
    if bare == "ecr" {
        return vec![
            "*.dkr.ecr.*".into(),
            "*.dkr.ecr-fips.*".into(),
            "*.dkr-ecr.*".into(),
        ];
    }
    let kind = UPSTREAMS.iter().find(|(kind, ..)| *kind == bare);
    match kind {
        Some((_, host, _)) => vec![(*host).to_owned()],
        None if DOCKER_HUB.contains(&bare) => vec!["registry-1.docker.io".into()],
        None => vec![bare.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::testing::{shown, value};

    #[test]
    fn a_url_or_a_kind_names_the_upstream() {
        let cases = [
            (
                "public.ecr.aws",
                "null",
                "public.ecr.aws",
                Some("ecr-public"),
            ),
            ("https://Quay.io/", "null", "quay.io", Some("quay")),
            (
                "null",
                "docker-hub",
                "registry-1.docker.io",
                Some("docker-hub"),
            ),
            (
                "null",
                "github-container-registry",
                "ghcr.io",
                Some("github-container-registry"),
            ),
            (
                "team.azurecr.io",
                "null",
                "team.azurecr.io",
                Some("azure-container-registry"),
            ),
            ("example.org", "null", "example.org", None),
            ("example.org", "quay", "example.org", Some("quay")),
            ("${x}", "null", "${x}", None),
            ("null", "${x}", "${x}", None),
            (
                "${account}.dkr.ecr.${region}.amazonaws.com",
                "ecr",
                "${account}.dkr.ecr.${region}.amazonaws.com",
                Some("ecr"),
            ),
        ];
        for (url, kind, host, expected) in cases {
            let upstream = upstream(&value(url), &value(kind));
            assert_eq!(
                shown(&text_of(&upstream.host).unwrap()),
                host,
                "{url} {kind}"
            );
            assert_eq!(upstream.kind.as_deref(), expected, "{url} {kind}");
        }
    }

    #[test]
    fn an_upstream_without_url_or_with_a_name_of_its_own_is_unknown() {
        for kind in ["null", "ecr", "azure-container-registry", "other"] {
            let upstream = upstream(&value("null"), &value(kind));
            let reason = &upstream.host.as_unknown().unwrap().reason;
            assert_eq!(&**reason, "the rule names no upstream URL", "{kind}");
        }
    }

    #[test]
    fn the_account_of_an_ecr_upstream_is_read() {
        let host = "210987654321.dkr.ecr.eu-west-1.amazonaws.com";
        let upstream = upstream(&value(host), &value("null"));
        let ecr = upstream.ecr.unwrap();
        assert_eq!(ecr.account.id(), Some("210987654321"));
        assert_eq!(ecr.partition, Some("aws"));
    }

    #[test]
    fn credentials_follow_from_the_kind() {
        let needs = |url: &str| upstream(&value(url), &value("null")).needs_credentials();
        assert_eq!(needs("ghcr.io"), Some(true));
        assert_eq!(needs("quay.io"), Some(false));
        assert_eq!(needs("example.org"), None);
    }

    #[test]
    fn hosts_are_allowed_exactly_or_by_a_pattern() {
        let cases = [
            ("ghcr.io", &["ghcr.io"][..], Some(true)),
            ("ghcr.io", &["GHCR.io/"], Some(true)),
            ("ghcr.io", &["quay.io"], Some(false)),
            ("ghcr.io", &["hcr.io", "ghcr.io.evil.example"], Some(false)),
            ("ghcr.io", &["ghcr.io/team"], Some(false)),
            ("ghcr.io", &["github-container-registry"], Some(true)),
            ("registry-1.docker.io", &["docker.io"], Some(true)),
            ("registry-1.docker.io", &["docker-hub"], Some(true)),
            ("docker.io", &["registry-1.docker.io"], Some(true)),
            ("a.azurecr.io", &["*.azurecr.io"], Some(true)),
            ("a.azurecr.io.evil.example", &["*.azurecr.io"], Some(false)),
            ("a.azurecr.io", &["azure-container-registry"], Some(true)),
            ("1.dkr.ecr.us-east-1.amazonaws.com", &["ecr"], Some(true)),
            ("${x}", &["*"], Some(true)),
            ("${x}", &["quay.io"], None),
            ("${x}.azurecr.io", &["*.azurecr.io"], Some(true)),
            ("${x}.azurecr.io", &["quay.io"], Some(false)),
            ("${x}", &[], Some(false)),
        ];
        for (host, list, expected) in cases {
            let list: Vec<String> = list.iter().map(|s| (*s).to_owned()).collect();
            assert_eq!(allowed(&value(host), &list), expected, "{host} {list:?}");
        }
    }
}
