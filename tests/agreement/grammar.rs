//! Expressions made at random.

use proptest::prelude::*;

/// Expressions of one type: `leaves` come with the surroundings.
#[derive(Clone, Copy)]
pub(super) struct Grammar {
    texts: &'static [&'static str],
}

/// What needs no provider.
pub(super) const CORE: Grammar = Grammar {
    texts: &[
        "\"a\"",
        "\"b-c\"",
        "\"\"",
        "\"É x\"",
        "\"10\"",
        "var.s",
        "var.n",
        "local.up",
        "terraform_data.unk.id",
        "var.o.name",
        "var.o.deep.x",
        "var.list[0].name",
        "x",
    ],
};

/// The same, without anything that is known after apply: a number of instances must not hang on that.
pub(super) const KNOWN: Grammar = Grammar {
    texts: &[
        "\"a\"",
        "\"\"",
        "var.s",
        "var.n",
        "local.up",
        "var.o.name",
        "x",
    ],
};

/// What hangs on the deployment.
pub(super) const AWS: Grammar = Grammar {
    texts: &[
        "\"a\"",
        "\"b-c\"",
        "var.s",
        "local.up",
        "x",
        "data.aws_caller_identity.me.account_id",
        "data.aws_region.here.name",
        "data.aws_partition.here.partition",
        "data.aws_partition.here.dns_suffix",
        "aws_ecr_repository.other.arn",
        "aws_ecr_repository.other.repository_url",
        "aws_ecr_repository.other.registry_id",
    ],
};

impl Grammar {
    pub(super) fn text(self, depth: u32) -> BoxedStrategy<String> {
        let leaf = prop::sample::select(self.texts).prop_map(str::to_owned);
        let Some(d) = depth.checked_sub(1) else {
            return leaf.boxed();
        };
        let (text, list, map) = (|| self.text(d), || self.list(d), || self.map(d));
        prop_oneof![
            4 => leaf,
            2 => (text(), text()).prop_map(|(a, b)| format!("\"${{{a}}}/${{{b}}}\"")),
            1 => (text(), text()).prop_map(|(a, b)| format!("format(\"%s:%s\", {a}, {b})")),
            1 => text().prop_map(|a| format!("upper({a})")),
            1 => text().prop_map(|a| format!("title({a})")),
            1 => (text(), text()).prop_map(|(a, b)| format!("replace({a}, \"a\", {b})")),
            1 => (text(), text()).prop_map(|(a, b)| format!("trimprefix({a}, {b})")),
            1 => (text(), -2..4, -1..4).prop_map(|(a, n, m)| format!("substr({a}, {n}, {m})")),
            1 => (self.truth(d), text(), text()).prop_map(|(c, a, b)| format!("({c} ? {a} : {b})")),
            1 => list().prop_map(|l| format!("join(\",\", {l})")),
            1 => (list(), 0..3).prop_map(|(l, i)| format!("{l}[{i}]")),
            1 => (list(), 0..5).prop_map(|(l, i)| format!("element({l}, {i})")),
            1 => (map(), text(), text()).prop_map(|(m, k, a)| format!("lookup({m}, {k}, {a})")),
            1 => (text(), text()).prop_map(|(a, b)| format!("coalesce({a}, {b})")),
            1 => list().prop_map(|l| format!("jsonencode({l})")),
            1 => map().prop_map(|m| format!("jsonencode({m})")),
            1 => map().prop_map(|m| format!("yamlencode({m})")),
            1 => list().prop_map(|l| format!("tostring(length({l}))")),
            1 => list().prop_map(|l| format!("\"%{{ for x in {l} ~}} ${{x}}, %{{ endfor }}\"")),
        ]
        .boxed()
    }

