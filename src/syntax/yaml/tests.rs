use super::*;
use crate::diagnostic::Level;
use crate::syntax::scalar::Scalars;
use crate::value::Part;
use proptest::prelude::*;

fn read(text: &str) -> (Files, Vec<Tree>, Vec<Diagnostic>) {
    let files = Files::default();
    let id = files.add("a.yaml", text);
    let (documents, diagnostics) = parse(&files, id);
    (files, documents, diagnostics)
}

fn one(text: &str) -> (Files, Tree) {
    let (files, mut documents, diagnostics) = read(text);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(documents.len(), 1);
    (files, documents.remove(0))
}

/// Where a part of a scalar's decoded text stands in the source.
fn place(files: &Files, tree: &Tree, part: &str) -> String {
    let Node::Scalar { text, .. } = &tree.node else {
        panic!("a scalar")
    };
    let [Part::Lit(lit)] = text.parts() else {
        panic!("one literal")
    };
    let start = lit.text.find(part).unwrap();
    files.text(lit.span(start, start + part.len()).unwrap())
}

#[test]
fn nodes_and_tags_know_their_places() {
    let (files, tree) = one("a: !Sub 'x'\nb:\n  - 1\n  - {c: [d]}\ne:\n");
    let text = |t: &Tree| files.text(t.span);
    let a = tree.get("a").unwrap();
    assert_eq!(text(a), "'x'");
    assert_eq!(files.text(a.full_span()), "!Sub 'x'");
    assert_eq!(&*a.tag.as_ref().unwrap().name, "!Sub");
    assert_eq!(text(tree.get("b").unwrap()), "- 1\n  - {c: [d]}");
    assert_eq!(text(&tree.get("b").unwrap().items()[1]), "{c: [d]}");
    assert!(tree.get("e").unwrap().is_null(Scalars::Core));
    assert_eq!(files.location(tree.entry("e").unwrap().0.span).line, 5);
}

#[test]
fn characters_of_every_style_know_their_places() {
    let (files, tree) = one(concat!(
        "lit: |\n  one\n    two\n\n  thrée\n",
        "fold: >-\n  some\n  folded\n\n  text\n    more\n  end\n",
        "dq: \"q \\\"x\\\" \\u00e9 \\\n     cont\n     fold\"\n",
        "sq: 'it''s\n  here'\n",
        "plain: some\n  more\n",
    ));
    for (key, part) in [
        ("lit", "one"),
        ("lit", "two"),
        ("lit", "thrée"),
        ("fold", "some"),
        ("fold", "folded"),
        ("fold", "text"),
        ("fold", "more"),
        ("fold", "end"),
        ("dq", "q "),
        ("dq", "x"),
        ("dq", "cont"),
        ("dq", "fold"),
        ("sq", "it"),
        ("sq", "here"),
        ("plain", "more"),
    ] {
        assert_eq!(
            place(&files, tree.get(key).unwrap(), part),
            part,
            "{key} {part}"
        );
    }
    assert_eq!(place(&files, tree.get("dq").unwrap(), "é"), "\\u00e9");
    assert_eq!(place(&files, tree.get("sq").unwrap(), "'"), "''");
    assert_eq!(
        place(&files, tree.get("lit").unwrap(), "  two").trim(),
        "two"
    );
}

#[test]
fn carriage_returns_and_the_byte_order_mark_shift_nothing() {
    let (files, tree) = one("\u{feff}a: b\r\nc: |\r\n  one\r\n  two\r\nd: 'x\r\n  y'\r\n");
    assert_eq!(place(&files, tree.get("c").unwrap(), "two"), "two");
    assert_eq!(tree.get("c").unwrap().str(), Some("one\ntwo\n"));
    assert_eq!(place(&files, tree.get("d").unwrap(), "y"), "y");
    let at = files.location(tree.entry("a").unwrap().0.span);
    assert_eq!((at.line, at.column), (1, 1));
}

#[test]
fn the_last_of_two_keys_counts_and_both_are_told() {
    let (files, documents, diagnostics) = read("a: 1\nb: 2\na: 3\n");
    assert_eq!(documents[0].get("a").unwrap().str(), Some("3"));
    assert_eq!(diagnostics[0].code, "duplicate-key");
    assert_eq!(files.location(diagnostics[0].span.unwrap()).line, 3);
    assert_eq!(files.location(diagnostics[0].related[0].1).line, 1);
}

#[test]
fn aliases_and_merge_keys_are_followed_and_told() {
    let (files, documents, diagnostics) =
        read("a: &x {k: 1, l: 2}\nb: *x\nc:\n  <<: [*x, {m: 4, k: 9}]\n  l: 3\n");
    let tree = &documents[0];
    assert_eq!(tree.get("b").unwrap().get("k").unwrap().str(), Some("1"));
    let c = tree.get("c").unwrap();
    let of = |key| c.get(key).and_then(Tree::str);
    assert_eq!(
        (of("k"), of("l"), of("m")),
        (Some("1"), Some("3"), Some("4"))
    );
    assert!(c.get("<<").is_none());
    assert!(diagnostics.iter().all(|d| d.level == Level::Warning));
    assert_eq!(diagnostics.len(), 2);
    let value = tree.to_value(Scalars::Core);
    let k = value.get("c").unwrap().get("k").unwrap();
    assert_eq!(files.location(k.place.primary()).line, 4);
    assert_eq!(files.location(k.place.span).line, 1);
}

