#!/usr/bin/env python3
"""Random requests, decided by `ecr-guard can --requests` and by the npm package @cloud-copilot/iam-simulate.

    npm install --prefix DIR @cloud-copilot/iam-simulate
    tests/oracle/requests.py BINARY DIR [--seed N] [--count N] [--show N]

Prints how many decisions agree and sorts the others by what is known about the package (README.md beside this file). Exit status 1
where a difference is left that nothing known explains.
"""
import argparse
import collections
import json
import os
import random
import re
import subprocess
import sys

OWN, OTHER, FOREIGN = "210987654321", "345678901234", "999999999999"
ORG, FOREIGN_ORG = "o-a1b2c3d4e5", "o-f6g7h8i9j0"
ORGANIZATION_OF = {OWN: ORG, OTHER: ORG}
ACTIONS = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:PutImage", "ecr:SetRepositoryPolicy", "ecr:ReplicateImage", "ecr:CreateRepository", "ecr:TagResource", "ecr:ListImages"]
ACTION_PATTERNS = ACTIONS + ["ecr:*", "*", "ecr:Batch*", "ECR:putimage", "ecr:*Image", "ecr:BatchGet?mage", "s3:*"]
NAMES = ["app", "team-a/api", "team-b/api", "prod/web"]
TEAMS = ["a", "b", "a*", "*", "A"]
TEXTS = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"]
NETWORKS = ["10.0.0.0/8", "203.0.113.0/24", "203.0.113.7", "0.0.0.0/1", "2001:db8::/32", "0.0.0.0/0"]
VALUES = {
    "aws:PrincipalOrgID": [ORG, FOREIGN_ORG, "o-*", "*"],
    "aws:PrincipalAccount": [OWN, OTHER, FOREIGN, "3456*"],
    "aws:PrincipalTag/team": TEAMS + ["${aws:ResourceTag/team}", "${aws:ResourceTag/team, 'a'}"],
    "aws:ResourceTag/team": ["a", "b", "${aws:PrincipalTag/team}"],
    "aws:SourceAccount": [OWN, OTHER, FOREIGN],
    "aws:SourceOrgID": [ORG, FOREIGN_ORG],
    "aws:SourceVpce": ["vpce-1", "vpce-2", "vpce-*"],
    "aws:SourceVpc": ["vpc-1", "vpc-2"],
    "aws:RequestedRegion": ["eu-west-1", "eu-*", "us-east-1"],
    "aws:ResourceAccount": [OWN, "${aws:PrincipalAccount}"],
    "aws:ResourceOrgID": [ORG, "${aws:PrincipalOrgID}"],
    "aws:username": ["bob", "b*"],
}
SETS = {
    "aws:PrincipalOrgPaths": [f"{ORG}/*", f"{ORG}/r-1/ou-1-prod/*", f"{FOREIGN_ORG}/*"],
    "aws:TagKeys": ["team", "cost*", "env"],
}


class Dice(random.Random):
    def some(self, of, most=2):
        chosen = [self.choice(of) for _ in range(self.randint(1, most))]
        return chosen[0] if len(chosen) == 1 and self.random() < 0.5 else chosen

    def odds(self, of):
        return self.random() < of


def principal_element(d):
    def named():
        account = d.choice([OWN, OTHER, FOREIGN])
        kinds = ["*", account, f"arn:aws:iam::{account}:root", f"arn:aws:iam::{account}:role/ci", f"arn:aws:iam::{account}:user/bob", f"arn:aws:iam::{account}:role/team/deploy", f"arn:aws:sts::{account}:assumed-role/ci/s1"]
        return d.choice(kinds)

    roll = d.random()
    if roll < 0.3:
        return "*"
    if roll < 0.8:
        return {"AWS": [named() for _ in range(d.randint(1, 3))]}
    return {"Service": d.some(["lambda.amazonaws.com", "replication.ecr.amazonaws.com"])}


