use super::*;
use crate::resource::testing::{shown, value};
use proptest::prelude::*;

const SHA: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn said(template: &str) -> String {
    let part = |p: &Part| match p {
        Part::Known(t) => t.clone(),
        Part::Partial(t) => shown(t),
        Part::Absent => "-".into(),
        Part::Unknown(_) => "?".into(),
    };
    match parse(&value(template)) {
        Err(why) => why,
        Ok(image) => {
            let registry = match &image.registry {
                Registry::Default => "-".into(),
                Registry::Named(host) => shown(host),
                Registry::Unknown(_) => "?".into(),
            };
            let (repository, tag) = (shown(&image.repository), part(&image.tag));
            format!("{registry} {repository} {tag} {}", part(&image.digest))
        }
    }
}

#[test]
fn a_reference_has_four_parts() {
    let pinned = format!("a/b:1@{SHA}");
    let digest = format!("- a/b 1 {SHA}");
    let only = format!("quay.io/a@{SHA}");
    let only_digest = format!("quay.io a - {SHA}");
    let open = format!("${{x}}@{SHA}");
    let open_digest = format!("?  ? {SHA}");
    let cases = [
        ("nginx", "- nginx - -"),
        ("nginx:latest", "- nginx latest -"),
        ("a/b:1.2", "- a/b 1.2 -"),
        ("localhost/a", "localhost a - -"),
        ("host:5000/a/b", "host:5000 a/b - -"),
        ("host:5000/a/b:v1", "host:5000 a/b v1 -"),
        ("quay.io/a/b:v1", "quay.io a/b v1 -"),
        (&pinned, &digest),
        (&only, &only_digest),
        (&open, &open_digest),
        ("${x}", "?  ? ?"),
        ("${x}:latest", "?  latest -"),
        ("${x}/a:latest", "? a latest -"),
        ("a:${x}", "- a ? ?"),
        ("a:v${x}", "- a v${x} ?"),
        ("a:8${x}", "- a ? ?"),
        ("a/b:8${x}", "- a/b 8${x} ?"),
        ("a/b:${x}-b${y}c", "- a/b ${x}-b${y} ?"),
        ("a/b:${x}-b", "- a/b ${x}-b ?"),
        ("a/b:v${x}b", "- a/b v${x} ?"),
        ("a:${x}-b", "- a ? ?"),
        ("a@${x}", "- a - ${x}"),
        ("a:1@sha256:${x}", "- a 1 sha256:${x}"),
        ("a:${region}", "- a ? -"),
        ("a${x}", "?  ? ?"),
        ("${repository_url}", "?  - -"),
        ("${repository_url}:latest", "?  latest -"),
        ("${repository_url}:${x}", "?  ? ?"),
        ("${repository_url}-dev", "?  - -"),
        (
            "${account}.dkr.ecr.${region}.amazonaws.com/a:1",
            "${account}.dkr.ecr.${region}.amazonaws.com a 1 -",
        ),
        ("", "it is empty"),
        ("a b", "` ` is not allowed in the reference of an image"),
        ("a:", "`` is no tag"),
        ("a:b/c", "the port of its registry is no number"),
        ("a:/c", "the port of its registry is no number"),
        ("a:${x}/c", "a:${x} c - -"),
        ("A/b", "A b - -"),
        (
            "a/B",
            "its repository breaks the grammar of image references",
        ),
        (
            "a//b:1",
            "its repository breaks the grammar of image references",
        ),
        ("a:-x", "`-x` is no tag"),
        ("a@sha256:12", "`sha256:12` is no digest"),
    ];
    for (template, expected) in cases {
        assert_eq!(said(template), expected, "{template}");
    }
}

proptest! {
    #[test]
    fn no_reference_is_too_odd(text in ".{0,40}") {
        let _ = parse(&value(&text.replace('$', "")));
    }

    #[test]
    fn a_hole_never_decides_against_one_of_its_values(
        a in "([ab:/]{0,4}|a/b:l|a:l|a/b:8|a:8|a/b:|a@)",
        x in "([ab:/.]{0,4}|latest|:latest|atest|0/a|atest@sha256:[0-9a-f]{32}|sha256:[0-9a-f]{32})",
        b in "(:latest|:1|-1|[ab:/]{0,3})",
    ) {
        let Ok(part) = parse(&value(&format!("{a}${{x}}{b}"))) else { return Ok(()) };
        let Ok(whole) = parse(&value(&format!("{a}{x}{b}"))) else { return Ok(()) };
        for (part, whole) in [(&part.tag, &whole.tag), (&part.digest, &whole.digest)] {
            match (part, whole) {
                (Part::Known(part), Part::Known(whole)) => prop_assert_eq!(part, whole),
                (Part::Partial(part), Part::Known(whole)) => {
                    let shown = shown(part);
                    let (begin, end) = shown.split_once("${x}").unwrap();
                    prop_assert!(whole.starts_with(begin) && whole.ends_with(end), "{} {}", shown, whole);
                }
                (Part::Absent, Part::Absent) | (Part::Unknown(_), _) => {}
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }
}
