//! Reads documents from values.

use super::{
    Condition, Document, Effect, PolicyKind, PrincipalElement, Problem, Statement, Version, Word,
    Words, anybody, word, words,
};
use crate::iam::condition::Operator;
use crate::iam::pattern::Binding;
use crate::iam::principal::{Sort, Who};
use crate::syntax::json;
use crate::value::{Kind, Place, Text, Unknown, Value};
use std::borrow::Cow;
use std::sync::Arc;

struct Reader {
    kind: PolicyKind,
    problems: Vec<Problem>,
}

pub(super) fn document(value: &Value, kind: PolicyKind) -> (Document, Vec<Problem>) {
    let mut reader = Reader {
        kind,
        problems: Vec::new(),
    };
    let mut document = Document {
        kind,
        version: Version::V2008,
        statements: Vec::new(),
        place: value.place.clone(),
        unknown: Vec::new(),
        sensitive: value.has_sensitive(),
    };
    match reader.object(value) {
        Ok(Some(root)) => reader.root(&root, &mut document),
        Ok(None) => {}
        Err(unknown) => document.unknown.push(unknown),
    }
    (document, reader.problems)
}

impl Reader {
    fn refuse(&mut self, place: &Place, message: impl Into<Cow<'static, str>>) {
        self.problems.push(Problem {
            message: place.wrong(message).into_owned(),
            place: place.clone(),
        });
    }

    /// The object that a policy is, or that its text holds. `Err`: unknown.
    fn object(&mut self, value: &Value) -> Result<Option<Value>, Arc<Unknown>> {
        match &value.kind {
            Kind::Unknown(unknown) => Err(unknown.clone()),
            Kind::Mapping { .. } => Ok(Some(value.clone())),
            Kind::String(text) => {
                let mut root = match text.json() {
                    // its leaves know where they were written, wherever the document is used
                    Some(json) => Value::clone(json),
                    None => match self.parsed(text, value) {
                        Ok(mut parsed) => {
                            parsed.place.inherit(&value.place);
                            parsed
                        }
                        Err(error) => {
                            if let Some(hole) = error.hole.or_else(|| open(text)) {
                                return Err(hole);
                            }
                            let mut place = value.place.clone();
                            place.span = error.span;
                            self.refuse(
                                &place,
                                format!("the policy is not JSON: {}", error.message),
                            );
                            return Ok(None);
                        }
                    },
                };
                root.sensitive |= value.sensitive;
                root.place.secret |= root.sensitive;
                match &root.kind {
                    Kind::Mapping { .. } => Ok(Some(root)),
                    Kind::Unknown(unknown) => Err(unknown.clone()),
                    _ => {
                        self.refuse(&root.place, "the policy is not a JSON object");
                        Ok(None)
                    }
                }
            }
            Kind::Null(_) => Ok(None),
            _ => {
                self.refuse(&value.place, "the policy is not a JSON object");
                Ok(None)
            }
        }
    }

    /// What the text of a policy holds. No element of a policy has a key twice: the grammar has it so (R1).
    fn parsed(&mut self, text: &Text, value: &Value) -> Result<Value, json::JsonError> {
        let (parsed, twice) = json::parse_strictly(text, value.place.span);
        for key in twice {
            let mut place = value.place.clone();
            place.secret |= value.has_sensitive();
            place.span = key.again;
            self.refuse(
                &place,
                format!("the key `{}` stands twice in one element", key.key),
            );
        }
        parsed
    }

    fn root(&mut self, root: &Value, document: &mut Document) {
        if let Some(more) = root.more() {
            document.unknown.push(more.clone());
        }
        let mut has_statement = false;
        for (name, value) in root.entries() {
            match name.to_ascii_lowercase().as_str() {
                "version" => document.version = self.version(&value),
                "id" => {}
                "statement" if value.is_null() => {}
                "statement" => {
                    has_statement = true;
                    self.statements(&value, document);
                }
                _ => self.refuse(&value.place, format!("a policy has no element `{name}`")),
            }
        }
        if !has_statement && document.unknown.is_empty() {
            self.refuse(&document.place, "the policy has no Statement");
        }
    }

    fn version(&mut self, value: &Value) -> Version {
        match word(value) {
            _ if value.is_null() => Version::V2008,
            Some(w) => match w.known() {
                Some("2012-10-17") => Version::V2012,
                Some("2008-10-17") => Version::V2008,
                Some(other) => {
                    let message =
                        format!("the Version `{other}` is neither `2012-10-17` nor `2008-10-17`");
                    self.refuse(&w.place, message);
                    Version::V2008
                }
                None => Version::Unknown,
            },
            None => {
                self.refuse(&value.place, "the Version is not a text");
                Version::V2008
            }
        }
    }

    fn statements(&mut self, value: &Value, document: &mut Document) {
        match &value.kind {
            Kind::Unknown(unknown) => document.unknown.push(unknown.clone()),
            Kind::Sequence { .. } => {
                for item in value.items() {
                    self.statement(&item, document);
                }
                if let Some(more) = value.more() {
                    document.unknown.push(more.clone());
                }
            }
            _ => self.statement(value, document),
        }
    }