def condition(d):
    exists = "IfExists" if d.odds(0.2) else ""
    roll = d.random()
    if roll < 0.55:
        key = d.choice(sorted(VALUES))
        return d.choice(TEXTS) + exists, key, d.some(VALUES[key])
    if roll < 0.68:
        key = d.choice(sorted(SETS))
        return d.choice(["ForAnyValue:", "ForAllValues:"]) + d.choice(TEXTS), key, d.some(SETS[key])
    if roll < 0.78:
        arns = [f"arn:aws:iam::{d.choice([OWN, OTHER, FOREIGN])}:role/*", "arn:aws:iam::*:role/ci", "arn:aws:iam::*:user/b?b", f"arn:aws:iam::{OTHER}:*"]
        return d.choice(["ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals"]) + exists, "aws:PrincipalArn", d.some(arns)
    if roll < 0.87:
        return d.choice(["IpAddress", "NotIpAddress"]) + exists, "aws:SourceIp", d.some(NETWORKS)
    if roll < 0.93:
        return "Bool" + exists, d.choice(["aws:SecureTransport", "aws:PrincipalIsAWSService"]), d.choice(["true", "false"])
    if roll < 0.97:
        return "Null", d.choice(sorted(VALUES) + sorted(SETS) + ["aws:SourceIp"]), d.choice(["true", "false"])
    return "Numeric" + d.choice(["LessThan", "GreaterThanEquals", "NotEquals"]) + exists, "aws:MultiFactorAuthAge", d.choice(["300", "3600"])


def statement(d, kind):
    out = {"Effect": "Deny" if kind == "rcp" or d.odds(0.35) else "Allow"}
    if kind == "resource":
        element = principal_element(d)
        negated = element != "*" and d.odds(0.1)
        out["NotPrincipal" if negated else "Principal"] = element
    elif kind in ("rcp", "endpoint"):
        out["Principal"] = "*"
    actions = [a for a in ACTION_PATTERNS if a != "*"] if kind == "rcp" else ACTION_PATTERNS
    out["NotAction" if kind != "rcp" and d.odds(0.1) else "Action"] = d.some(actions, 3)
    if kind != "resource" or d.odds(0.5):
        here = f"arn:aws:ecr:%s:{OWN}:repository/%s"
        resources = ["*", here % ("*", "*"), here % ("eu-west-1", "app"), here % ("*", "team-?/*"), here % ("us-*", "*/api"), here % ("*", "team-${aws:PrincipalTag/team}/*"), f"arn:aws:ecr:*:{OTHER}:repository/*"]
        out["NotResource" if kind != "rcp" and d.odds(0.1) else "Resource"] = d.some(resources)
    conditions = {}
    for _ in range(d.choice([0, 0, 1, 1, 2])):
        operator, key, values = condition(d)
        conditions.setdefault(operator, {})[key] = values
    if conditions:
        out["Condition"] = conditions
    return out


def policy(d, kind, most=3):
    version = "2008-10-17" if kind == "resource" and d.odds(0.04) else "2012-10-17"
    return {"Version": version, "Statement": [statement(d, kind) for _ in range(d.randint(1, most))]}


EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def caller(d, facts):
    account = d.choice([OWN, OTHER, FOREIGN])
    roll = d.random()
    if roll < 0.15:
        facts["aws:PrincipalIsAWSService"] = "true"
        if d.odds(0.7):
            source = d.choice([OWN, OTHER, FOREIGN])
            facts["aws:SourceAccount"] = source
            facts["aws:SourceOrgID"] = ORGANIZATION_OF.get(source, FOREIGN_ORG)
        return d.choice(["lambda.amazonaws.com", "replication.ecr.amazonaws.com"]), None
    arn, who = d.choice([
        (f"arn:aws:iam::{account}:role/ci", f"arn:aws:sts::{account}:assumed-role/ci/s1"),
        (f"arn:aws:iam::{account}:role/deploy", f"arn:aws:sts::{account}:assumed-role/deploy/s2"),
        (f"arn:aws:iam::{account}:user/bob",) * 2,
        (f"arn:aws:iam::{account}:root",) * 2,
    ])
    facts |= {"aws:PrincipalIsAWSService": "false", "aws:PrincipalAccount": account, "aws:PrincipalArn": arn}
    organization = ORGANIZATION_OF.get(account, d.choice([FOREIGN_ORG, None]))
    if organization:
        facts["aws:PrincipalOrgID"] = organization
        facts["aws:PrincipalOrgPaths"] = [f"{organization}/r-1/ou-1-{d.choice(['prod', 'dev'])}/"]
    if d.odds(0.5):
        facts["aws:PrincipalTag/team"] = d.choice(TEAMS)
    if ":user/" in arn:
        facts["aws:username"] = "bob"
    if d.odds(0.3):
        facts["aws:MultiFactorAuthAge"] = d.choice(["100", "300", "4000"])
    return who, account


