use super::*;
use crate::value::{Kind, Piece};
use proptest::prelude::*;

fn read(text: &str) -> (Files, FileId, Option<Tree>, Vec<Diagnostic>) {
    let files = Files::default();
    let id = files.add("a.json", text);
    let (tree, diagnostics) = parse(&files, id);
    (files, id, tree, diagnostics)
}

#[test]
fn nodes_know_their_places() {
    let (files, _, tree, diagnostics) = read("\u{feff}{\r\n \"a\": [1, \"x\\ny\"], \"é\": null}");
    assert!(diagnostics.is_empty());
    let tree = tree.unwrap();
    assert_eq!(files.text(tree.get("a").unwrap().span), "[1, \"x\\ny\"]");
    assert_eq!(files.text(tree.entry("é").unwrap().0.span), "\"é\"");
    let text = tree.get("a").unwrap().items()[1].to_value(Scalars::Json);
    assert_eq!(text.as_str(), Some("x\ny"));
    let Some(Part::Lit(lit)) = text.as_text().unwrap().parts().first().cloned() else {
        panic!("one literal")
    };
    assert_eq!(files.text(lit.span(2, 3).unwrap()), "y");
    assert_eq!(files.text(lit.span(1, 2).unwrap()), "\\n");
}

#[test]
fn problems_have_places() {
    for (text, message, at) in [
        ("{\"a\" 1}", "expected `:`, found `1`", "1"),
        ("[1,]", "expected a value, found `]`", "]"),
        ("[1 2]", "expected `,` or `]`, found `2`", "2"),
        ("{a: 1}", "expected a key in double quotes, found `a`", "a"),
        ("[tru]", "`tru` is no JSON value", "tru"),
        ("[01]", "`01` is no JSON value", "01"),
        ("1 é", "expected the end of the text, found `é`", "é"),
        ("[\"a", "the string does not end", ""),
        ("\"\\x\"", "no such escape sequence in JSON", "x"),
        ("", "expected a value, found the end of the text", ""),
    ] {
        let (files, _, tree, diagnostics) = read(text);
        assert!(tree.is_none(), "{text}");
        assert_eq!(diagnostics[0].message, message, "{text}");
        assert_eq!(files.text(diagnostics[0].span.unwrap()), at, "{text}");
    }
}

#[test]
fn the_last_of_two_keys_counts_and_both_are_told() {
    let (files, _, tree, diagnostics) = read(r#"{"a": 1, "b": 2, "a": 3}"#);
    assert_eq!(tree.unwrap().get("a").unwrap().str(), Some("3"));
    assert_eq!(diagnostics[0].code, "duplicate-key");
    assert_eq!(files.location(diagnostics[0].span.unwrap()).column, 18);
    assert_eq!(files.location(diagnostics[0].related[0].1).column, 2);
}

#[test]
fn deep_nesting_is_an_error_not_a_crash() {
    for n in [127, 128, 100_000] {
        let text = format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert_eq!(read(&text).2.is_some(), n == 127, "{n}");
    }
}

fn holed(parts: &[&str]) -> (Files, Text, Span) {
    let files = Files::default();
    let source = parts.join("${X}");
    let id = files.add("a.tf", source.clone());
    let mut at = 0;
    let mut pieces = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            pieces.push(Piece::Hole(Arc::new(Unknown::because("`X` has no value"))));
            at += 4;
        }
        let span = Span::new(id, at, at + part.len());
        pieces.push(Piece::Lit(part, Some(span)));
        at += part.len();
    }
    (files, Text::of(pieces), Span::new(id, 0, source.len()))
}

#[test]
fn holes_are_values_or_parts_of_strings() {
    let (files, text, all) = holed(&[
        r#"{"a": "arn:"#,
        r#":root", "b": "#,
        r#", "c": ["#,
        "0",
        r#"], "x"#,
        r#"y": 1, "z": true}"#,
    ]);
    let value = parse_text(&text, all).unwrap();
    let a = value.get("a").unwrap();
    assert_eq!(a.as_text().unwrap().known_prefix(), "arn:");
    assert_eq!(files.text(a.place.key.unwrap()), "\"a\"");
    let b = value.get("b").unwrap();
    assert_eq!(&*b.as_unknown().unwrap().reason, "`X` has no value");
    assert_eq!(files.text(b.place.span), "${X}");
    let c = value.get("c").unwrap();
    assert!(c.items()[0].as_unknown().is_some() && c.more().is_some());
    assert!(value.more().is_some(), "a key with a hole opens the object");
    assert!(matches!(value.get("z").unwrap().kind, Kind::Bool(true)));
}

#[test]
fn a_hole_elsewhere_leaves_it_open_whether_it_is_json() {
    for parts in [
        &["{", "}"] as &[&str],
        &["{\"a\"", "1}"],
        &["[1", "2]"],
        &["\"\\", "\""],
    ] {
        let (_, text, all) = holed(parts);
        let result = parse_text(&text, all);
        let opened = match &result {
            Ok(v) => !v.is_wholly_known(),
            Err(e) => e.hole.is_some(),
        };
        assert!(opened, "{parts:?} {result:?}");
    }
    let (_, text, all) = holed(&["{", "} x"]);
    assert!(parse_text(&text, all).is_err());
}

fn agrees(text: &str) -> Result<(), TestCaseError> {
    let theirs = serde_json::from_str::<serde_json::Value>(text);
    if let Err(e) = &theirs
        && e.to_string().starts_with("number out of range")
    {
        return Ok(());
    }
    let ours = read(text).2;
    prop_assert_eq!(ours.is_some(), theirs.is_ok(), "{}: {:?}", text, theirs);
    Ok(())
}

proptest! {
    #[test]
    fn accepts_what_serde_json_accepts(
        text in r#"([\[\]{},:" \\/0-9eE.+\-]|"[a-z\\"]{0,3}"|true|nul|null|-?[0-9.eE]{1,4}|\\u[0-9d][8c00ab]{2}[0f]|\n|é|"a":){0,14}"#
    ) {
        agrees(&text)?;
        agrees(&format!("[{text}]"))?;
        agrees(&format!("\"{text}\""))?;
        agrees(&format!("{{\"k\":{text}}}"))?;
    }
}
