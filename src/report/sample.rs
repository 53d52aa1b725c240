//! A report made by hand, for the tests of the formats.

use crate::diagnostic::Diagnostic;
use crate::engine::{Check, GuardrailInfo, NotRun, Report, RunInfo, Summary};
use crate::finding::{
    Enforcement, Finding, Outcome, ResourceRef, Severity, Status, Waived, Witness,
};
use crate::span::{FileId, Files, Span};
use crate::value::Cause;
use crate::world::Target;
use std::collections::BTreeMap;
use std::sync::Arc;

const POLICY: &str = "\u{feff}data \"aws_iam_policy_document\" \"this\" {\r\n  statement {\r\n    principals {\r\n      type        = \"AWS\"\r\n      identifiers = var.pull_accounts # über\r\n    }\r\n  }\r\n}\r\n";
const TFVARS: &str = "region = \"eu-west-1\"\n\npull_accounts = [\"999999999999\"]\n";
const MAIN: &str = "resource \"aws_ecr_repository\" \"web\" {\n  for_each = toset([\"a\", \"b\", \"c\", \"d\", \"e\"])\n  name     = each.key\n}\n\nresource \"aws_ecr_repository_policy\" \"web\" {\n  policy = var.extra_policy\n}\n";

/// Where a text stands in a file.
fn at(files: &Files, id: FileId, text: &str) -> Span {
    let file = files.get(id).unwrap();
    let start = file.text.find(text).unwrap();
    Span::new(id, start, start + text.len())
}

/// A violated finding of a repository.
pub(super) fn finding(guardrail: &str, address: &str, span: Span) -> Finding {
    Finding {
        guardrail: guardrail.into(),
        severity: Severity::Medium,
        enforcement: Enforcement::Block,
        outcome: Outcome::Violated,
        status: Status::New,
        blocks: true,
        waived: Vec::new(),
        resource: Some(ResourceRef {
            address: address.into(),
            kind: "aws_ecr_repository".into(),
            root: ".".into(),
            construct: None,
        }),
        also: Vec::new(),
        resource_span: None,
        message: "tags of `web` can be moved to another image".into(),
        span,
        label: None,
        related: Vec::new(),
        when: None,
        because: Vec::new(),
        cause: Cause::Other,
        settle: None,
        witness: None,
        fix: Some("set the tag mutability to IMMUTABLE".into()),
        replaces: Some(false),
        fingerprint: format!("{guardrail}:{address}"),
        access: None,
    }
}

fn outsider(policy: Span, value: Span) -> Finding {
    Finding {
        severity: Severity::Critical,
        message: "account 999999999999 can pull images of payments/api".into(),
        label: Some("arn:aws:iam::999999999999:root is in no account of o-a1b2c3d4e5".into()),
        related: vec![("the value comes from here".into(), value)],
        witness: Some(Witness {
            principal: "arn:aws:iam::999999999999:role/any".into(),
            action: "ecr:BatchGetImage".into(),
            resource: "repository/payments/api".into(),
            context: BTreeMap::from([("aws:SecureTransport".into(), "true".into())]),
        }),
        fix: Some("name an account of the organisation".into()),
        ..finding(
            "policy-access-outside-organization",
            "module.ecr.aws_ecr_repository_policy.this",
            policy,
        )
    }
}

fn open(span: Span) -> Finding {
    Finding {
        severity: Severity::Critical,
        outcome: Outcome::Undetermined,
        message: "it cannot be told who gets into web".into(),
        because: vec!["`var.extra_policy` has no value".into()],
        cause: Cause::Other,
        blocks: false,
        settle: Some("pass --var extra_policy=…, or check the plan".into()),
        when: Some("IsProd is false".into()),
        fix: None,
        replaces: None,
        ..finding(
            "policy-public-access",
            "aws_ecr_repository_policy.web",
            span,
        )
    }
}