    pub(super) fn truth(self, depth: u32) -> BoxedStrategy<String> {
        let leaf = prop_oneof![Just("true".to_owned()), Just("var.b".to_owned())];
        let Some(d) = depth.checked_sub(1) else {
            return leaf.boxed();
        };
        let (text, list) = (|| self.text(d), || self.list(d));
        prop_oneof![
            2 => leaf,
            1 => (text(), text()).prop_map(|(a, b)| format!("({a} == {b})")),
            1 => (text(), text()).prop_map(|(a, b)| format!("startswith({a}, {b})")),
            1 => (list(), text()).prop_map(|(l, a)| format!("contains({l}, {a})")),
            1 => (list(), 0..3).prop_map(|(l, n)| format!("(length({l}) > {n})")),
            1 => text().prop_map(|a| format!("can(tonumber({a}))")),
            1 => (self.truth(d), self.truth(d)).prop_map(|(a, b)| format!("(!{a} || {b})")),
        ]
        .boxed()
    }

    pub(super) fn list(self, depth: u32) -> BoxedStrategy<String> {
        let leaf = prop_oneof![
            Just("var.l".to_owned()),
            Just("[\"b\", \"a\"]".to_owned()),
            Just("[]".to_owned())
        ];
        let Some(d) = depth.checked_sub(1) else {
            return leaf.boxed();
        };
        let (text, list, map) = (|| self.text(d), || self.list(d), || self.map(d));
        prop_oneof![
            2 => leaf,
            3 => (text(), text()).prop_map(|(a, b)| format!("[{a}, {b}]")),
            2 => (list(), text()).prop_map(|(l, a)| format!("[for x in {l} : {a}]")),
            1 => (list(), self.truth(d)).prop_map(|(l, c)| format!("[for x in {l} : x if {c}]")),
            1 => (map(), text()).prop_map(|(m, a)| format!("[for k, x in {m} : \"${{k}}=${{{a}}}\"]")),
            1 => (list(), list()).prop_map(|(a, b)| format!("concat({a}, {b})")),
            1 => (list(), list()).prop_map(|(a, b)| format!("flatten([{a}, [{b}]])")),
            1 => list().prop_map(|l| format!("distinct({l})")),
            1 => list().prop_map(|l| format!("compact({l})")),
            1 => list().prop_map(|l| format!("sort({l})")),
            1 => list().prop_map(|l| format!("reverse({l})")),
            1 => (list(), 0..3).prop_map(|(l, n)| format!("slice({l}, 0, {n})")),
            1 => (list(), list()).prop_map(|(a, b)| format!("tolist(setunion({a}, {b}))")),
            1 => (list(), list()).prop_map(|(a, b)| format!("tolist(setintersection({a}, {b}))")),
            1 => text().prop_map(|a| format!("split(\"/\", {a})")),
            1 => map().prop_map(|m| format!("keys({m})")),
            1 => map().prop_map(|m| format!("values({m})")),
            1 => (self.truth(d), list(), list()).prop_map(|(c, a, b)| format!("({c} ? {a} : {b})")),
        ]
        .boxed()
    }

    pub(super) fn map(self, depth: u32) -> BoxedStrategy<String> {
        let leaf = prop_oneof![
            Just("var.m".to_owned()),
            Just("{ a = \"x\", c = \"\" }".to_owned())
        ];
        let Some(d) = depth.checked_sub(1) else {
            return leaf.boxed();
        };
        let (text, list, map) = (|| self.text(d), || self.list(d), || self.map(d));
        prop_oneof![
            2 => leaf,
            2 => (text(), text()).prop_map(|(a, b)| format!("{{ a = {a}, k = {b} }}")),
            1 => (text(), text()).prop_map(|(a, b)| format!("{{ ({a}) = {b} }}")),
            1 => (list(), text()).prop_map(|(l, a)| format!("{{ for x in toset({l}) : x => {a} }}")),
            1 => (map(), text()).prop_map(|(m, a)| format!("{{ for k, x in {m} : upper(k) => {a} if x != \"\" }}")),
            1 => (map(), map()).prop_map(|(a, b)| format!("merge({a}, {b})")),
            1 => list().prop_map(|l| format!("zipmap(distinct({l}), distinct({l}))")),
            1 => map().prop_map(|m| format!("tomap({m})")),
        ]
        .boxed()
    }

    /// An expression of any type; the name that iterations bring along is a text where there is none.
    pub(super) fn any(self) -> BoxedStrategy<String> {
        let all = prop_oneof![self.text(3), self.list(3), self.map(3), self.truth(3)];
        all.prop_map(|e| format!("one([for x in [\"e\"] : {e}])"))
            .boxed()
    }
}
