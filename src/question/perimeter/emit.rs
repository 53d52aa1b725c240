//! Writes the control that is missing, for the configured organisation: a policy, or a rule that watches what no policy stops.

use crate::world::{Organization, Target};
use serde_json::{Map, Value as Json, json};

mod text;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// A policy for the VPC endpoints of ECR.
    Endpoint,
    /// Rules that watch what no policy stops.
    EventBridge,
}

/// The language that it is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// The document alone.
    Json,
    /// Terraform.
    Terraform,
    /// CloudFormation.
    CloudFormation,
}

/// Writes a control. `Err`: what the config lacks for it.
///
/// # Errors
/// The organisation's id is not set.
pub fn write(
    what: What,
    language: Language,
    organization: Option<&Organization>,
    target: &Target,
) -> Result<String, &'static str> {
    if what == What::EventBridge {
        return Ok(text::event_bridge(language, &event_pattern()));
    }
    let organization = organization.ok_or("organization.id is not set")?;
    let id = organization
        .id
        .as_deref()
        .ok_or("organization.id is not set")?;
    let control = Control { id, organization };
    let statements = match what {
        What::Scp => control.service_control(),
        What::Rcp => control.resource_control(),
        What::Endpoint | What::EventBridge => control.endpoint(),
    };
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    Ok(text::policy(what, language, &document, target))
}

struct Control<'a> {
    id: &'a str,
    organization: &'a Organization,
}

impl Control<'_> {
    fn trusted(&self) -> Vec<&String> {
        self.organization.trusted_accounts.keys().collect()
    }

    /// `{aws:…OrgID: the organisation, aws:…Account: the trusted accounts}`
    fn ours(&self, organization: &str, account: &str) -> Json {
        let mut out = Map::new();
        out.insert(organization.to_owned(), json!(self.id));
        if !self.trusted().is_empty() {
            out.insert(account.to_owned(), json!(self.trusted()));
        }
        Json::Object(out)
    }

    fn resource_control(&self) -> Vec<Json> {
        let deny = |sid: &str, condition: Json| json!({"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": "ecr:*", "Resource": "*", "Condition": condition});
        let mut out = vec![
            deny(
                "OnlyOurIdentities",
                json!({
                    "StringNotEqualsIfExists": self.ours("aws:PrincipalOrgID", "aws:PrincipalAccount"),
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                }),
            ),
            deny(
                "ServicesActForUsOnly",
                json!({
                    "StringNotEqualsIfExists": self.ours("aws:SourceOrgID", "aws:SourceAccount"),
                    "Null": {"aws:SourceAccount": "false"},
                    "Bool": {"aws:PrincipalIsAWSService": "true"},
                }),
            ),
        ];
        out.extend(self.network(true).map(|c| deny("OnlyFromOurNetworks", c)));
        out
    }

    fn service_control(&self) -> Vec<Json> {
        let deny = |sid: &str, condition: Json| json!({"Sid": sid, "Effect": "Deny", "Action": "ecr:*", "Resource": "*", "Condition": condition});
        let ours = self.ours("aws:ResourceOrgID", "aws:ResourceAccount");
        let mut out = vec![deny(
            "OnlyOurRegistries",
            json!({"StringNotEqualsIfExists": ours}),
        )];
        out.extend(self.network(false).map(|c| deny("OnlyFromOurNetworks", c)));
        out
    }

    /// Requests from other networks than the organisation's; `None`: nobody has said which those are.
    fn network(&self, services: bool) -> Option<Json> {
        let networks = &self.organization.networks;
        let known = [&networks.cidrs, &networks.vpcs, &networks.vpc_endpoints];
        if known.iter().all(|n| n.is_empty()) {
            return None;
        }
        let mut endpoints = Map::new();
        endpoints.insert("aws:VpceOrgID".into(), json!(self.id));
        for (key, values) in [
            ("aws:SourceVpc", &networks.vpcs),
            ("aws:SourceVpce", &networks.vpc_endpoints),
        ] {
            if !values.is_empty() {
                endpoints.insert(key.into(), json!(values));
            }
        }
        let mut direct = Map::new();
        if services {
            direct.insert("aws:PrincipalIsAWSService".into(), json!("false"));
        }
        direct.insert("aws:ViaAWSService".into(), json!("false"));
        let mut out = Map::new();
        if !networks.cidrs.is_empty() {
            out.insert(
                "NotIpAddressIfExists".into(),
                json!({"aws:SourceIp": networks.cidrs}),
            );
        }
        out.insert("StringNotEqualsIfExists".into(), Json::Object(endpoints));
        out.insert("BoolIfExists".into(), Json::Object(direct));
        Some(Json::Object(out))
    }

    fn endpoint(&self) -> Vec<Json> {
        let allow = |sid: &str, condition: Json| json!({"Sid": sid, "Effect": "Allow", "Principal": "*", "Action": "ecr:*", "Resource": "*", "Condition": condition});
        let mut out = vec![allow(
            "OurIdentitiesToOurRegistries",
            json!({
                "StringEquals": {"aws:PrincipalOrgID": self.id, "aws:ResourceOrgID": self.id},
            }),
        )];
        if !self.trusted().is_empty() {
            out.push(allow("OurIdentitiesToTrustedRegistries", json!({
                "StringEquals": {"aws:PrincipalOrgID": self.id, "aws:ResourceAccount": self.trusted()},
            })));
        }
        out
    }
}

/// What CloudTrail records of the calls that no policy confines.
fn event_pattern() -> Json {
    json!({
        "source": ["aws.ecr"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventSource": ["ecr.amazonaws.com"],
            "eventName": ["PutReplicationConfiguration", "GetDownloadUrlForLayer"],
        },
    })
}
