//! One rule of a lifecycle policy by itself.

use super::{LifecycleRule, Policy};
use crate::resource::glob;
use crate::resource::symbols::{Symbol, first_unknown, symbols, text_of};
use crate::value::{Kind, Value};

const RULE: &[&str] = &["rulePriority", "description", "selection", "action"];
const SELECTION: &[&str] = &[
    "tagStatus",
    "tagPatternList",
    "tagPrefixList",
    "storageClass",
    "countType",
    "countUnit",
    "countNumber",
];
const ACTION: &[&str] = &["type", "targetStorageClass"];

const TAG_STATUS: &[&str] = &["tagged", "untagged", "any"];
const COUNT_TYPE: &[&str] = &[
    "imageCountMoreThan",
    "sinceImagePushed",
    "sinceImagePulled",
    "sinceImageTransitioned",
];

/// Stars in a pattern of tags.
const STARS: usize = 4;

/// Reads and checks a rule, which is an object.
pub(super) fn read(
    policy: &mut Policy,
    position: usize,
    rule: &Value,
    typed: bool,
) -> LifecycleRule {
    let mut reader = Reader { policy, typed };
    reader.keys(rule, "a rule", RULE);
    let selection = reader.object(rule, "selection", SELECTION);
    let action = reader.object(rule, "action", ACTION);
    let description = reader.part(rule, "description", false);
    if !matches!(
        description.kind,
        Kind::Null(_) | Kind::String(_) | Kind::Unknown(_)
    ) {
        reader
            .policy
            .refuse("`description` is not a text", &description);
    }
    let rule = LifecycleRule {
        position,
        priority: reader.whole(rule, "rulePriority"),
        tag_status: reader.word(&selection, "tagStatus", true, TAG_STATUS),
        patterns: reader.texts(&selection, "tagPatternList"),
        prefixes: reader.texts(&selection, "tagPrefixList"),
        storage_class: reader.word(&selection, "storageClass", false, &["standard", "archive"]),
        count_type: reader.word(&selection, "countType", true, COUNT_TYPE),
        unit: reader.word(&selection, "countUnit", false, &["days"]),
        number: reader.whole(&selection, "countNumber"),
        action: reader.word(&action, "type", true, &["expire", "transition"]),
        target_storage_class: reader.word(&action, "targetStorageClass", false, &["archive"]),
        place: rule.place.clone(),
    };
    stars(policy, &rule.patterns);
    tags(policy, &rule);
    counts(policy, &rule);
    actions(policy, &rule);
    rule
}

struct Reader<'a> {
    policy: &'a mut Policy,
    typed: bool,
}

impl Reader<'_> {
    fn keys(&mut self, object: &Value, what: &str, known: &[&str]) {
        for (key, value) in object.entries() {
            if !known.contains(&&*key) {
                let mut at = value.clone();
                if let Some(span) = value.place.key {
                    at.place.span = span;
                }
                self.policy.refuse(format!("{what} has no `{key}`"), &at);
            }
        }
    }

    /// A part of an object: null where it is left out, unknown where it may be there.
    fn part(&mut self, object: &Value, key: &str, required: bool) -> Value {
        if object.is_null() {
            return object.clone(); // said already
        }
        let unknown = match (&object.kind, object.get(key)) {
            (_, Some(value)) => {
                if value.is_null() {
                    self.policy
                        .refuse(format!("`{key}` is null; leave it out"), &value);
                } else if let Some(unknown) = first_unknown(&value) {
                    self.policy.open(unknown);
                }
                return value;
            }
            (Kind::Unknown(unknown), None) => Some(unknown.clone()),
            (_, None) => object.more().cloned(),
        };
        let kind = match unknown {
            Some(unknown) => {
                self.policy.open(unknown.clone());
                Kind::Unknown(unknown)
            }
            None => {
                if required {
                    self.policy.refuse(format!("`{key}` is missing"), object);
                }
                Value::null(object.place.span).kind
            }
        };
        Value {
            kind,
            ..object.clone()
        }
    }

    /// A part that is an object; null where it is none, which is said.
    fn object(&mut self, rule: &Value, key: &str, known: &[&str]) -> Value {
        let value = self.part(rule, key, true);
        match &value.kind {
            Kind::Mapping { .. } => self.keys(&value, &format!("`{key}`"), known),
            Kind::Null(_) | Kind::Unknown(_) => {}
            _ => {
                self.policy
                    .refuse(format!("`{key}` is not an object"), &value);
                return Value {
                    kind: Value::null(value.place.span).kind,
                    ..value
                };
            }
        }
        value
    }

    /// A part that is one of these words.
    fn word(&mut self, object: &Value, key: &str, required: bool, words: &[&str]) -> Value {
        let value = self.part(object, key, required);
        let text = match &value.kind {
            Kind::Null(_) => return value,
            Kind::String(_) | Kind::Unknown(_) => text_of(&value).unwrap_or_default(),
            _ => {
                self.policy.refuse(format!("`{key}` is not a text"), &value);
                return value;
            }
        };
        if words.iter().all(|w| glob::matches(w, &text) == Some(false)) {
            let list: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
            let list = list.join(", ");
            let message = match (text.known(), words.len()) {
                (Some(known), 1) => format!("`{key}` is `{known}`; it can be {list} only"),
                (Some(known), _) => format!("`{key}` is `{known}`; it is one of {list}"),
                (None, _) => format!("`{key}` is none of {list}"),
            };
            self.policy.refuse(message, &value);
        }
        value
    }

    /// A required part that is a whole number from 1.
    fn whole(&mut self, object: &Value, key: &str) -> Value {
        let value = self.part(object, key, true);
        let wrong = match &value.kind {
            Kind::Null(_) | Kind::Unknown(_) => None,
            Kind::String(_) if self.typed => Some("is a text; ECR takes a number"),
            Kind::String(text) if text.known().is_none() => None,
            Kind::Number(_) | Kind::String(_) => match value.as_i64() {
                Some(n) if n >= 1 => None,
                _ => Some("is not a whole number from 1"),
            },
            _ => Some("is not a number"),
        };
        if let Some(wrong) = wrong {
            self.policy.refuse(format!("`{key}` {wrong}"), &value);
        }
        value
    }

    /// A part that is a list of texts.
    fn texts(&mut self, object: &Value, key: &str) -> Value {
        let value = self.part(object, key, false);
        match &value.kind {
            Kind::Null(_) | Kind::Unknown(_) => {}
            Kind::Sequence { .. } => {
                for item in value.items() {
                    if !matches!(item.kind, Kind::String(_) | Kind::Unknown(_)) {
                        self.policy
                            .refuse(format!("`{key}` holds something that is not a text"), &item);
                    }
                }
            }
            _ => self.policy.refuse(format!("`{key}` is not a list"), &value),
        }
        value
    }
}

