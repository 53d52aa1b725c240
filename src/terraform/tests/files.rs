//! What the files of a module say together: calls, overrides, the JSON syntax.

use super::*;

#[test]
fn modules_are_found_where_they_are() {
    let case = Case::of(
        &[
            (
                "main.tf",
                "module \"a\" {\n  source   = \"reg/x/aws\"\n  for_each = toset([\"k\"])\n}\nmodule \"b\" {\n  source = \"reg/y/aws\"\n}\nmodule \"c\" {\n  source = \"./nowhere\"\n}\noutput \"o\" {\n  value = [module.a[\"k\"].id, module.b.id]\n}\n",
            ),
            (
                ".terraform/modules/modules.json",
                r#"{"Modules":[{"Key":"a","Source":"reg/x/aws","Dir":".terraform/modules/a"},{"Key":"a.in","Source":"./in","Dir":"in"}]}"#,
            ),
            (
                ".terraform/modules/a/main.tf",
                "output \"id\" {\n  value = \"A\"\n}\nresource \"aws_ecr_repository\" \"r\" {\n  name = \"r\"\n}\n",
            ),
        ],
        &World::default(),
    );
    assert_eq!(
        case.output("o"),
        "[A, <module `module.b` is not installed>]"
    );
    assert_eq!(case.addresses(), ["module.a[\"k\"].aws_ecr_repository.r"]);
    let codes: Vec<_> = case.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["module-not-installed", "module-missing"]);
    assert_eq!(case.root.blind_spots.len(), 2);
}

#[test]
fn overrides_replace_arguments_and_blocks() {
    let case = Case::of(
        &[
            (
                "main.tf",
                "resource \"x\" \"r\" {\n  a = 1\n  b = 2\n  k { v = 1 }\n  l { v = 1 }\n}\nlocals {\n  n = 1\n}\noutput \"o\" {\n  value = local.n\n}\n",
            ),
            (
                "x_override.tf",
                "resource \"x\" \"r\" {\n  b = 3\n  k { v = 2 }\n  k { v = 3 }\n}\nlocals {\n  n = 2\n}\n",
            ),
        ],
        &World::default(),
    );
    assert_eq!(case.told(), Vec::<String>::new());
    assert_eq!(
        show(&case.resource("x.r").attributes),
        "{a: 1, b: 3, k: [{v: 2}, {v: 3}], l: [{v: 1}]}"
    );
    assert_eq!(case.output("o"), "2");
}

#[test]
fn the_json_syntax_means_the_same() {
    let case = Case::of(
        &[(
            "main.tf.json",
            r#"{
  "//": "a comment",
  "variable": {"names": {"type": "list(string)", "default": ["a", "$${b}"]}},
  "locals": {"n": "${length(var.names)}"},
  "resource": {"aws_ecr_repository": {"r": {
    "count": "${local.n}",
    "name": "x-${var.names[count.index]}",
    "image_scanning_configuration": {"scan_on_push": true},
    "tags": {"k${local.n}": 1}
  }}},
  "output": {"o": {"value": "${aws_ecr_repository.r[*].name}"}}
}"#,
        )],
        &World::default(),
    );
    assert_eq!(case.told(), Vec::<String>::new());
    assert_eq!(case.output("o"), "[x-a, x-$${b}]");
    let attributes = &case.resource("aws_ecr_repository.r[0]").attributes;
    assert_eq!(
        show(attributes),
        "{image_scanning_configuration: [{scan_on_push: true}], name: x-a, tags: {k2: 1}}"
    );
}
