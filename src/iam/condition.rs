//! Condition operators and what they say about a request's context (R6–R12).

use super::kleene::Tri;
use super::pattern::{Binding, Context, Fact, Glob, Style};
use crate::value::Text;
use std::cmp::Ordering;
use std::net::IpAddr;

#[cfg(test)]
mod tests;

/// A condition operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operator {
    /// `ForAllValues:` or `ForAnyValue:`.
    pub quantifier: Option<Quantifier>,
    /// What it compares, as a positive operator.
    pub base: Base,
    /// `…Not…`
    pub negated: bool,
    /// `…IfExists`
    pub if_exists: bool,
}

/// A set operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// `ForAllValues:`: true for a key that is absent or empty (R8).
    All,
    /// `ForAnyValue:`
    Any,
}

/// What a positive operator compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Base {
    /// `StringEquals`
    Equals,
    /// `StringEqualsIgnoreCase`
    EqualsIgnoreCase,
    /// `StringLike`
    Like,
    /// `ArnLike` and `ArnEquals`, which are the same (R9).
    Arn,
    /// `Bool`
    Bool,
    /// `BinaryEquals`
    Binary,
    /// `IpAddress`
    Ip,
    /// `Numeric…`
    Numeric(Comparison),
    /// `Date…`
    Date(Comparison),
    /// `Null`
    Null,
}

/// How numbers and dates are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `…Equals`
    Equals,
    /// `…LessThan`
    Less,
    /// `…LessThanEquals`
    LessOrEqual,
    /// `…GreaterThan`
    Greater,
    /// `…GreaterThanEquals`
    GreaterOrEqual,
}

impl Comparison {
    fn holds(self, left: f64, right: f64) -> bool {
        let order = left.partial_cmp(&right);
        match self {
            Comparison::Equals => order == Some(Ordering::Equal),
            Comparison::Less => order == Some(Ordering::Less),
            Comparison::Greater => order == Some(Ordering::Greater),
            Comparison::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Comparison::GreaterOrEqual => {
                matches!(order, Some(Ordering::Greater | Ordering::Equal))
            }
        }
    }
}

impl Operator {
    /// The operator of a name, without regard to case (R2).
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let (quantifier, rest) = match name.split_once(':') {
            Some(("forallvalues", rest)) => (Some(Quantifier::All), rest),
            Some(("foranyvalue", rest)) => (Some(Quantifier::Any), rest),
            Some(_) => return None,
            None => (None, name.as_str()),
        };
        let (rest, if_exists) = match rest.strip_suffix("ifexists") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let (base, negated) = base(rest)?;
        let plain = base != Base::Null || (quantifier.is_none() && !if_exists);
        plain.then_some(Operator {
            quantifier,
            base,
            negated,
            if_exists,
        })
    }
}

fn base(name: &str) -> Option<(Base, bool)> {
    Some(match name {
        "stringequals" => (Base::Equals, false),
        "stringnotequals" => (Base::Equals, true),
        "stringequalsignorecase" => (Base::EqualsIgnoreCase, false),
        "stringnotequalsignorecase" => (Base::EqualsIgnoreCase, true),
        "stringlike" => (Base::Like, false),
        "stringnotlike" => (Base::Like, true),
        "arnlike" | "arnequals" => (Base::Arn, false),
        "arnnotlike" | "arnnotequals" => (Base::Arn, true),
        "bool" => (Base::Bool, false),
        "binaryequals" => (Base::Binary, false),
        "ipaddress" => (Base::Ip, false),
        "notipaddress" => (Base::Ip, true),
        "null" => (Base::Null, false),
        _ => {
            if let Some(rest) = name.strip_prefix("numeric") {
                let (comparison, negated) = comparison(rest)?;
                (Base::Numeric(comparison), negated)
            } else {
                let (comparison, negated) = comparison(name.strip_prefix("date")?)?;
                (Base::Date(comparison), negated)
            }
        }
    })
}

fn comparison(name: &str) -> Option<(Comparison, bool)> {
    Some(match name {
        "equals" => (Comparison::Equals, false),
        "notequals" => (Comparison::Equals, true),
        "lessthan" => (Comparison::Less, false),
        "lessthanequals" => (Comparison::LessOrEqual, false),
        "greaterthan" => (Comparison::Greater, false),
        "greaterthanequals" => (Comparison::GreaterOrEqual, false),
        _ => return None,
    })
}

/// Keys with more than one value.
pub const MULTIVALUED: &[&str] = &[
    "aws:tagkeys",
    "aws:principalorgpaths",
    "aws:principalservicenameslist",
    "aws:calledvia",
    "aws:sourceorgpaths",
    "aws:resourceorgpaths",
    "aws:vpceorgpaths",
];