fn stars(policy: &mut Policy, patterns: &Value) {
    for pattern in patterns.items() {
        let text = text_of(&pattern).unwrap_or_default();
        let star = |s: &&Symbol<'_>| matches!(s, Symbol::Char('*'));
        if symbols(&text).iter().filter(star).count() > STARS {
            policy.refuse("a pattern has at most four `*`", &pattern);
        }
    }
}

/// Whether a list is left out or surely empty.
fn empty(list: &Value) -> bool {
    let none = list.items().is_empty() && list.more().is_none();
    list.is_null() || none && matches!(list.kind, Kind::Sequence { .. })
}

/// Whether a list surely has an element.
fn filled(list: &Value) -> bool {
    !list.items().is_empty()
}

fn tags(policy: &mut Policy, rule: &LifecycleRule) {
    let (patterns, prefixes) = (&rule.patterns, &rule.prefixes);
    match rule.tag_status.as_str() {
        Some("tagged") => {
            if filled(patterns) && filled(prefixes) {
                let message = "`tagPatternList` and `tagPrefixList` exclude each other";
                policy.refuse(message, prefixes);
            }
            if empty(patterns) && empty(prefixes) {
                let message = "`tagged` images need a `tagPatternList` or a `tagPrefixList`";
                policy.refuse(message, &rule.tag_status);
            }
        }
        Some(status @ ("untagged" | "any")) => {
            for list in [patterns, prefixes] {
                if filled(list) {
                    policy.refuse(format!("`{status}` images are not chosen by tags"), list);
                }
            }
        }
        _ => {}
    }
}

fn counts(policy: &mut Policy, rule: &LifecycleRule) {
    let unit = &rule.unit;
    let Some(count_type) = rule.count_type.as_str() else {
        return;
    };
    if count_type == "imageCountMoreThan" {
        if !unit.is_null() && unit.as_unknown().is_none() {
            policy.refuse("`imageCountMoreThan` takes no `countUnit`", unit);
        }
    } else if COUNT_TYPE.contains(&count_type) && unit.is_null() {
        let message = format!("`{count_type}` needs the `countUnit` `days`");
        policy.refuse(message, &rule.count_type);
    }
}

fn actions(policy: &mut Policy, rule: &LifecycleRule) {
    let count_type = rule.count_type.as_str();
    let action = rule.action.as_str();
    let class = rule.class();
    if count_type == Some("sinceImagePulled") && action == Some("expire") {
        let message = "`sinceImagePulled` can only `transition` images";
        policy.refuse(message, &rule.action);
    }
    if count_type == Some("sinceImageTransitioned") {
        if action == Some("transition") {
            let message = "`sinceImageTransitioned` can only `expire` images";
            policy.refuse(message, &rule.action);
        }
        if class == Some("standard") {
            let message = "`sinceImageTransitioned` needs the `storageClass` `archive`";
            policy.refuse(message, &rule.count_type);
        }
    }
    let other =
        count_type.is_some_and(|c| c != "sinceImageTransitioned" && COUNT_TYPE.contains(&c));
    if class == Some("archive") && other {
        let message = "`archive` images are counted by `sinceImageTransitioned` only";
        policy.refuse(message, &rule.storage_class);
    }
    if action == Some("transition") && rule.target_storage_class.is_null() {
        let message = "`transition` needs the `targetStorageClass` `archive`";
        policy.refuse(message, &rule.action);
    }
}
