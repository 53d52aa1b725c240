#!/usr/bin/env python3
"""Random pairs of policies, judged by iam::reach and by the solver z3 (`pip install z3-solver`) from an encoding of its own.

    tests/oracle/pairs.py [--seed N] [--count N] [--timeout SECONDS]

Two questions for each pair: does the second policy allow a request that the first one does not, and does it let in an outsider? Where
the solver finds no answer in time, it is given the request that our side shows, and has to accept it. Exit status 1 where the
answers differ.
"""
import argparse
import collections
import fnmatch
import ipaddress
import json
import os
import random
import subprocess
import sys
import tempfile

import z3

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
OWN, INSIDE, FOREIGN = "111122223333", "444455556666", "999999999999"
ORG = "o-trusted0001"
ROLE, USER, ROOT, SERVICE, FEDERATED = range(5)
NEVER = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"]
ACTIONS = [
    f"ecr:{cells[1]}"
    for cells in (line.rstrip("\n").split("\t") for line in open(os.path.join(PROJECT, "src/iam/actions.tsv")))
    if cells[0] == "ecr" and cells[3] == "repository"
]


# --- pairs


def some(d, of):
    chosen = [d.choice(of) for _ in range(d.randint(1, 2))]
    return chosen[0] if len(chosen) == 1 else chosen