    fn statement(&mut self, value: &Value, document: &mut Document) {
        let mut statement = Statement {
            index: document.statements.len(),
            sid: None,
            effect: Effect::Unknown("the statement has no Effect".into()),
            principals: None,
            actions: None,
            resources: None,
            conditions: Vec::new(),
            place: value.place.clone(),
            unknown: value.more().cloned(),
            rest: value.more().cloned(),
        };
        if let Some(rest) = &statement.rest {
            statement.effect = Effect::Unknown(rest.reason.clone());
        }
        match &value.kind {
            Kind::Mapping { .. } => {
                let mut seen = Vec::new();
                for (name, value) in value.entries() {
                    if !value.is_null() {
                        self.element(&name, &value, &mut statement, &mut seen);
                    }
                }
                self.missing(&statement, &seen);
                statement.open();
                document.statements.push(statement);
            }
            Kind::Unknown(unknown) => document.unknown.push(unknown.clone()),
            _ => self.refuse(&value.place, "a statement is not a JSON object"),
        }
    }

    fn element(
        &mut self,
        name: &str,
        value: &Value,
        to: &mut Statement,
        seen: &mut Vec<&'static str>,
    ) {
        let negated = name.len() > 3 && name.to_ascii_lowercase().starts_with("not");
        match name.to_ascii_lowercase().as_str() {
            "sid" => to.sid = word(value),
            "effect" => {
                seen.push("effect");
                to.effect = self.effect(value);
            }
            "principal" | "notprincipal" => {
                if to.principals.is_some() {
                    self.refuse(
                        &value.place,
                        "a statement has both Principal and NotPrincipal",
                    );
                }
                if !self.kind.has_principals() {
                    let message =
                        format!("a statement of a {} names no principal", self.kind.words());
                    self.refuse(&value.place, message);
                }
                to.principals = Some(self.principals(value, negated));
            }
            "action" | "notaction" => {
                if to.actions.is_some() {
                    self.refuse(&value.place, "a statement has both Action and NotAction");
                }
                let element = self.words(value, negated, name);
                self.check_actions(&element);
                to.actions = Some(element);
            }
            "resource" | "notresource" => {
                if to.resources.is_some() {
                    self.refuse(
                        &value.place,
                        "a statement has both Resource and NotResource",
                    );
                }
                to.resources = Some(self.words(value, negated, name));
            }
            "condition" => self.conditions(value, to),
            _ => self.refuse(&value.place, format!("a statement has no element `{name}`")),
        }
    }