def case(d, number):
    region, action = d.choice(["eu-west-1", "us-east-1"]), d.choice(ACTIONS)
    facts = {"aws:SecureTransport": d.choice(["true", "false"]), "aws:RequestedRegion": region, "aws:ResourceAccount": OWN, "aws:ResourceOrgID": ORG}
    who, account = caller(d, facts)
    endpoint = d.odds(0.35)
    if endpoint:
        facts |= {"aws:SourceVpce": d.choice(["vpce-1", "vpce-2"]), "aws:SourceVpc": d.choice(["vpc-1", "vpc-2"])}
    else:
        facts["aws:SourceIp"] = d.choice(["203.0.113.7", "203.0.113.9", "8.8.8.8", "200.1.1.1", "2001:db8::1", "2600::5"])
    if d.odds(0.5):
        facts["aws:ResourceTag/team"] = d.choice(["a", "b"])
    if action in ("ecr:CreateRepository", "ecr:TagResource"):
        facts["aws:TagKeys"] = d.sample(["team", "env", "costcenter"], d.randint(1, 2))
    level = lambda name, policies: [{"orgIdentifier": ORG, "policies": [{"name": f"{name}{i}", "policy": p} for i, p in enumerate(policies)]}]
    out = {
        "id": number,
        "request": {"principal": who, "action": action, "resource": {"resource": f"arn:aws:ecr:{region}:{OWN}:repository/{d.choice(NAMES)}", "accountId": OWN}, "contextVariables": facts},
        "identityPolicies": [{"name": "own", "policy": EVERYTHING if d.odds(0.6) else policy(d, "identity")}] if account and d.odds(0.85) else [],
        "serviceControlPolicies": level("scp", [EVERYTHING, policy(d, "scp", 2)]) if account and d.odds(0.25) else [],
        "resourceControlPolicies": level("rcp", [{"Version": "2012-10-17", "Statement": [statement(d, "rcp")]}]) if d.odds(0.2) else [],
    }
    if d.odds(0.9):
        out["resourcePolicy"] = policy(d, "resource")
    if d.odds(0.2):
        version = out.get("resourcePolicy", EVERYTHING)["Version"]
        out["registryPolicy"] = {"Version": version, "Statement": [statement(d, "resource")]}
    if endpoint and d.odds(0.4):
        out["vpcEndpointPolicies"] = [{"name": "endpoint", "policy": policy(d, "endpoint", 2)}]
    return out


def known(one):
    """What is known of the package that can explain a difference."""
    text = json.dumps(one)
    policies = [p for p in (one.get("resourcePolicy"), one.get("registryPolicy")) if p]
    negated = re.search(r'"(String|Arn)Not\w+": {[^{}]*\$\{', text)
    checks = {
        "variables are substituted in policies of version 2008": any(p["Version"] == "2008-10-17" and "${" in json.dumps(p) for p in policies),
        "0.0.0.0/0 takes in one address": '"0.0.0.0/0"' in text,
        "a negated operator and a variable without value": bool(negated),
        "NotResource and a variable without value": bool(re.search(r'"NotResource": [^{}]*\$\{', text)),
        "NotIpAddress and the other family of addresses": "NotIpAddress" in text and ":" in one["request"]["contextVariables"].get("aws:SourceIp", ""),
    }
    return [name for name, holds in checks.items() if holds]


def answers(command, cases, environment=None):
    text = "".join(json.dumps(c) + "\n" for c in cases)
    ran = subprocess.run(command, input=text, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    if len(lines) != len(cases):
        sys.exit(f"{command[0]}: {len(lines)} answers to {len(cases)} requests: {ran.stderr[:500]}")
    return {a["id"]: a["decision"] for a in lines}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("simulator", help="the folder that the npm package is installed in")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--show", type=int, default=3, help="so many differences that nothing explains are shown")
    options = parser.parse_args()
    dice = Dice(options.seed)
    cases = [case(dice, n) for n in range(options.count)]
    ours = answers([options.binary, "can", "--requests", "-"], cases)
    glue = os.path.join(os.path.dirname(os.path.abspath(__file__)), "simulate.mjs")
    theirs = answers(["node", glue], cases, {"SIMULATOR": os.path.abspath(options.simulator)})
    count, open_ = collections.Counter(), []
    for one in cases:
        mine, other = ours[one["id"]], theirs[one["id"]]
        if mine == other:
            count[f"agree: {mine}"] += 1
        elif other == "error":
            count["the package refuses the input"] += 1
        elif mine == "unknown":
            count["we say unknown"] += 1
        elif known(one):
            count["explained: " + known(one)[0]] += 1
        else:
            open_.append((one, mine, other))
    for what, n in sorted(count.items()):
        print(f"{n:7} {what}")
    print(f"{len(open_):7} differ, and nothing known explains it")
    for one, mine, other in open_[: options.show]:
        print(json.dumps({"ours": mine, "theirs": other, **one}))
    sys.exit(1 if open_ else 0)


if __name__ == "__main__":
    main()