#[test]
fn hostile_documents_end_with_a_diagnostic() {
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let inner = vec![format!("*a{}", i - 1); 10].join(", ");
        laughs.push_str(&format!("a{i}: &a{i} [{inner}]\n"));
    }
    let deep = "[".repeat(100_000);
    let block: String = (0..2000)
        .map(|i| format!("{}a:\n", " ".repeat(i)))
        .collect();
    let nested: String = (0..60)
        .map(|i| format!("n{i}: &n{i} [[[[*n{}]]]]\n", i - 1))
        .collect::<String>()
        .replace("*n-1", "x");
    for (text, code) in [
        (laughs.as_str(), "yaml-alias-limit"),
        (&deep, "yaml-depth"),
        (&block, "yaml-depth"),
        (&nested, "yaml-depth"),
        ("a: &a [*a]", "yaml-alias"),
        ("a: *b", "yaml-syntax"),
        ("a: b: c", "yaml-syntax"),
        ("a:\n\t- b", "yaml-syntax"),
        ("? {a: b}\n: c\n", "yaml-key"),
        ("<<: 1\n", "yaml-merge"),
    ] {
        let (_, _, diagnostics) = read(text);
        let error = diagnostics.iter().find(|d| d.level == Level::Error);
        assert_eq!(error.map(|d| d.code), Some(code), "{:.40}", text);
        assert!(error.unwrap().span.is_some());
    }
}

#[test]
fn documents_before_a_syntax_error_are_kept() {
    let (_, documents, diagnostics) = read("a: 1\n---\nb: 2\n---\n]\n");
    assert_eq!((documents.len(), diagnostics.len()), (2, 1));
    assert!(read("").1.is_empty());
    assert!(read("# nothing\n").1.is_empty());
}

/// Every byte-for-byte segment of a scalar stands where the source says the same.
fn check_maps(files: &Files, tree: &Tree) -> Result<(), TestCaseError> {
    if let Node::Scalar { text, .. } = &tree.node {
        for part in text.parts() {
            let Part::Lit(lit) = part else { continue };
            for (i, (from, span)) in lit.map.iter().enumerate() {
                let to = lit
                    .map
                    .get(i + 1)
                    .map_or(lit.text.len(), |(o, _)| *o as usize);
                let own = lit.text.get(*from as usize..to).unwrap();
                let span = span.unwrap();
                let there = files.text(span);
                let blank = own.trim_matches([' ', '\n']).is_empty();
                if span.len() == own.len() && !blank {
                    prop_assert_eq!(own, there);
                }
            }
        }
    }
    for child in tree.items() {
        check_maps(files, child)?;
    }
    for (key, value) in tree.entries() {
        check_maps(files, key)?;
        check_maps(files, value)?;
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_ends_well_and_maps_are_true(
        text in r#"(a|: |\n|\n  |\n    |- |"|'|''|\\n|\\\n|\\u00e9|é|\||>|>-|\{|\}|\[|\]|, |&x |\*x|<<|!T |\r\n|\t|x y|#){0,24}"#
    ) {
        let (files, documents, _) = read(&text);
        for tree in &documents {
            check_maps(&files, tree)?;
            let _ = (tree.to_value(Scalars::Yaml11), tree.to_json());
        }
    }

    #[test]
    fn block_scalars_align(
        lines in proptest::collection::vec(r"( {0,3}[a-z]{1,3}( [a-z])?)?", 1..6),
        style in "[|>][-+]?",
    ) {
        let body: String = lines.iter().map(|l| format!("  {l}\n")).collect();
        let (files, documents, _) = read(&format!("k: {style}2\n{body}z: 1\n"));
        for tree in &documents {
            check_maps(&files, tree)?;
            let Some(tree) = tree.get("k") else { continue };
            for word in lines.iter().flat_map(|l| l.split_whitespace()) {
                prop_assert_eq!(place(&files, tree, word), word);
            }
        }
    }
}

#[test]
fn what_is_wrong_is_said_in_the_words_of_whoever_wrote_it() {
    let cases = [
        ("a: \u{0}", "the character U+0000 cannot stand here"),
        ("a: @b", "a text cannot begin with `@`: put it in quotes"),
        ("a: [1, 2", "`[` is not closed"),
        ("a: {b: 1", "`{` is not closed"),
        ("a: [1}", "`[` is closed by `}`"),
        ("a: ]", "this bracket closes nothing"),
        ("a:\n\tb: 1", "a tab cannot indent: use spaces"),
        ("a: \"b", "the quotes are not closed"),
        ("a: \"\\q\"", "there is no such escape"),
        (
            "a: b: c",
            "`:` cannot stand here: put the text in quotes, or indent it as a value",
        ),
        ("a: *b", "this alias names no anchor above"),
        (
            "a: 1\n b: 2",
            "`:` cannot stand here: put the text in quotes, or indent it as a value",
        ),
        (
            "a: 1\nb\nc: 2",
            "this line is neither a key with `:` nor part of the value above",
        ),
        (
            "a:\n  - 1\n b: 2",
            "expected a key with `:`, indented like the keys above",
        ),
        (
            "- 1\n b: 2\n- 3",
            "`:` cannot stand here: put the text in quotes, or indent it as a value",
        ),
        ("a: 'b' c", "nothing can follow the closing quote"),
        ("a: | b\n  c", "nothing can follow `|` or `>` on its line"),
    ];
    for (text, message) in cases {
        let (_, _, diagnostics) = read(text);
        let said: Vec<&str> = diagnostics.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(said, [message], "{text:?}");
    }
}

proptest! {
    #[test]
    fn every_fault_has_words_of_its_own(text in "[ab:{}\\[\\],'\"&*!%@|>#\\-? \\n\\t]{0,24}") {
        let (_, _, diagnostics) = read(&text);
        for diagnostic in diagnostics {
            let said = diagnostic.message;
            prop_assert!(said != "this is no YAML" && !said.contains("scanning"), "{text:?}: {said}");
        }
    }
}