    fn missing(&mut self, statement: &Statement, seen: &[&'static str]) {
        if statement.unknown.is_some() {
            return;
        }
        let place = &statement.place;
        if !seen.contains(&"effect") {
            self.refuse(place, "a statement has no Effect");
        }
        if statement.actions.is_none() {
            self.refuse(place, "a statement has neither Action nor NotAction");
        }
        if statement.principals.is_none() && self.kind.needs_principals() {
            self.refuse(place, "a statement has neither Principal nor NotPrincipal");
        }
        let needs_resource = !self.kind.has_principals();
        if statement.resources.is_none() && needs_resource {
            self.refuse(place, "a statement has neither Resource nor NotResource");
        }
    }

    fn effect(&mut self, value: &Value) -> Effect {
        let Some(word) = word(value) else {
            self.refuse(&value.place, "the Effect is not a text");
            return Effect::Unknown("the Effect is not a text".into());
        };
        match word.known() {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            Some(other) => {
                let message = format!("the Effect `{other}` is neither `Allow` nor `Deny`");
                self.refuse(&word.place, message.clone());
                Effect::Unknown((&*word.place.wrong(message)).into())
            }
            None => {
                let reason = word.text.first_hole().map(|u| u.reason.clone());
                Effect::Unknown(reason.unwrap_or_default())
            }
        }
    }

    fn words(&mut self, value: &Value, negated: bool, name: &str) -> Words {
        self.check_texts(value, name);
        Words {
            negated,
            words: words(value),
            place: value.place.clone(),
        }
    }

    /// Refuses what is neither a text nor a list of texts.
    fn check_texts(&mut self, value: &Value, name: &str) {
        let bad = |v: &Value| matches!(v.kind, Kind::Mapping { .. } | Kind::Sequence { .. });
        let items = value.items();
        if matches!(value.kind, Kind::Mapping { .. }) {
            self.refuse(
                &value.place,
                format!("`{name}` is neither a text nor a list of texts"),
            );
        } else if let Some(item) = items.iter().find(|v| bad(v)) {
            self.refuse(&item.place, format!("an element of `{name}` is not a text"));
        }
    }

    /// Refuses what no value of a condition key is: nothing at all, an object, a list with such in it.
    fn check_values(&mut self, value: &Value, key: &str) {
        if value.is_null() {
            self.refuse(
                &value.place,
                format!("the condition key `{key}` has no value"),
            );
        }
        self.check_texts(value, key);
    }

    /// An action is `*` or `service:name` (IAM grammar).
    fn check_actions(&mut self, element: &Words) {
        for word in &element.words {
            if let Some(action) = word.known()
                && action != "*"
                && !action.contains(':')
            {
                let message = format!("the action `{action}` has no service prefix such as `ecr:`");
                self.refuse(&word.place, message);
            }
        }
    }

    fn principals(&mut self, value: &Value, negated: bool) -> PrincipalElement {
        let mut element = PrincipalElement {
            negated,
            words: Vec::new(),
            place: value.place.clone(),
        };
        match &value.kind {
            Kind::Mapping { .. } => {
                for (name, value) in value.entries() {
                    self.principal_entry(&name, &value, &mut element);
                }
                if let Some(more) = value.more() {
                    let text = crate::value::Text::hole(more.clone());
                    let place = value.place.clone();
                    element.words.extend(anybody(&Word { text, place }));
                }
            }
            _ => match word(value) {
                Some(word) => {
                    if let Some(other) = word.known().filter(|w| *w != "*") {
                        let message = format!(
                            "the principal `{other}` is neither `*` nor an object such as {{\"AWS\": …}}"
                        );
                        self.refuse(&word.place, message);
                        return element;
                    }
                    match value.kind {
                        Kind::Unknown(_) => element.words.extend(anybody(&word)),
                        _ => element.words.push((Sort::Aws, word)),
                    }
                }
                None => self.refuse(&value.place, "the principal is neither `*` nor an object"),
            },
        }
        element
    }

    fn principal_entry(&mut self, name: &str, value: &Value, element: &mut PrincipalElement) {
        let sort = match name {
            "AWS" | "*" => Sort::Aws,
            "Service" => Sort::Service,
            "Federated" | "CanonicalUser" => Sort::Other,
            _ => {
                self.refuse(
                    &value.place,
                    format!("there is no principal of type `{name}`"),
                );
                Sort::Other
            }
        };
        self.check_texts(value, name);
        for word in words(value) {
            self.check_principal(sort, &word);
            element.words.push((sort, word));
        }
    }

    fn check_principal(&mut self, sort: Sort, word: &Word) {
        let message = match Who::of(sort, &word.text, &Binding::default()) {
            Who::Invalid(text) if text.contains(['*', '?']) => {
                format!("the principal `{text}` holds a wildcard: only a lone `*` may stand there")
            }
            Who::Invalid(text) => {
                format!(
                    "the principal `{text}` is neither an account id nor the ARN of an identity"
                )
            }
            Who::Open { glob, .. } if sort == Sort::Aws && partly_wild(&glob) => {
                "the principal holds a wildcard: only a lone `*` may stand there".to_owned()
            }
            _ => return,
        };
        self.refuse(&word.place, message);
    }

    fn conditions(&mut self, value: &Value, to: &mut Statement) {
        if let Kind::Unknown(unknown) = &value.kind {
            to.unknown = Some(unknown.clone());
            return;
        }
        if !matches!(value.kind, Kind::Mapping { .. }) {
            self.refuse(&value.place, "the Condition is not an object");
            return;
        }
        if let Some(more) = value.more() {
            to.unknown = Some(more.clone());
        }
        for (operator, keys) in value.entries() {
            if keys.is_null() {
                continue;
            }
            if Operator::parse(&operator).is_none() {
                self.refuse(
                    &keys.place,
                    format!("there is no condition operator `{operator}`"),
                );
            }
            match &keys.kind {
                Kind::Mapping { .. } => {
                    for (key, values) in keys.entries() {
                        self.check_values(&values, &key);
                        to.conditions.push(Condition {
                            operator: operator.clone(),
                            operator_place: keys.place.clone(),
                            key,
                            values: words(&values),
                            place: values.place.clone(),
                        });
                    }
                    if let Some(more) = keys.more() {
                        to.unknown = Some(more.clone());
                    }
                }
                Kind::Unknown(unknown) => to.unknown = Some(unknown.clone()),
                _ => self.refuse(
                    &keys.place,
                    format!("the keys of `{operator}` are not an object"),
                ),
            }
        }
    }
}

/// The first unknown part of a text that cannot be read as JSON because of it.
fn open(text: &crate::value::Text) -> Option<Arc<Unknown>> {
    text.parts().iter().find_map(|p| match p {
        crate::value::Part::Hole(u) => Some(u.clone()),
        crate::value::Part::Lit(_) => None,
    })
}

/// Whether the known characters of a principal hold a wildcard beside other characters.
fn partly_wild(glob: &crate::iam::pattern::Glob) -> bool {
    use crate::iam::pattern::{Set, Tok};
    let known = |c: fn(char) -> bool| {
        let is = move |t: &Tok| matches!(t, Tok::One(Set::Char(x)) if c(*x));
        glob.toks().iter().any(is)
    };
    known(|c| c == '*' || c == '?') && known(|c| c == ':')
}
