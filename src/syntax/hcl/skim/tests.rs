use super::super::{Body, parse, parse_sparing, read_block};
use super::body;
use crate::span::{FileId, Files};
use proptest::prelude::*;

fn stored(text: &str) -> (Files, FileId) {
    let files = Files::default();
    let id = files.add("main.tf", text);
    (files, id)
}

/// The same tree and the same diagnostics come out, whether bodies are skimmed and then read or read at once.
fn both_ways(text: &str) -> (String, String) {
    let (files, id) = stored(text);
    let whole = parse(&files, id);
    let (mut spared, told) = parse_sparing(&files, id, &|_, _| true);
    for block in &mut spared.blocks {
        if block.skimmed {
            *block = read_block(&files, block).unwrap();
        }
    }
    (format!("{whole:#?}"), format!("{:#?}", (spared, told)))
}

fn skimmed(text: &str) -> Vec<bool> {
    let (files, id) = stored(text);
    let (Body { blocks, .. }, _) = parse_sparing(&files, id, &|_, _| true);
    blocks.iter().map(|b| b.skimmed).collect()
}

#[test]
fn what_is_ordinary_is_skimmed() {
    let text = r#"
resource "aws_s3_bucket" "b" {
  bucket = "${local.prefix}-x" # why
  count  = var.on ? 1 : length(var.names[*].id) - 1
  tags   = merge(local.tags, { Name = "a", "b" : -2.5e3, (var.k) = !true })
  /* more */
  rule {
    id = format("%s$$-%%{x} \"\\", each.value, [for_each, 1,]...)
  }
  dynamic "x" { for_each = [] }
  policy = <<-EOT
    {"a": "${jsonencode({
      a = 1
    })}", "b": "$${c}", "c": 5 % 2 }
    EOT
  x = a.b["c"].d == 1 && (
    1 <
    2
  )
}
data "x" "y" {}
"#;
    assert_eq!(skimmed(text), [true, true]);
    let (a, b) = both_ways(text);
    assert_eq!(a, b);
}

#[test]
fn what_is_unusual_is_read() {
    for inside in [
        "a = [for x in y : x]",
        "a = { for x in y : x => x }",
        "a = \"%{ if a }x%{ endif }\"",
        "a = \"${~ a }\"",
        "a = a.*.b",
        "a = a.0",
        "a = \"\\u00e9\"",
        "a = a::b()",
        "é = 1",
        "a = 1\n  a = 2",
        "a = 1 b = 2",
        "a =",
        "a = \"x",
        "a = <<E\nx\n",
        "a = { b.c = 1 }",
        "\"a\" = 1",
        "a = (1",
        "b {",
    ] {
        let text = format!("r \"a\" \"b\" {{\n  {inside}\n}}\n");
        assert_eq!(body(&text, 11), None, "{inside}");
        let (a, b) = both_ways(&text);
        assert_eq!(a, b, "{inside}");
    }
}

#[test]
fn the_recorded_probes_come_out_the_same() {
    let probes = include_str!("../../../../testdata/parse/hcl-probes.jsonl");
    for probe in probes.lines() {
        let probe: serde_json::Value = serde_json::from_str(probe).unwrap();
        let (a, b) = both_ways(probe["source"].as_str().unwrap());
        assert_eq!(a, b, "{}", probe["id"]);
    }
}

const WORDS: [&str; 64] = [
    "r \"a\" \"b\" {\n",
    "  x = ",
    "  y = ",
    "  z {\n",
    "  w \"l\" { v = ",
    "}\n",
    "}",
    "\n",
    " ",
    "\r\n",
    "1",
    ".5",
    "e3",
    "\"",
    "${",
    "%{",
    "$${",
    "%%{",
    "}\"",
    "\\\"",
    "\\n",
    "\\u00e9",
    "é",
    "a",
    "b.c",
    ".*",
    "[*]",
    "[",
    "]",
    "(",
    ")",
    "f(",
    "for ",
    "foreign",
    " in ",
    " : ",
    "::",
    " => ",
    "...",
    ",",
    " ? ",
    " + ",
    " - ",
    "-",
    "!",
    " == ",
    " != ",
    " <= ",
    "<",
    "<<E\n",
    "<<-E\n",
    "E\n",
    "  E\n",
    "text $ % ",
    "{\n",
    "{ k = 1 }",
    "\"k\" = ",
    "(k) : ",
    "# c\n",
    "// c\n",
    "/* c */",
    "/*",
    "~",
    "~}",
];

const LINES: [&str; 24] = [
    "  x = 1\n",
    "  y = \"a${b}c\"\n",
    "  z = f(a, [b], { c = d })\n",
    "  b {\n",
    "  }\n",
    "  s \"l\" { v = 1 }\n",
    "  h = <<-E\n",
    "  E\n",
    "    text ${a} $${b}\n",
    "  o = {\n",
    "    k = 1,\n",
    "    \"q\" : a.b[0]\n",
    "  l = [\n",
    "    1,\n",
    "  ]\n",
    "  c = a ? b : c\n",
    "  d = (a\n",
    "  )\n",
    "  # c\n",
    "}\n",
    "r \"a\" \"b\" {\n",
    "  m = a &&\n",
    "    b\n",
    "  t = <<E\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Skimming changes neither what is told nor, once it is read, what stands there.
    #[test]
    fn any_words_come_out_the_same(words in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..30)) {
        let text = format!("r \"a\" \"b\" {{\n{}", words.concat());
        let (a, b) = both_ways(&text);
        prop_assert_eq!(a, b, "{}", text);
    }

    #[test]
    fn any_lines_come_out_the_same(lines in prop::collection::vec(prop::sample::select(&LINES[..]), 0..14)) {
        let text = format!("r \"a\" \"b\" {{\n{}}}\n", lines.concat());
        let (a, b) = both_ways(&text);
        prop_assert_eq!(a, b, "{}", text);
    }

    #[test]
    fn any_expression_comes_out_the_same(words in prop::collection::vec(prop::sample::select(&WORDS[9..]), 1..8)) {
        let text = format!("r \"a\" \"b\" {{\n  x = {}\n}}\n", words.concat());
        let (a, b) = both_ways(&text);
        prop_assert_eq!(a, b, "{}", text);
    }
}
