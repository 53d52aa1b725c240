//! Functions over values of which a part is not known.

use super::*;

/// A text with a hole for the account.
pub(super) fn arn(files: &Files, suffix: &str) -> Value {
    let id = files.add("arn", "x");
    let span = Span::new(id, 0, 1);
    let hole = Arc::new(Unknown::because("the account is not known").role(Role::Account));
    let pieces = [
        Piece::Lit("arn:aws:iam::", None),
        Piece::Hole(hole),
        Piece::Lit(suffix, None),
    ];
    Value::new(Kind::String(Text::of(pieces)), span)
}

pub(super) fn spell(value: &Value) -> String {
    match &value.kind {
        Kind::String(t) => (t.parts().iter())
            .map(|p| match p {
                Part::Lit(l) => l.text.to_string(),
                Part::Hole(h) => format!("<{}>", h.role.map_or("?", |_| "role")),
            })
            .collect(),
        Kind::Bool(b) => b.to_string(),
        Kind::Unknown(_) => "?".to_owned(),
        Kind::Sequence { items, more, .. } => {
            let items: Vec<String> = items.iter().map(spell).collect();
            format!(
                "[{}]{}",
                items.join(" "),
                if more.is_some() { "+" } else { "" }
            )
        }
        Kind::Mapping { entries, .. } => entries
            .iter()
            .map(|(k, v)| format!("{k}={} ", spell(v)))
            .collect(),
        other => format!("{other:?}"),
    }
}

#[test]
fn holes_for_accounts_and_regions_are_seen_through() {
    let files = Files::default();
    let context = Context {
        files: &files,
        root: Path::new("."),
        shown: "",
        project: &Project::default(),
    };
    let one = arn(&files, ":root");
    let span = one.place.span;
    let t = |s: &str| Value::text(s, span);
    for (name, args, want) in [
        (
            "split",
            vec![t(":"), one.clone()],
            "[arn aws iam  <role> root]",
        ),
        ("split", vec![t("1"), one.clone()], "?"),
        (
            "replace",
            vec![one.clone(), t(":root"), t("")],
            "arn:aws:iam::<role>",
        ),
        ("replace", vec![one.clone(), t("1"), t("2")], "?"),
        (
            "trimsuffix",
            vec![one.clone(), t(":root")],
            "arn:aws:iam::<role>",
        ),
        (
            "trimprefix",
            vec![one.clone(), t("arn:")],
            "aws:iam::<role>:root",
        ),
        ("startswith", vec![one.clone(), t("arn:aws")], "true"),
        ("endswith", vec![one.clone(), t(":user")], "false"),
        (
            "lower",
            vec![arn(&files, ":ROOT")],
            "arn:aws:iam::<role>:root",
        ),
        ("upper", vec![one.clone()], "?"),
        (
            "coalesce",
            vec![t(""), one.clone()],
            "arn:aws:iam::<role>:root",
        ),
        (
            "compact",
            vec![Value::tuple(vec![t(""), one.clone()], span)],
            "[arn:aws:iam::<role>:root]",
        ),
        (
            "format",
            vec![t("%s/%s"), one.clone(), t("x")],
            "arn:aws:iam::<role>:root/x",
        ),
        (
            "join",
            vec![t(","), Value::tuple(vec![one.clone(), t("b")], span)],
            "arn:aws:iam::<role>:root,b",
        ),
        (
            "provider::aws::arn_parse",
            vec![one.clone()],
            "account_id=<role> partition=aws region= resource=root service=iam ",
        ),
        (
            "provider::aws::trim_iam_role_path",
            vec![arn(&files, ":role/a/b/c")],
            "arn:aws:iam::<role>:role/c",
        ),
    ] {
        let got = call(name, args, &context, span).unwrap();
        assert_eq!(spell(&got), want, "{name}");
    }
}

#[test]
fn what_unknown_collections_certainly_hold() {
    let files = Files::default();
    for (expr, want) in [
        ("concat([\"a\"], local.unk)", "[a]+"),
        ("flatten([[\"a\"], local.unk])", "[a]+"),
        ("compact([\"a\", local.unks])", "[a]+"),
        ("length(concat([\"a\"], local.unk))", "?"),
        ("contains(concat([\"a\"], local.unk), \"a\")", "true"),
        ("contains(concat([\"a\"], local.unk), \"b\")", "?"),
        ("element(concat([\"a\"], local.unk), 0)", "?"),
        ("merge({ a = \"x\" }, local.unk, { b = \"y\" })", "a=? b=y "),
        ("lookup(merge(local.unk, { b = \"y\" }), \"b\", \"z\")", "y"),
        ("lookup(merge(local.unk, { b = \"y\" }), \"c\", \"z\")", "?"),
        ("join(\",\", concat([\"a\"], local.unk))", "?"),
        ("keys(merge(local.unk, { b = \"y\" }))", "?"),
    ] {
        assert_eq!(spell(&fine(expr, &files)), want, "{expr}");
    }
}