/// A waiver in a comment.
fn waived(span: Span) -> Waived {
    Waived {
        reason: "TICKET-1".into(),
        owner: Some("team-a".into()),
        until: Some(jiff::civil::date(2027, 1, 31)),
        in_source: true,
        span,
    }
}

fn guardrail(id: &str, severity: Severity) -> GuardrailInfo {
    GuardrailInfo {
        id: id.into(),
        title: format!("Title of {id}"),
        severity,
        why: "Because images are *read*.\n".into(),
        fix: Some("Mend it.".into()),
        controls: vec!["CKV_AWS_32".into()],
        references: vec!["https://docs.aws.amazon.com/AmazonECR/".into()],
    }
}

/// Every kind of thing that a report may hold.
pub(super) fn report() -> Report {
    let files = Files::default();
    let main = files.add("main.tf", MAIN);
    let policy = files.add("modules/ecr/policy.tf", POLICY);
    let vars = files.add("envs/prod/prod tfvars", TFVARS);
    let web = at(&files, main, "resource \"aws_ecr_repository\" \"web\"");
    let mut findings: Vec<Finding> = ["a", "b", "c", "d", "e"]
        .map(|k| {
            finding(
                "repository-tags-mutable",
                &format!("aws_ecr_repository.web[\"{k}\"]"),
                web,
            )
        })
        .into();
    for (finding, status) in findings
        .iter_mut()
        .skip(3)
        .zip([Status::Waived, Status::Baseline])
    {
        match status {
            Status::Waived => finding.waive(vec![waived(at(&files, main, "each.key"))]),
            status => (finding.status, finding.blocks) = (status, false),
        }
    }
    findings.push(Finding {
        severity: Severity::Low,
        enforcement: Enforcement::Report,
        blocks: false,
        message: "nothing expires images of `web`".into(),
        replaces: None,
        ..finding(
            "repository-without-lifecycle-policy",
            "aws_ecr_repository.web[*]",
            web,
        )
    });
    findings.push(open(at(&files, main, "var.extra_policy")));
    findings.push(outsider(
        at(&files, policy, "var.pull_accounts"),
        at(&files, vars, "\"999999999999\""),
    ));
    let unused = Diagnostic::warning("waiver-unused", "this waiver matches no finding")
        .at(at(&files, vars, "eu-west-1"))
        .help("delete it");
    let broken = Diagnostic::error("module-not-installed", "module `vpc` is not installed");
    Report {
        findings,
        diagnostics: vec![broken, unused],
        checks: vec![Check {
            guardrail: "repository-not-scanned".into(),
            resource: None,
            outcome: Outcome::Satisfied,
        }],
        not_run: [
            "organization.id is not set",
            "organization.regions is not set",
        ]
        .iter()
        .zip([
            "policy-rewrite-by-outsider",
            "replication-region-not-allowed",
        ])
        .map(|(because, id)| NotRun {
            guardrail: id.into(),
            because: (*because).into(),
        })
        .collect(),
        summary: Summary {
            files: 3,
            skipped: 2,
            resources: 6,
            guardrails: 4,
            violated: 5,
            undetermined: 1,
            waived: 1,
            baseline: 1,
        },
        skipped: vec![("larger than 64 MiB".into(), 2)],
        run: RunInfo {
            profile: "baseline".into(),
            policies_sha256: "00ff".into(),
            target: Target {
                region: Some("eu-west-1".into()),
                partition: Some("aws".into()),
                account: None,
            },
            ..RunInfo::default()
        },
        guardrails: vec![
            guardrail("policy-access-outside-organization", Severity::High),
            guardrail("policy-public-access", Severity::Critical),
            guardrail("repository-tags-mutable", Severity::Medium),
            guardrail("repository-without-lifecycle-policy", Severity::Low),
        ],
        files: Arc::new(files),
    }
}

/// A report as text.
pub(super) fn written(report: &Report, format: super::Format) -> String {
    let mut out = Vec::new();
    super::write(report, format, super::Look::PLAIN, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