def condition(d):
    text = d.choice(["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"]) + d.choice(["", "", "IfExists"])
    arn = d.choice(["ArnLike", "ArnNotLike"])
    return d.choice([
        (text, "aws:PrincipalOrgID", some(d, [ORG, "o-other0002", "o-t*", "o-*"])),
        (text, "aws:PrincipalOrgID", some(d, [ORG, "o-other0002"])),
        (text, "aws:PrincipalAccount", some(d, [OWN, FOREIGN, "4444*"])),
        (arn, "aws:PrincipalArn", some(d, ["arn:aws:iam::*:role/ci", f"arn:aws:iam::{FOREIGN}:role/*", "arn:aws:iam::*:user/b*"])),
        ("StringLike", "aws:PrincipalArn", some(d, [f"*{FOREIGN}*", "*ci", f"*:{INSIDE}:user/*", "*federated*"])),
        (text, "aws:PrincipalTag/team", some(d, ["a", "b", "a*"])),
        (text, "aws:SourceVpce", some(d, ["vpce-0a", "vpce-0*"])),
        (d.choice(["IpAddress", "NotIpAddress"]), "aws:SourceIp", some(d, ["203.0.113.0/24", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8"])),
        ("Bool", "aws:SecureTransport", d.choice(["true", "false"])),
        ("Null", d.choice(["aws:PrincipalOrgID", "aws:SourceVpce", "aws:PrincipalTag/team"]), d.choice(["true", "false"])),
    ])


def statement(d, effect):
    account = d.choice([OWN, INSIDE, FOREIGN])
    principal = d.choice(["*", "*", "*", {"AWS": account}, {"AWS": [f"arn:aws:iam::{account}:role/ci", f"arn:aws:iam::{FOREIGN}:user/bob"]}])
    out = {"Effect": effect, "Principal": principal, "Action": some(d, ["ecr:BatchGetImage", "ecr:PutImage", "ecr:*", "ecr:Batch*"])}
    for _ in range(d.choice([0, 1, 1, 2])):
        operator, key, values = condition(d)
        out.setdefault("Condition", {}).setdefault(operator, {})[key] = values
    return out


def policy(d):
    return [statement(d, "Allow")] + [statement(d, d.choice(["Allow", "Deny"])) for _ in range(d.randint(0, 3))]


def pair(d, number):
    base = policy(d)
    head = [s for s in base if d.random() < 0.7] + [statement(d, d.choice(["Allow", "Deny"])) for _ in range(d.randint(0, 2))]
    return {"id": number, "base": base, "head": head or policy(d)}


# --- the encoding


def chars(text):
    singles = [z3.Re(c) for c in text if c != "\0"]
    return singles[0] if len(singles) == 1 else z3.Union(*singles)


DIGIT = z3.Range("0", "9")
LOWER = z3.Union(z3.Range("a", "z"), DIGIT)
NAME = z3.Plus(z3.Union(LOWER, z3.Range("A", "Z"), chars("_+=,.@-")))
ANYTHING = z3.Full(z3.ReSort(z3.StringSort()))


def glob(pattern, star=ANYTHING):
    parts = [star if c == "*" else z3.Re(c) for c in pattern]
    return parts[0] if len(parts) == 1 else z3.Concat(*parts)


def within_colons(pattern):
    """An ARN operator: wildcards stay in their component."""
    inside = z3.Star(z3.Union(z3.Range(" ", "9"), z3.Range(";", "~")))
    parts, colons = [], 0
    for c in pattern:
        colons += c == ":"
        parts.append((ANYTHING if colons >= 5 else inside) if c == "*" else z3.Re(c))
    return z3.Concat(*parts)


class Request:
    def __init__(self):
        s = z3.String
        self.kind, self.action = z3.Int("kind"), z3.Int("action")
        self.account, self.name, self.organization, self.tag, self.endpoint = s("account"), s("name"), s("organization"), s("tag"), s("endpoint")
        self.has_organization, self.has_tag, self.by_endpoint, self.six, self.secure = z3.Bools("has_organization has_tag by_endpoint six secure")
        self.address = z3.BitVec("address", 32)
        self.identity = self.kind != SERVICE
        arn = lambda kind, tail, of="iam": z3.Concat(z3.StringVal(f"arn:aws:{of}::"), self.account, z3.StringVal(kind), *tail)
        federated = z3.If(self.kind == FEDERATED, arn(":federated-user/", [self.name], "sts"), arn(":root", []))
        self.arn = z3.If(self.kind == ROLE, arn(":role/", [self.name]), z3.If(self.kind == USER, arn(":user/", [self.name]), federated))
        path = z3.Concat(z3.Plus(z3.Union(z3.Range("!", "9"), z3.Range(";", "~"))), z3.Re("/"), NAME)
        named = z3.Or(self.kind == ROLE, self.kind == USER)
        self.domain = [
            z3.And(self.kind >= ROLE, self.kind <= FEDERATED), z3.And(self.action >= 0, self.action < len(ACTIONS)),
            z3.InRe(self.account, z3.Loop(DIGIT, 12, 12)),
            z3.If(named, z3.InRe(self.name, z3.Union(NAME, path)), z3.InRe(self.name, NAME)),
            z3.InRe(self.organization, z3.Concat(z3.Re("o-"), z3.Plus(LOWER))),
            z3.InRe(self.endpoint, z3.Concat(z3.Re("vpce-"), z3.Plus(z3.Union(LOWER, chars("-_./"))))),
            z3.Length(self.tag) >= 1,
            z3.Implies(self.kind == SERVICE, z3.Not(self.has_organization)),
            # the accounts that the config lists are of its organisation
            z3.Implies(
                z3.And(self.identity, z3.Or(self.account == OWN, self.account == INSIDE)),
                z3.And(self.has_organization, self.organization == ORG),
            ),
            *[z3.Not(self.inside(n)) for n in NEVER],
        ]

    def inside(self, network):
        net = ipaddress.ip_network(network)
        return (self.address & int(net.netmask)) == int(net.network_address)

    def fact(self, key):
        """Whether a key is there, and its value."""
        return {
            "aws:PrincipalOrgID": (self.has_organization, self.organization),
            "aws:PrincipalAccount": (self.identity, self.account),
            "aws:PrincipalArn": (self.identity, self.arn),
            "aws:PrincipalTag/team": (self.has_tag, self.tag),
            "aws:SourceVpce": (self.by_endpoint, self.endpoint),
            "aws:SourceIp": (z3.Not(self.by_endpoint), None),
            "aws:SecureTransport": (z3.BoolVal(True), self.secure),
        }[key]

    def holds(self, operator, key, values):
        values = values if isinstance(values, list) else [values]
        there, value = self.fact(key)
        exists = operator.endswith("IfExists")
        operator = operator.removesuffix("IfExists")
        if operator == "Null":
            return z3.Or(*[z3.Not(there) if v == "true" else there for v in values])
        negated = "Not" in operator
        operator = operator.replace("Not", "")
        if operator == "IpAddress":
            fits = [z3.And(z3.Not(self.six), self.inside(v)) for v in values]
        elif operator == "Bool":
            fits = [value == (v == "true") for v in values]
        elif operator == "ArnLike":
            fits = [z3.InRe(value, within_colons(v)) for v in values]
        elif operator == "StringLike":
            fits = [z3.InRe(value, glob(v)) for v in values]
        else:
            fits = [value == z3.StringVal(v) for v in values]
        one = z3.Or(*fits)
        return z3.If(there, z3.Not(one) if negated else one, z3.BoolVal(negated or exists))

    def names(self, word):
        if word == "*":
            return z3.BoolVal(True)
        if word.isdigit():
            return z3.And(self.identity, self.account == word)
        _, _, _, _, account, rest = word.split(":", 5)
        kind, name = rest.split("/", 1)
        last = self.name == name if kind == "user" else z3.Or(self.name == name, z3.SuffixOf("/" + name, self.name))
        return z3.And(self.kind == (USER if kind == "user" else ROLE), self.account == account, last)

    def matches(self, statement):
        principal = statement["Principal"]
        words = ["*"] if principal == "*" else principal["AWS"]
        words = words if isinstance(words, list) else [words]
        patterns = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        actions = [i for i, a in enumerate(ACTIONS) if any(fnmatch.fnmatchcase(a, p) for p in patterns)]
        conditions = [self.holds(o, k, v) for o, keys in statement.get("Condition", {}).items() for k, v in keys.items()]
        return z3.And(z3.Or(*map(self.names, words)), z3.Or(*[self.action == i for i in actions]), *conditions)

    def allowed(self, statements):
        of = lambda effect: [self.matches(s) for s in statements if s["Effect"] == effect]
        return z3.And(z3.Or(*of("Allow")), z3.Not(z3.Or(*of("Deny"))))

    def outside(self):
        trusted = z3.Or(self.account == OWN, self.account == INSIDE, z3.And(self.has_organization, self.organization == ORG))
        return z3.Or(self.kind == SERVICE, z3.Not(trusted))

    def pinned(self, witness):
        """The request that our side shows, as far as it says."""
        principal, context = witness["principal"], witness["context"]
        out = [self.action == ACTIONS.index(witness["action"])]
        arn = context.get("aws:PrincipalArn", principal)
        if principal.startswith("arn:"):
            rest = arn.split(":", 5)[5]
            kind, _, name = rest.partition("/")
            out += [self.account == principal.split(":")[4], self.kind == {"root": ROOT, "user": USER, "federated-user": FEDERATED}.get(kind, ROLE)]
            if name:
                out.append(self.name == (name.rsplit("/", 1)[0] if kind == "assumed-role" else name))
        else:
            out.append(self.kind == SERVICE)
        organization, tag, endpoint, address = (context.get(k) for k in ("aws:PrincipalOrgID", "aws:PrincipalTag/team", "aws:SourceVpce", "aws:SourceIp"))
        organization = organization or witness["organization"]
        out.append(z3.And(self.has_organization, self.organization == organization) if organization else z3.Not(self.has_organization))
        out.append(z3.And(self.has_tag, self.tag == tag) if tag else z3.Not(self.has_tag))
        out.append(z3.And(self.by_endpoint, self.endpoint == endpoint) if endpoint else z3.Not(self.by_endpoint))
        if address:
            out.append(self.six if ":" in address else z3.And(z3.Not(self.six), self.address == int(ipaddress.ip_address(address))))
        if "aws:SecureTransport" in context:
            out.append(self.secure == (context["aws:SecureTransport"] == "true"))
        return out


def solve(request, goal, timeout, more=()):
    solver = z3.Solver()
    solver.set("timeout", int(timeout * 1000))
    solver.add(*request.domain, goal, *more)
    return {"sat": "yes", "unsat": "no"}.get(str(solver.check()), "no answer in time")


def ours(pairs):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "pairs")
        with open(path, "w") as f:
            f.writelines(json.dumps(p) + "\n" for p in pairs)
        command = ["cargo", "test", "--locked", "--quiet", "--lib", "reach::tests::pairs"]
        subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "ECR_GUARD_PAIRS": path})
        with open(path + ".answers") as f:
            return [json.loads(line) for line in f]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--timeout", type=float, default=3)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    pairs = [pair(dice, n) for n in range(options.count)]
    count, wrong = collections.Counter(), 0
    for one, answer in zip(pairs, ours(pairs)):
        request = Request()
        allowed = request.allowed(one["head"])
        goals = {"new": z3.And(allowed, z3.Not(request.allowed(one["base"]))), "outside": z3.And(allowed, request.outside())}
        for question, goal in goals.items():
            mine, theirs = answer[question], solve(request, goal, options.timeout)
            witness = answer[question + "_by"]
            if theirs == "no answer in time" and mine == "yes" and witness:
                theirs = solve(request, goal, options.timeout, request.pinned(witness))
                theirs = "yes, given our request" if theirs == "yes" else theirs
            count[f"{question}: ours {mine}, z3 {theirs}"] += 1
            if (mine, theirs) in [("yes", "no"), ("no", "yes"), ("no", "yes, given our request")]:
                wrong += 1
                print(json.dumps({"question": question, "ours": mine, "z3": theirs, "witness": witness, **one}))
    for what, n in sorted(count.items()):
        print(f"{n:6} {what}")
    print(f"{wrong:6} differ")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
