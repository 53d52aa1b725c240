use super::*;
use proptest::prelude::*;

fn glob(text: &str, wild: bool, variables: bool) -> Glob {
    let style = Style {
        wild,
        fold: false,
        variables,
    };
    Glob::of(&Text::plain(text), style, &Binding::default())
}

fn context(facts: &[(&str, &str)]) -> Context {
    Context {
        facts: (facts.iter())
            .map(|(k, v)| ((*k).to_owned(), Fact::One((*v).to_owned())))
            .collect(),
        view: View::default(),
    }
}

#[test]
fn resources_keep_inner_wildcards_in_their_segment() {
    let fits = |p: &str, v: &str| {
        Glob::resource(&Text::plain(p), true, &Binding::default()).fits(v, &Context::default())
    };
    let app = "arn:aws:ecr:us-east-1:111122223333:repository/app";
    for (pattern, expected) in [
        ("*", Tri::True),
        ("arn:aws:ecr:*:repository/app", Tri::True),
        ("arn:aws:ecr:*:111122223333:repository/*", Tri::True),
        ("arn:aws:ecr:us-*:111122223333:repository/a?p", Tri::True),
        (
            "arn:aws:ecr:US-EAST-1:111122223333:repository/app",
            Tri::False,
        ),
        ("arn:aws:ecr:us*1:repository/app", Tri::False),
        (
            "arn:aws:ecr:us-east-1:111122223333:repository/ap",
            Tri::False,
        ),
    ] {
        assert_eq!(fits(pattern, app), expected, "{pattern}");
    }
}

#[test]
fn arn_operators_match_component_by_component() {
    let role = "arn:aws:iam::111122223333:role/ci";
    for (pattern, expected) in [
        ("arn:aws:iam::*:role/ci", Tri::True),
        ("arn:aws:iam::111122223333:*", Tri::True),
        ("arn:*:role/ci", Tri::False),
        ("*", Tri::False),
        ("arn:aws:iam::1111????3333:role/c?", Tri::True),
    ] {
        let g = glob(pattern, true, true);
        assert_eq!(g.fits_arn(role, &Context::default()), expected, "{pattern}");
    }
}

#[test]
fn variables_are_literal_text_once_filled_in() {
    let ctx = context(&[("aws:principaltag/team", "a*")]);
    let fits = |p: &str, v: &str| glob(p, true, true).fits(v, &ctx);
    assert_eq!(fits("x-${aws:PrincipalTag/Team}", "x-a*"), Tri::True);
    assert_eq!(fits("x-${aws:PrincipalTag/team}", "x-ab"), Tri::False);
    assert_eq!(fits("${aws:username, 'none'}", "none"), Tri::True);
    assert_eq!(fits("${aws:username}", ""), Tri::False);
    assert_eq!(fits("o-${*}${?}${$}", "o-*?$"), Tri::True);
    assert_eq!(fits("o-${*}", "o-x"), Tri::False);
    let folded = Style {
        fold: true,
        variables: true,
        ..Style::default()
    };
    for text in ["${aws:PrincipalTag/Team}", "${aws:username, 'A*'}"] {
        let mut glob = Glob::of(&Text::plain(text), folded, &Binding::default());
        assert_eq!(glob.fits("A*", &ctx), Tri::True, "{text}");
        glob.fix(&[("aws:principaltag/team".to_owned(), "a*".to_owned())].into());
        assert_eq!(glob.fits("A*", &ctx), Tri::True, "{text}");
    }
    assert_eq!(
        glob("${aws:username}", true, false).literal(),
        Some("${aws:username}")
    );
}

#[test]
fn unknown_parts_decide_only_where_nothing_could_match() {
    let hole = Arc::new(Unknown::because("`var.x` has no value"));
    let text = Text::of([
        crate::value::Piece::Lit("arn:aws:iam::", None),
        crate::value::Piece::Hole(hole),
        crate::value::Piece::Lit(":root", None),
    ]);
    let g = Glob::of(&text, Style::default(), &Binding::default());
    let ctx = Context::default();
    assert_eq!(g.fits("arn:aws:iam::111122223333:root", &ctx), Tri::Unknown);
    assert_eq!(g.fits("arn:aws:iam::111122223333:user/a", &ctx), Tri::False);
    let role = Arc::new(Unknown::because("no target").role(Role::Account));
    let owner = Binding {
        account: Some("111122223333".into()),
        ..Binding::default()
    };
    assert_eq!(
        known(&Text::hole(role), &owner).as_deref(),
        Some("111122223333")
    );
}

/// A matcher by brute force: tries every length for every `*`.
fn brute(p: &[char], v: &[char]) -> bool {
    match p.split_first() {
        None => v.is_empty(),
        Some(('*', rest)) => (0..=v.len()).any(|n| brute(rest, &v[n..])),
        Some((c, rest)) => v
            .split_first()
            .is_some_and(|(x, tail)| (*c == '?' || c == x) && brute(rest, tail)),
    }
}

proptest! {
    #[test]
    fn globs_match_as_by_brute_force(p in "[ab:*?]{0,8}", v in "[ab:]{0,8}") {
        let want = brute(&p.chars().collect::<Vec<_>>(), &v.chars().collect::<Vec<_>>());
        prop_assert_eq!(glob(&p, true, false).fits(&v, &Context::default()), Tri::from(want));
    }
}
