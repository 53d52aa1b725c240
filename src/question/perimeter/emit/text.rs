//! The languages that controls are written in.

use super::{Language, What};
use crate::world::Target;
use serde_json::{Value as Json, json};

/// A policy.
pub(super) fn policy(what: What, language: Language, document: &Json, target: &Target) -> String {
    match language {
        Language::Json => pretty(document),
        Language::Terraform => terraform(what, document, target),
        Language::CloudFormation => cloudformation(what, document),
    }
}

fn pretty(json: &Json) -> String {
    let text = serde_json::to_string_pretty(json).unwrap_or_default();
    text + "\n"
}

/// Name, type and description of a policy of an organisation.
fn named(what: What) -> (&'static str, &'static str, &'static str) {
    match what {
        What::Scp => (
            "ecr-perimeter-scp",
            "SERVICE_CONTROL_POLICY",
            "Data perimeter of ECR: our identities",
        ),
        _ => (
            "ecr-perimeter-rcp",
            "RESOURCE_CONTROL_POLICY",
            "Data perimeter of ECR: our resources",
        ),
    }
}

fn terraform(what: What, document: &Json, target: &Target) -> String {
    let content = hcl(document, 1);
    if what != What::Endpoint {
        let (name, sort, description) = named(what);
        let label = name.replace('-', "_");
        return format!(
            "resource \"aws_organizations_policy\" \"{label}\" {{\n  name        = \"{name}\"\n  description = \"{description}\"\n  type        = \"{sort}\"\n  content = jsonencode({content})\n}}\n"
        );
    }
    let (variable, region) = match &target.region {
        Some(region) => (String::new(), region.clone()),
        None => (
            "variable \"region\" {\n  type = string\n}\n\n".to_owned(),
            "${var.region}".to_owned(),
        ),
    };
    format!(
        "variable \"vpc_id\" {{\n  type = string\n}}\n\n{variable}resource \"aws_vpc_endpoint\" \"ecr\" {{\n  for_each          = toset([\"ecr.api\", \"ecr.dkr\"])\n  vpc_id            = var.vpc_id\n  service_name      = \"com.amazonaws.{region}.${{each.key}}\"\n  vpc_endpoint_type = \"Interface\"\n  policy = jsonencode({content})\n}}\n"
    )
}

/// A value in Terraform's language.
fn hcl(json: &Json, depth: usize) -> String {
    let pad = "  ".repeat(depth);
    match json {
        Json::Object(entries) => {
            let entries: Vec<(String, String)> = (entries.iter())
                .map(|(k, v)| (key(k), hcl(v, depth + 1)))
                .collect();
            format!("{{\n{}{pad}}}", aligned(&entries, &pad))
        }
        Json::Array(items) if items.iter().all(Json::is_string) => {
            let items: Vec<String> = items.iter().map(|i| hcl(i, depth)).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Array(items) => {
            let lines: Vec<String> = (items.iter())
                .map(|i| format!("{pad}  {},\n", hcl(i, depth + 1)))
                .collect();
            format!("[\n{}{pad}]", lines.concat())
        }
        Json::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// Entries as `terraform fmt` aligns them: those of one line that follow each other.
fn aligned(entries: &[(String, String)], pad: &str) -> String {
    let mut out = String::new();
    for run in entries.chunk_by(|a, b| !a.1.contains('\n') && !b.1.contains('\n')) {
        let widest = run.iter().map(|(k, _)| k.len()).max().unwrap_or(0);
        for (k, v) in run {
            out.push_str(&format!("{pad}  {k:<widest$} = {v}\n"));
        }
    }
    out
}

fn key(name: &str) -> String {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric());
    if plain { name.to_owned() } else { quoted(name) }
}

/// A text in quotes: JSON's escapes are Terraform's, and a template stays text.
fn quoted(text: &str) -> String {
    let text = Json::String(text.to_owned()).to_string();
    text.replace("${", "$${").replace("%{", "%%{")
}

fn yaml(json: &Json) -> String {
    serde_yaml::to_string(json).unwrap_or_default()
}

fn cloudformation(what: What, document: &Json) -> String {
    let version = "2010-09-09";
    if what != What::Endpoint {
        let (name, sort, description) = named(what);
        let properties =
            json!({"Name": name, "Description": description, "Type": sort, "Content": document});
        return yaml(&json!({
            "AWSTemplateFormatVersion": version,
            "Resources": {"EcrPerimeter": {"Type": "AWS::Organizations::Policy", "Properties": properties}},
        }));
    }
    let endpoint = |service: &str| {
        json!({"Type": "AWS::EC2::VPCEndpoint", "Properties": {
            "VpcId": {"Ref": "VpcId"},
            "ServiceName": {"Fn::Sub": format!("com.amazonaws.${{AWS::Region}}.{service}")},
            "VpcEndpointType": "Interface",
            "PolicyDocument": document,
        }})
    };
    yaml(&json!({
        "AWSTemplateFormatVersion": version,
        "Parameters": {"VpcId": {"Type": "AWS::EC2::VPC::Id"}},
        "Resources": {"EcrApi": endpoint("ecr.api"), "EcrDkr": endpoint("ecr.dkr")},
    }))
}

/// A rule that finds the calls.
pub(super) fn event_bridge(language: Language, pattern: &Json) -> String {
    let (name, description) = (
        "ecr-perimeter-watch",
        "Calls of ECR that no policy confines",
    );
    match language {
        Language::Json => pretty(pattern),
        Language::Terraform => format!(
            "resource \"aws_cloudwatch_event_rule\" \"ecr_perimeter_watch\" {{\n  name        = \"{name}\"\n  description = \"{description}\"\n  event_pattern = jsonencode({})\n}}\n",
            hcl(pattern, 1)
        ),
        Language::CloudFormation => yaml(&json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Resources": {"EcrPerimeterWatch": {"Type": "AWS::Events::Rule", "Properties": {
                "Name": name, "Description": description, "EventPattern": pattern,
            }}},
        })),
    }
}
