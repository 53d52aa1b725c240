use super::*;

fn read(text: &str) -> (Body, Vec<String>, Files) {
    let files = Files::default();
    let id = files.add("main.tf", text);
    let (body, diagnostics) = parse(&files, id);
    let told = (diagnostics.iter())
        .map(|d| {
            let at = files.location(d.span.unwrap());
            format!("{}:{}: {}", at.line, at.column, d.message)
        })
        .collect();
    (body, told, files)
}

/// The literal of the argument `v`, for texts.
fn literal(expression: &str) -> String {
    let (body, told, _) = read(&format!("v = {expression}\n"));
    assert_eq!(told, Vec::<String>::new(), "{expression}");
    let expr = &body.attribute("v").unwrap().expr;
    expr.as_literal()
        .unwrap_or_else(|| panic!("{expr:?}"))
        .to_owned()
}

#[test]
fn texts_and_escapes() {
    for (text, want) in [
        (r#""""#, ""),
        (r#""a\n\t\"\\\u00e9\U0001F600""#, "a\n\t\"\\é😀"),
        (r#""$${x} %%{y} $ % $$ $x""#, "${x} %{y} $ % $$ $x"),
        (r#""a$$${1}""#, "a$${1}"),
        ("\"e\u{301}\"", "é"),
        (r#""xe\u0301""#, "xé"),
        ("<<EOT\na\n  b\nEOT", "a\n  b\n"),
        ("<<EOT\nEOT", ""),
        ("<<EOT\r\na\r\nEOT", "a\r\n"),
        ("<<E-T\n\\n\n   E-T", "\\n\n"),
        ("<<-EOT\n    a\n\n      b\n    EOT", "a\n\n  b\n"),
        ("<<-EOT\n  a\n \n  b\n  EOT", "a\n \nb\n"),
        (
            "<<-EOT\n    a\n          \n      b\n    EOT",
            "a\n          \n  b\n",
        ),
        ("<<-EOT\n\ta\n  b\n  EOT", "a\n b\n"),
    ] {
        assert_eq!(literal(text), want, "{text:?}");
    }
}

#[test]
fn every_character_of_a_dedented_heredoc_knows_its_place() {
    let (body, _, files) = read("v = <<-EOT\n    ab\n      cd\n    EOT\n");
    let ExprKind::Literal(text) = &body.attributes[0].expr.kind else {
        panic!("a literal")
    };
    assert_eq!(text.known(), Some("ab\n  cd\n"));
    let crate::value::Part::Lit(lit) = &text.parts()[0] else {
        panic!("a literal part")
    };
    let at = files.location(lit.span(5, 7).unwrap());
    assert_eq!((at.line, at.column, at.end_column), (3, 7, 9));
}

#[test]
fn markers_eat_white_space_of_one_line() {
    let parts = |text: &str| {
        let (body, told, _) = read(&format!("v = {text}\n"));
        assert_eq!(told, Vec::<String>::new());
        match body.attributes[0].expr.kind.clone() {
            ExprKind::Template(parts) => (parts.iter())
                .map(|p| match p {
                    TemplatePart::Lit(text, _) => text.known().unwrap().to_owned(),
                    _ => "·".to_owned(),
                })
                .collect::<String>(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(parts("<<EOT\na ${1 ~}\n\n\n  b\nEOT"), "a ·\n\n  b\n");
    assert_eq!(parts("<<EOT\na \n\n  ${~ 1}\n\nEOT"), "a \n\n·\n\n");
    assert_eq!(parts("<<-EOT\n    ${1}\n      b\n    EOT"), "·\n  b\n");
    assert_eq!(parts("<<-EOT\n${1}\n      b\n    EOT"), "·\n      b\n");
    assert_eq!(parts("<<-EOT\n      ${1 ~}\n    x\n    EOT"), "·    x\n");
}

#[test]
fn spans_are_exact() {
    let text = "resource \"a\" \"b\" {\n  x = 1 + y.z[0]  # c\n  w = !f(1, [2]...)\n}\n";
    let (body, told, files) = read(text);
    assert_eq!(told, Vec::<String>::new());
    let block = &body.blocks[0];
    assert_eq!(files.text(block.header), "resource \"a\" \"b\"");
    assert_eq!(files.text(block.span), text.trim_end());
    let texts: Vec<_> = (block.body.attributes.iter())
        .map(|a| files.text(a.expr.span))
        .collect();
    assert_eq!(texts, ["1 + y.z[0]", "!f(1, [2]...)"]);
}

#[test]
fn operators_bind_as_terraform_has_them() {
    fn show(e: &Expr) -> String {
        match &e.kind {
            ExprKind::Number(n) => n.to_string(),
            ExprKind::Variable(n) => n.to_string(),
            ExprKind::Unary(op, x) => format!("({op:?} {})", show(x)),
            ExprKind::Binary(op, x) => format!("({} {op:?} {})", show(&x.0), show(&x.1)),
            ExprKind::Conditional(c) => {
                format!(
                    "({} ? {} : {})",
                    show(&c.condition),
                    show(&c.yes),
                    show(&c.no)
                )
            }
            ExprKind::Traverse(root, steps) => format!("{}/{}", show(root), steps.len()),
            other => format!("{other:?}"),
        }
    }
    for (text, want) in [
        ("1 + 2 * 3 - 4", "((1 Add (2 Multiply 3)) Subtract 4)"),
        ("-1 - -1", "((Negate 1) Subtract (Negate 1))"),
        ("!a == b", "((Not a) Equal b)"),
        ("-a.b", "(Negate a/1)"),
        (
            "a || b && c == 1 + 2 > 3",
            "(a Or (b And (c Equal ((1 Add 2) Greater 3))))",
        ),
        (
            "a ? b ? 1 : 2 : c ? 3 : 4",
            "(a ? (b ? 1 : 2) : (c ? 3 : 4))",
        ),
        ("a.b.0.c[1].*.d.e[0]", "a/6"),
        ("a[*].b[0].c", "a/1"),
    ] {
        let (body, told, _) = read(&format!("v = {text}\n"));
        assert_eq!(told, Vec::<String>::new(), "{text}");
        assert_eq!(show(&body.attributes[0].expr), want, "{text}");
    }
}

#[test]
fn a_broken_argument_costs_nothing_else() {
    let (body, told, _) = read(
        "resource \"a\" \"b\" {\n  x = [1, 2\n  y = 3\n}\nresource \"a\" \"c\" {\n  x = 1 +\n  y = \"\\/\"\n  z = 2\n}\n",
    );
    assert_eq!(told.len(), 3, "{told:#?}");
    assert_eq!(body.blocks.len(), 2);
    let c = &body.blocks[1].body;
    assert!(matches!(
        c.attribute("x").unwrap().expr.kind,
        ExprKind::Invalid(_)
    ));
    assert!(matches!(
        c.attribute("z").unwrap().expr.kind,
        ExprKind::Number(_)
    ));
}

#[test]
fn a_missing_brace_costs_one_block() {
    let (body, told, _) = read(
        "resource \"a\" \"b\" {\n  x = 1\n\nresource \"a\" \"c\" {\n  y {\n    z = 2\n  }\n}\nlocals {\n}\n",
    );
    assert_eq!(told, ["1:1: block `resource` is not closed"]);
    let kinds: Vec<_> = body.blocks.iter().map(|b| b.labels.len()).collect();
    assert_eq!(kinds, [2, 2, 0]);
    assert_eq!(body.blocks[0].body.attributes.len(), 1);
}

#[test]
fn an_extra_brace_or_an_open_quote_costs_one_line() {
    let (body, told, _) = read("locals {\n}\n}\nlocals {\n  a = \"x\n  b = 1\n}\n");
    assert_eq!(
        told,
        [
            "3:1: `}` closes nothing",
            "5:7: a quoted text ends on its line"
        ]
    );
    assert_eq!(body.blocks[1].body.attributes.len(), 2);
}

#[test]
fn too_deep_is_told() {
    let deep = |n: usize| format!("v = {}1{}\n", "[".repeat(n), "]".repeat(n));
    assert_eq!(read(&deep(100)).1, Vec::<String>::new());
    assert_eq!(read(&deep(100_000)).1.len(), 1);
    assert_eq!(
        read(&format!("v = 1{}\n", " + 1".repeat(100_000))).1.len(),
        1
    );
    assert_eq!(read(&format!("v = {}1\n", "!".repeat(100_000))).1.len(), 1);
    assert_ne!(read(&"a {\n".repeat(100_000)).1, Vec::<String>::new());
}

#[test]
fn what_terraform_refuses_is_told() {
    for text in [
        "v = { a = true ?\n 1 : 2 }",
        "v = { a = 1 +\n 2 }",
        "v = .5",
        "v = 5.",
        "v = \"\\/\"",
        "v = \"a\nb\"",
        "v = 1\nv = 2",
        "b { v = 1, w = 2 }",
        "b { v = 1; }",
        "v = {a = 1 b = 2}",
        "v = [1,,2]",
        "v = {for = 1}",
        "v = \"%{ if true }\"",
        "v = \"%{ endif }\"",
        "\"v\" = 1",
        "v = <<EOT\na\n",
        "v = ${1}",
        "v = [for x in y : x",
        "v = [for x in y : x => x]",
        "v = a.*.b.*.c",
        "v = a.0.1",
        "b \"x${1}\" {\n}",
    ] {
        assert_ne!(read(&format!("{text}\n")).1, Vec::<String>::new(), "{text}");
    }
}

#[test]
fn what_terraform_takes_is_taken() {
    for text in [
        "v = { for k in x : k => c ?\n 1 : 2 }",
        "v = (true ?\n 1 :\n 2)",
        "v = {for k in x : k => k == 1 &&\n true}",
        "v = [for k in x\n : k]",
        "v = ({a=1}\n.a)",
        "v = \"${\n 1\n}\"",
        "v = {\n # c\n a = 1, # d\n /* e */ b : 2\n // f\n }",
        "\u{feff}v = 1",
        "v = upper(<<EOT\na\nEOT\n)",
        "v = [<<EOT\na\nEOT\n, \"b\"]",
        "v = <<EOT\n${f({\"a\" = \"}\"})}\nEOT",
        "v = [{a=1}].0.a",
        "v = f(1,2,)",
        "v = 1e400",
        "v = {a=1, a=2}",
        "v = {(\"a\") = 1, (upper(\"b\")) : 2, \"x${1}\" = 1, 1 = 1}",
        "v = provider::aws::arn_parse(\"x\")",
        "b x \"y\\u0061\" { v = 1 }",
        "v = \"a ${~ 1 ~} b\"",
        "v = {null=1, true=2}",
        "v = a-b.é",
        "v = x[*][*].a",
        "",
        "# x",
    ] {
        assert_eq!(read(text).1, Vec::<String>::new(), "{text}");
    }
}

/// `testdata/parse/hcl-probes.jsonl`: small files, and whether terraform 1.11.4 takes them. What it refuses when it
/// evaluates only (`{a.b = 1}`, which is right in `providers`) is taken here.
#[test]
fn the_recorded_probes_are_taken_and_refused_as_terraform_does() {
    let probes = include_str!("../../../testdata/parse/hcl-probes.jsonl");
    let mut wrong = Vec::new();
    for probe in probes.lines() {
        let probe: serde_json::Value = serde_json::from_str(probe).unwrap();
        let told = read(probe["source"].as_str().unwrap()).1;
        let evaluated = probe["id"] == "obj_dotted_key";
        if told.is_empty() != (evaluated || probe["terraform_accepts"].as_bool().unwrap()) {
            wrong.push((probe["id"].to_string(), told));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What the kept crate reads, we read, too, with the same arguments in the same blocks.
#[test]
fn the_kept_parser_agrees_on_ordinary_files() {
    use hcl_edit::structure::{Body as Theirs, Structure};
    fn theirs(body: &Theirs, out: &mut Vec<String>, at: &str) {
        for s in body.iter() {
            match s {
                Structure::Attribute(a) => out.push(format!("{at}{}", a.key.as_str())),
                Structure::Block(b) => theirs(&b.body, out, &format!("{at}{}.", b.ident.as_str())),
            }
        }
        out.sort();
    }
    fn ours(body: &Body, out: &mut Vec<String>, at: &str) {
        out.extend(
            body.attributes
                .iter()
                .map(|a| format!("{at}{}", a.name.text)),
        );
        for b in &body.blocks {
            ours(&b.body, out, &format!("{at}{}.", b.kind.text));
        }
        out.sort();
    }
    let probes = include_str!("../../../testdata/parse/hcl-probes.jsonl");
    let mut both = 0;
    for probe in probes.lines() {
        let probe: serde_json::Value = serde_json::from_str(probe).unwrap();
        let text = probe["source"].as_str().unwrap();
        let (Ok(other), (body, told, _)) = (text.parse::<Theirs>(), read(text)) else {
            continue;
        };
        if told.is_empty() {
            let (mut a, mut b) = (Vec::new(), Vec::new());
            theirs(&other, &mut a, "");
            ours(&body, &mut b, "");
            assert_eq!(a, b, "{text}");
            both += 1;
        }
    }
    assert!(both > 40);
}

proptest::proptest! {
    /// Whatever the text, the parser ends, and every place lies inside the text.
    #[test]
    fn any_text_is_survived(words in proptest::collection::vec(proptest::sample::select(&WORDS[..]), 0..40)) {
        let text: String = words.concat();
        let files = Files::default();
        let id = files.add("x.tf", text.as_str());
        let (_, diagnostics) = parse(&files, id);
        for d in diagnostics {
            proptest::prop_assert!(d.span.unwrap().end as usize <= text.len());
        }
    }

    /// What the kept parser refuses or takes, we do, but for the differences that are known.
    #[test]
    fn values_are_taken_as_the_kept_parser_takes_them(words in proptest::collection::vec(proptest::sample::select(&PARTS[..]), 1..7)) {
        let text = format!("v = {}\n", words.concat());
        let theirs = text.parse::<hcl_edit::structure::Body>().is_ok();
        let ours = read(&text).1.is_empty();
        proptest::prop_assert_eq!(theirs, ours, "{}", text);
    }
}

const WORDS: [&str; 34] = [
    "resource ",
    "\"a\" ",
    "locals ",
    "{\n",
    "}\n",
    "x = ",
    "1",
    "\"",
    "${",
    "%{ if a }",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\n",
    "<<EOT\n",
    "<<-E\n",
    "EOT\n",
    "E\n",
    "# c\n",
    "/*",
    "*/",
    "é",
    "\\",
    "\\u00e9",
    ".",
    "*",
    "for x in y : ",
    "? ",
    ": ",
    ",",
    "~",
    "\r\n",
];

const PARTS: [&str; 20] = [
    "1",
    "a",
    "\"b\"",
    "\"${c}\"",
    " + ",
    " - ",
    "!",
    "[1, 2]",
    "{ d = 1 }",
    "(",
    ")",
    ".e",
    "[0]",
    " ? ",
    " : ",
    " == ",
    "f(",
    ", ",
    "[*]",
    " && ",
];
