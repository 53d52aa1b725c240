//! What controls are for, and what they miss.

use super::*;
use crate::question::estate::Read;
use crate::source::Input;
use crate::span::Files;
use crate::world::{Networks, Organization, Target, World};
use serde_json::{Value as Json, json};

fn world() -> World {
    let accounts = ["111122223333", "444455556666"].map(str::to_owned);
    World {
        target: Target {
            account: Some("111122223333".into()),
            region: Some("us-east-1".into()),
            partition: Some("aws".into()),
        },
        organizations: vec![Organization {
            id: Some("o-a1b2c3d4e5".into()),
            accounts: Some(Arc::new(accounts.into_iter().collect())),
            networks: Networks {
                cidrs: vec!["198.18.0.0/16".into()],
                ..Networks::default()
            },
            ..Organization::default()
        }],
        ..World::default()
    }
}

fn card(statements: Json, world: World) -> Scorecard {
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let read = Read {
        documents: vec![("policy.json".into(), policy)],
        ..Read::default()
    };
    of(&Estate::read(&read, world, &Arc::new(Files::default())).unwrap())
}

fn serves(statements: Json) -> String {
    card(statements, world())
        .policies
        .iter()
        .map(|p| p.serves.join(" "))
        .collect()
}

fn status(statements: Json, id: &str) -> Status {
    let card = card(statements, world());
    let mut all = card.objectives.iter().chain(&card.considerations);
    all.find(|j| j.id == id).unwrap().status
}

fn deny(principal: bool, condition: Json) -> Json {
    let mut out =
        json!({"Effect": "Deny", "Action": "ecr:*", "Resource": "*", "Condition": condition});
    if principal {
        out["Principal"] = json!("*");
    }
    out
}

const ORG: &str = "<my-org-id>";

