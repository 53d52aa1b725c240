//! What hangs on what is known late: blocks beside the rest, and conditions that hold, or not, as terraform says.

use super::*;

pub(super) const LATE: &str = r#"
resource "terraform_data" "unk" {}
variable "token" {
  ephemeral = true
  default   = "t"
}
"#;

/// A module that is given ephemeral values, and gives some.
pub(super) const EPHEMERAL: &str = r#"
variable "token" {
  ephemeral = true
}
variable "plain" {}
output "token" {
  value     = "${var.token}!"
  ephemeral = true
}
output "plain" {
  value = { plain = var.plain, nothing = ephemeralasnull({ token = var.token, plain = var.plain }) }
}
"#;

/// Blocks that stand beside what is planned: what moved, is imported, was removed, is checked, or is ephemeral.
pub(super) fn beside(i: usize, text: &str, list: &str) -> String {
    format!(
        r#"moved {{
  from = terraform_data.before{i}
  to   = terraform_data.imported{i}
}}
resource "terraform_data" "imported{i}" {{
  input = {text}
}}
resource "terraform_data" "each{i}" {{
  for_each = toset({list})
  input    = each.key
}}
import {{
  to = terraform_data.imported{i}
  id = "id-{i}"
}}
import {{
  for_each = toset({list})
  to       = terraform_data.each{i}[each.key]
  id       = "id-${{each.value}}"
}}
removed {{
  from = terraform_data.gone{i}
  lifecycle {{
    destroy = false
  }}
}}
check "c{i}" {{
  data "terraform_remote_state" "none{i}" {{
    backend = "local"
    config  = {{ path = "nowhere" }}
  }}
  assert {{
    condition     = var.s == {text}
    error_message = "a warning"
  }}
}}
module "e{i}" {{
  source = "./e"
  token  = "${{var.token}}-{i}"
  plain  = {text}
}}
output "beside{i}" {{
  value = {{
    imported = terraform_data.imported{i}.input
    each     = [for key, one in terraform_data.each{i} : {{ key = key, input = one.input }}]
    plain    = module.e{i}.plain
    nothing  = ephemeralasnull(module.e{i}.token) == null
    number   = length([var.token, module.e{i}.token])
  }}
}}
"#
    )
}

/// The lines of the conditions that do not hold, as terraform says.
fn refused(dir: &Path) -> BTreeSet<u64> {
    let init = run_terraform(dir, &["init", "-input=false", "-no-color"]);
    assert!(init.status.success(), "{init:?}");
    let plan = run_terraform(dir, &["plan", "-input=false", "-no-color", "-lock=false"]);
    let errors = String::from_utf8_lossy(&plan.stderr);
    let mut out = BTreeSet::new();
    for error in errors.split("Error: ").skip(1) {
        let condition = error.contains("condition failed");
        assert!(
            condition || error.contains("Module output value"),
            "{errors}"
        );
        let line = error.split_once(" line ").map_or("", |(_, rest)| rest);
        let line = line.split_once(',').map_or("", |(line, _)| line);
        out.insert(line.parse().unwrap());
    }
    out
}

#[test]
fn random_conditions_hold_as_terraform_says() {
    if terraform().is_none() {
        eprintln!(
            "NOT RUN: there is no terraform 1.11 or later on the PATH, so nothing was compared with it"
        );
        return;
    }
    let part = (CORE.truth(3), CORE.truth(3), CORE.truth(2), CORE.text(2));
    cases(6, prop::collection::vec(part, 12), |parts| {
        let dir = tempfile::tempdir().unwrap();
        let mut code = format!("{COMMON}\n{LATE}");
        for (i, (before, after, of_output, text)) in parts.iter().enumerate() {
            let rule = |when: &str, condition: &str| {
                format!(
                    "{when} {{\n  condition = var.b && {condition}\n  error_message = \"no\"\n}}\n"
                )
            };
            let own = closed("self.input == null || startswith(self.input, x)", "true");
            code.push_str(&format!(
                r#"resource "terraform_data" "r{i}" {{
  input = {text}
  lifecycle {{
    {before}
    {after}
    {own}
  }}
}}
output "o{i}" {{
  value = 1
  {of_output}
}}
"#,
                text = closed(text, "null"),
                before = rule("precondition", &closed(before, "true")),
                after = rule("postcondition", &closed(after, "true")),
                own = rule("postcondition", &own),
                of_output = rule("precondition", &closed(of_output, "true")),
            ));
        }
        std::fs::write(dir.path().join("main.tf"), &code).unwrap();
        let theirs = refused(dir.path());
        let resolved = resolve(dir.path(), &json!({}));
        let told = resolved["diagnostics"].as_array().unwrap().iter();
        // the condition stands below the head of its block
        let ours = told.map(|d| d["location"]["line"].as_u64().unwrap() + 1);
        let ours: BTreeSet<u64> = ours.collect();
        let missed: Vec<&u64> = theirs.difference(&ours).collect();
        assert!(missed.is_empty(), "{missed:?}\n{code}");
        // terraform does not look into a text that is known in part
        let lines: Vec<&str> = code.lines().collect();
        for line in ours.difference(&theirs) {
            let condition = lines[*line as usize - 1];
            let in_part = ["terraform_data.unk", "self.input"];
            let known_here = in_part.iter().any(|p| condition.contains(p));
            assert!(known_here, "{line}: {condition}\n{code}");
        }
    });
}
