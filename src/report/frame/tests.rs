use super::*;

fn drawn(text: &str, marks: &[(usize, usize)]) -> String {
    let files = Files::default();
    let id = files.add("a.tf", text);
    let frame = Frame {
        word: Word::Error,
        id: Some("x".into()),
        title: "what\n::error::is wrong".into(),
        marks: (marks.iter())
            .map(|(start, end)| Mark {
                span: Span::new(id, *start, *end),
                label: Some("label".into()),
            })
            .collect(),
        notes: vec![("help", "do\nthis".into())],
    };
    frame.draw(&files, Look::PLAIN)
}

#[test]
fn a_title_is_one_line() {
    assert_eq!(
        drawn("", &[]),
        "error[x]: what ::error::is wrong\n |\n = help: do this\n"
    );
}

#[test]
fn a_long_span_is_underlined_in_its_first_line() {
    let text = "resource {\n".to_owned() + &"  a = 1\n".repeat(20) + "}\n";
    let out = drawn(&text, &[(0, text.len())]);
    assert!(
        out.contains("1 | resource {\n  | ^^^^^^^^^^ label\n"),
        "{out}"
    );
    assert!(!out.contains("a = 1"), "{out}");
}

#[test]
fn a_long_line_is_not_shown() {
    let text = format!("\n{{\"a\": \"{}\", \"b\": 1}}", "x".repeat(5000));
    let out = drawn(&text, &[(5010, 5013)]);
    assert!(out.contains("--> a.tf:2:5010\n"), "{out}");
    assert!(!out.contains("xxx"), "{out}");
    assert!(out.contains("= here: label"), "{out}");
}

#[test]
fn places_far_apart_are_two_excerpts() {
    let text = "a = 1\n".repeat(1000);
    let out = drawn(&text, &[(0, 1), (5994, 5995)]);
    assert!(out.contains("\n   1 | a = 1\n"), "{out}");
    assert!(out.contains("\n1000 | a = 1\n"), "{out}");
}

/// The drawing crate must never see a place outside what it is given.
#[test]
fn any_place_can_be_drawn() {
    for text in [
        "",
        "\n",
        "é",
        "\u{feff}",
        "\u{feff}é\r\n\r\nb",
        "a\rb\tc\u{0}\u{200b}\n",
        "a\n\n\n",
    ] {
        for start in 0..=text.len() + 2 {
            for end in start..=text.len() + 2 {
                let out = drawn(text, &[(start, end), (0, text.len()), (end, end)]);
                assert!(out.contains("--> a.tf:"), "{text:?} {start} {end}: {out}");
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_can_be_drawn(text in "[a \n\r\té\u{feff}\"{}]{0,40}", marks in proptest::collection::vec((0usize..60, 0usize..60), 1..4)) {
        let marks: Vec<(usize, usize)> = marks.into_iter().map(|(a, b)| (a.min(b), a.max(b))).collect();
        drawn(&text, &marks);
    }
}