#[test]
fn each_control_is_for_its_objective() {
    let endpoint = |condition: Json| json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition});
    let cases = [
        (
            json!([
                deny(
                    true,
                    json!({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG, "aws:PrincipalAccount": ["<partner-account>"], "aws:ResourceTag/open": "true"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})
                ),
                deny(
                    true,
                    json!({"StringNotEqualsIfExists": {"aws:SourceOrgID": ORG}, "Null": {"aws:SourceAccount": "false"}, "Bool": {"aws:PrincipalIsAWSService": "true"}})
                ),
            ]),
            "identity-on-resource",
        ),
        (
            json!([
                endpoint(
                    json!({"StringEquals": {"aws:PrincipalOrgID": ORG, "aws:ResourceOrgID": ORG}})
                ),
                endpoint(json!({"Bool": {"aws:PrincipalIsAWSService": "true"}})),
                endpoint(
                    json!({"StringEquals": {"aws:PrincipalOrgID": ORG, "aws:ResourceAccount": "<service-account>"}})
                ),
                endpoint(
                    json!({"StringEquals": {"aws:PrincipalOrgID": ORG, "aws:PrincipalTag/anywhere": "true"}})
                ),
            ]),
            "identity-on-network resource-on-network service-owned-layers service-owned-images",
        ),
        (
            json!([{"Effect": "Deny", "Action": "*", "NotResource": ["arn:aws:ecr:*:<service-account>:repository/*"],
                "Condition": {"StringNotEqualsIfExists": {"aws:ResourceOrgID": ORG, "ec2:Owner": "amazon", "aws:PrincipalTag/anywhere": "true"}}}]),
            "resource-on-identity service-owned-layers service-owned-images",
        ),
        (
            json!([deny(
                false,
                json!({"NotIpAddressIfExists": {"aws:SourceIp": ["<my-cidr>"]}, "StringNotEqualsIfExists": {"aws:VpceOrgID": ORG, "aws:PrincipalTag/anywhere": "true"},
                "BoolIfExists": {"aws:ViaAWSService": "false"}, "StringEquals": {"aws:PrincipalTag/confined": "true"}})
            )]),
            "network-on-identity",
        ),
        (
            json!([deny(
                true,
                json!({"NotIpAddressIfExists": {"aws:SourceIp": ["<my-cidr>"]}, "StringNotEqualsIfExists": {"aws:VpceOrgID": ORG},
                "BoolIfExists": {"aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"}})
            )]),
            "network-on-resource",
        ),
        (
            json!([{"Effect": "Deny", "Action": "ecr:GetDownloadUrlForLayer", "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalTag/puller": "true"}}}]),
            "presigned-layers",
        ),
        (
            json!([{"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:ResourceOrgID": ORG}}}]),
            "",
        ),
        (
            json!([{"Effect": "Deny", "Principal": "*", "Action": "sts:TagSession", "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG}}}]),
            "",
        ),
    ];
    for (statements, wanted) in cases {
        assert_eq!(serves(statements.clone()), wanted, "{statements}");
    }
}

#[test]
fn a_control_that_does_not_hold_is_missed() {
    let identity = |own: Json| json!([deny(true, json!({"StringNotEqualsIfExists": own}))]);
    let resource = |own: Json| json!([deny(false, json!({"StringNotEqualsIfExists": own}))]);
    let network = |own: Json| {
        json!([deny(
            false,
            json!({"NotIpAddressIfExists": {"aws:SourceIp": own}})
        )])
    };
    let cases = [
        (
            identity(json!({"aws:PrincipalOrgID": "o-a1b2c3d4e5"})),
            "identity-on-resource",
            Status::Met,
        ),
        (
            identity(json!({"aws:PrincipalOrgID": "o-zzzzzzzzzz"})),
            "identity-on-resource",
            Status::Missed,
        ),
        (
            identity(
                json!({"aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:PrincipalAccount": "999999999999"}),
            ),
            "identity-on-resource",
            Status::Missed,
        ),
        // the caller's account sets the tags of its principals
        (
            identity(json!({"aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:PrincipalTag/team": "a"})),
            "identity-on-resource",
            Status::Missed,
        ),
        (
            identity(json!({"aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:ResourceTag/open": "true"})),
            "identity-on-resource",
            Status::Met,
        ),
        (
            json!([{"Effect": "Deny", "Principal": "*", "Action": "ecr:PutImage", "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG}}}]),
            "identity-on-resource",
            Status::Missed,
        ),
        (
            json!([{"Effect": "Deny", "Principal": "*", "Action": "ecr:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": ORG}}}]),
            "identity-on-resource",
            Status::Met,
        ),
        (
            json!([{"Effect": "Deny", "Principal": "*", "Action": "ecr:*", "Resource": "*", "Condition": {"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": ["o-a1b2c3d4e5/*"]}}}]),
            "identity-on-resource",
            Status::Met,
        ),
        (
            resource(json!({"aws:ResourceOrgID": ORG})),
            "resource-on-identity",
            Status::Met,
        ),
        (
            resource(json!({"aws:ResourceOrgID": "o-zzzzzzzzzz"})),
            "resource-on-identity",
            Status::Missed,
        ), // nor to our own
        (
            resource(json!({"aws:ResourceOrgID": ORG, "aws:ResourceTag/open": "true"})),
            "resource-on-identity",
            Status::Missed,
        ),
        (
            resource(json!({"aws:ResourceOrgID": ORG, "aws:PrincipalTag/open": "true"})),
            "resource-on-identity",
            Status::Met,
        ),
        (
            network(json!("198.18.0.0/16")),
            "network-on-identity",
            Status::Met,
        ),
        (
            network(json!(["198.18.0.0/16", "203.0.113.0/24"])),
            "network-on-identity",
            Status::Missed,
        ),
        (
            network(json!("0.0.0.0/0")),
            "network-on-identity",
            Status::Missed,
        ),
        (
            json!([deny(
                false,
                json!({"NotIpAddressIfExists": {"aws:SourceIp": "198.18.0.0/16"}, "ArnNotLikeIfExists": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}})
            )]),
            "network-on-identity",
            Status::Missed,
        ),
        (
            json!([deny(
                false,
                json!({"NotIpAddressIfExists": {"aws:SourceIp": "198.18.0.0/16"}, "StringEquals": {"aws:PrincipalTag/confined": "true"}})
            )]),
            "network-on-identity",
            Status::Partly,
        ),
        (
            json!([{"Effect": "Deny", "Action": "ecr:GetDownloadUrlForLayer", "Resource": "*", "Condition": {"StringNotLike": {"aws:PrincipalArn": "*"}}}]),
            "presigned-layers",
            Status::Absent,
        ),
    ];
    for (statements, id, wanted) in cases {
        assert_eq!(status(statements.clone(), id), wanted, "{id}: {statements}");
    }
}