/// Global keys that ECR requests can carry (IAM User Guide, global condition context keys), without `aws:`.
const GLOBAL: &[&str] = &[
    "AssumedRoot",
    "CalledVia",
    "CalledViaFirst",
    "CalledViaLast",
    "ChatbotSourceArn",
    "CurrentTime",
    "Ec2InstanceSourcePrivateIPv4",
    "Ec2InstanceSourceVpc",
    "EpochTime",
    "FederatedProvider",
    "MultiFactorAuthAge",
    "MultiFactorAuthPresent",
    "PrincipalAccount",
    "PrincipalArn",
    "PrincipalIsAWSService",
    "PrincipalOrgID",
    "PrincipalOrgPaths",
    "PrincipalServiceName",
    "PrincipalServiceNamesList",
    "PrincipalType",
    "Referer",
    "RequestedRegion",
    "ResourceAccount",
    "ResourceOrgID",
    "ResourceOrgPaths",
    "SecureTransport",
    "SourceAccount",
    "SourceArn",
    "SourceIdentity",
    "SourceIp",
    "SourceOrgID",
    "SourceOrgPaths",
    "SourceVpc",
    "SourceVpcArn",
    "SourceVpce",
    "TagKeys",
    "TokenIssueTime",
    "UserAgent",
    "userid",
    "username",
    "ViaAWSService",
    "VpceAccount",
    "VpceOrgID",
    "VpceOrgPaths",
    "VpcSourceIp",
];

/// A key as AWS spells it.
pub fn spelling(key: &str) -> String {
    let global = |name: &str| GLOBAL.iter().find(|g| g.eq_ignore_ascii_case(name));
    let tag = [
        ("principaltag/", "PrincipalTag/"),
        ("resourcetag/", "ResourceTag/"),
        ("requesttag/", "RequestTag/"),
    ];
    let Some((namespace, name)) = key.split_once(':') else {
        return key.to_owned();
    };
    let tagged =
        |(low, spelled): &(&str, &str)| Some(format!("{spelled}{}", name.strip_prefix(low)?));
    let name = match global(name).filter(|_| namespace == "aws") {
        Some(known) => (*known).to_owned(),
        None => tag
            .iter()
            .find_map(tagged)
            .unwrap_or_else(|| name.to_owned()),
    };
    format!("{namespace}:{name}")
}

/// The key that is meant, perhaps, by one that no ECR request carries.
pub fn meant(key: &str) -> Option<String> {
    let name = key.strip_prefix("aws:")?;
    let names: Vec<String> = GLOBAL.iter().map(|g| g.to_ascii_lowercase()).collect();
    let near = crate::diagnostic::nearest(name, names.iter().map(String::as_str))?;
    Some(spelling(&format!("aws:{near}")))
}

/// Whether an ECR request can carry a key (R13); `Unknown` for keys of federation and compute services, which stay with a
/// role session.
pub fn can_be_present(key: &str) -> Tri {
    if key == "ec2:owner" {
        return Tri::False; // of EC2's resources, not of a session on EC2
    }
    if let Some(name) = key.strip_prefix("aws:") {
        let tag = ["principaltag/", "resourcetag/", "requesttag/"];
        let global = GLOBAL.iter().any(|g| g.eq_ignore_ascii_case(name));
        let known = global || tag.iter().any(|t| name.starts_with(t));
        return known.into();
    }
    if key.starts_with("ecr:resourcetag/") || key.starts_with("ecr-public:resourcetag/") {
        return Tri::True;
    }
    let session = [
        "saml",
        "sts",
        "ec2",
        "lambda",
        "glue",
        "ssm",
        "identitystore",
    ];
    let namespace = key.split_once(':').map_or("", |(n, _)| n);
    if session.contains(&namespace) || namespace.contains('.') {
        return Tri::Unknown;
    }
    Tri::False
}

/// Keys by which a policy names principals or networks one by one.
const NAMING: &[&str] = &[
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:userid",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourcevpce",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
];

/// One key of one operator: true, where the key's values in the request fit (R6).
#[derive(Clone, Debug)]
pub struct Clause {
    /// The operator; `None`: IAM knows no such operator.
    pub operator: Option<Operator>,
    /// The key, in lower case.
    pub key: String,
    /// The policy's values.
    pub values: Vec<Glob>,
}

impl Clause {
    /// The clause of a document's words. `variables`: the policy's version has variables.
    pub fn new<'a>(
        operator: &str,
        key: &str,
        values: impl IntoIterator<Item = &'a Text>,
        variables: bool,
        binding: &Binding,
    ) -> Self {
        let operator = Operator::parse(operator);
        let base = operator.map(|o| o.base);
        let strings = [Base::Equals, Base::EqualsIgnoreCase, Base::Like, Base::Arn];
        let style = Style {
            wild: matches!(base, Some(Base::Like | Base::Arn)),
            fold: base == Some(Base::EqualsIgnoreCase),
            variables: variables && base.is_some_and(|b| strings.contains(&b)),
        };
        Clause {
            operator,
            key: key.to_lowercase(),
            values: (values.into_iter())
                .map(|t| Glob::of(t, style, binding))
                .collect(),
        }
    }

    /// Whether it holds in a context.
    pub fn holds(&self, context: &Context) -> Tri {
        self.says(context.facts.get(&self.key), context)
    }

    /// Whether it holds where its key has a value, or is absent; the context tells the values of policy variables.
    pub fn says(&self, fact: Option<&Fact>, context: &Context) -> Tri {
        let Some(operator) = self.operator else {
            return Tri::Unknown;
        };
        let fact = match fact {
            Some(Fact::Many(values)) if values.is_empty() => None,
            fact => fact,
        };
        if operator.base == Base::Null {
            return Tri::any(self.values.iter().map(|v| null(v, fact.is_none())));
        }
        let Some(fact) = fact else {
            return absent(operator);
        };
        let single = |value: &str| {
            let fits = self.values.iter().map(|p| self.fits(p, value, context));
            Tri::any(fits).flip(operator.negated)
        };
        match (fact, operator.quantifier) {
            (Fact::Unknown(_), _) => Tri::Unknown,
            (Fact::One(value), _) => single(value),
            (Fact::Many(values), Some(Quantifier::All)) => {
                Tri::all(values.iter().map(|v| single(v)))
            }
            (Fact::Many(values), Some(Quantifier::Any)) => {
                Tri::any(values.iter().map(|v| single(v)))
            }
            // A3: a multivalued key without a set operator matches nothing
            (Fact::Many(_), None) if context.view.cautious => Tri::Unknown,
            (Fact::Many(_), None) => Tri::False,
        }
    }

    /// Whether one value of the policy matches one of the request, as a positive operator.
    fn fits(&self, pattern: &Glob, value: &str, context: &Context) -> Tri {
        let Some(operator) = self.operator else {
            return Tri::Unknown;
        };
        let exact = matches!(operator.base, Base::Equals | Base::EqualsIgnoreCase);
        if exact
            && context.view.unnamed
            && NAMING.contains(&self.key.as_str())
            && pattern.holes().next().is_some()
        {
            return Tri::False;
        }
        match operator.base {
            Base::Equals | Base::EqualsIgnoreCase | Base::Like => pattern.fits(value, context),
            Base::Arn => pattern.fits_arn(value, context),
            base => match pattern.literal() {
                Some(literal) => compare(base, literal, value).into(),
                None => Tri::Unknown,
            },
        }
    }
}

/// What an operator says about a key that the request lacks (R7, R8).
fn absent(operator: Operator) -> Tri {
    match operator.quantifier {
        Some(Quantifier::All) => Tri::True,
        // the guide does not say what ForAnyValue:…IfExists does
        Some(Quantifier::Any) if operator.if_exists => Tri::Unknown,
        Some(Quantifier::Any) => Tri::False,
        None => (operator.if_exists || operator.negated).into(),
    }
}

fn null(pattern: &Glob, absent: bool) -> Tri {
    match pattern.literal() {
        Some(text) => text
            .eq_ignore_ascii_case(if absent { "true" } else { "false" })
            .into(),
        None => Tri::Unknown,
    }
}

fn compare(base: Base, policy: &str, request: &str) -> bool {
    match base {
        Base::Bool => {
            let truth = ["true", "false"];
            policy.eq_ignore_ascii_case(request)
                && truth.iter().any(|t| policy.eq_ignore_ascii_case(t))
        }
        Base::Ip => match (network(policy), network(request)) {
            (Some(net), Some(address)) => net.contains(&address),
            _ => false,
        },
        Base::Numeric(c) => match (number(request), number(policy)) {
            (Some(left), Some(right)) => c.holds(left, right),
            _ => false,
        },
        Base::Date(c) => match (instant(request), instant(policy)) {
            (Some(left), Some(right)) => c.holds(left, right),
            _ => false,
        },
        _ => policy == request,
    }
}

/// A number as the Numeric operators take it.
pub fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|n| n.is_finite())
}

/// Seconds since 1970: of an ISO 8601 date or of epoch seconds (R11).
pub fn instant(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || c == '.')
    {
        return number(text);
    }
    if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
        return Some(stamp.as_duration().as_secs_f64());
    }
    let date = text.parse::<jiff::civil::DateTime>().ok()?;
    let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_duration().as_secs_f64())
}

/// A network of a CIDR notation or a bare address; bits beyond the prefix are dropped (R10).
pub fn network(text: &str) -> Option<ipnet::IpNet> {
    let text = text.trim();
    match text.parse::<ipnet::IpNet>() {
        Ok(net) => Some(net.trunc()),
        Err(_) => text.parse::<IpAddr>().ok().map(ipnet::IpNet::from),
    }
}