#[test]
fn without_an_organisation_an_id_cannot_be_told() {
    let identity = |id: &str| {
        json!([deny(
            true,
            json!({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": id}})
        )])
    };
    let of = |id: &str| card(identity(id), World::default()).objectives[0].status;
    assert_eq!(of("o-a1b2c3d4e5"), Status::Unknown);
    assert_eq!(of(ORG), Status::Met);
}

#[test]
fn endpoints_and_replication_of_the_code() {
    let of = |code: &str| {
        let read = Read {
            inputs: vec![Input::Text(code.to_owned())],
            ..Read::default()
        };
        of(&Estate::read(&read, world(), &Arc::new(Files::default())).unwrap())
    };
    let endpoint = |name: &str, policy: &str| {
        format!(
            "resource \"aws_vpc_endpoint\" \"{name}\" {{\n  vpc_id = \"vpc-1\"\n  service_name = \"com.amazonaws.us-east-1.ecr.{name}\"\n  {policy}\n}}\n"
        )
    };
    let good = "policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Principal = \"*\", Action = \"*\", Resource = \"*\", Condition = { StringEquals = { \"aws:PrincipalOrgID\" = \"o-a1b2c3d4e5\", \"aws:ResourceOrgID\" = \"o-a1b2c3d4e5\" } } }] })";
    let both = of(&format!(
        "{}{}",
        endpoint("api", good),
        endpoint("dkr", good)
    ));
    assert_eq!([1, 3].map(|i| both.objectives[i].status), [Status::Met; 2]);
    assert_eq!(both.considerations[0].status, Status::Missed);
    let one = of(&format!("{}{}", endpoint("api", good), endpoint("dkr", "")));
    assert_eq!(
        [1, 3].map(|i| one.objectives[i].status),
        [Status::Missed; 2]
    );
    let copy = |account: &str| {
        let code = format!(
            "resource \"aws_ecr_replication_configuration\" \"r\" {{\n  replication_configuration {{\n    rule {{\n      destination {{\n        region = \"eu-west-1\"\n        registry_id = {account}\n      }}\n    }}\n  }}\n}}\n"
        );
        of(&code).considerations[3].status
    };
    assert_eq!(copy("\"444455556666\""), Status::Met);
    assert_eq!(copy("\"999999999999\""), Status::Missed);
    assert_eq!(copy("var.account"), Status::Unknown);
    assert_eq!(
        of("resource \"aws_ecr_repository\" \"a\" {\n  name = \"a\"\n}\n").considerations[3].status,
        Status::Absent
    );
}

#[test]
fn a_stranger_with_his_own_registry_and_names_that_are_not_ours() {
    let allow = |condition: Json| json!([{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition}]);
    let network = |condition: Json| {
        let policy = json!({"Version": "2012-10-17", "Statement": allow(condition)});
        let code = format!(
            "resource \"aws_vpc_endpoint\" \"a\" {{\n  vpc_id = \"vpc-1\"\n  service_name = \"com.amazonaws.us-east-1.ecr.api\"\n  policy = <<EOF\n{}\nEOF\n}}\n",
            policy.to_string().replace("${", "$${")
        );
        let read = Read {
            inputs: vec![Input::Text(code)],
            ..Read::default()
        };
        let card = of(&Estate::read(&read, world(), &Arc::new(Files::default())).unwrap());
        [1, 3].map(|i| card.objectives[i].status)
    };
    let (met, missed) = (Status::Met, Status::Missed);
    let variable = json!({"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}});
    assert_eq!(network(variable), [missed, missed]);
    let foreign = json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:ResourceAccount": ["111122223333", "999988887777"]}});
    assert_eq!(network(foreign), [met, missed]);
    let resource = |key: &str, values: Json| {
        status(
            json!([deny(
                false,
                json!({"StringNotEqualsIfExists": {key: values}})
            )]),
            "resource-on-identity",
        )
    };
    let (account, organization) = ("aws:ResourceAccount", "aws:ResourceOrgID");
    assert_eq!(
        resource(account, json!(["111122223333", "444455556666"])),
        met
    );
    assert_eq!(
        resource(account, json!(["111122223333", "999988887777"])),
        missed
    );
    assert_eq!(resource(organization, json!(["o-a1b2c3d4e5"])), met);
    assert_eq!(
        resource(organization, json!(["o-a1b2c3d4e5", "o-zzzzzzzzzz"])),
        missed
    );
}
