//! Lists and lookups: `Fn::Select`, `Fn::Split`, `Fn::FindInMap`, `Fn::Cidr`, `Fn::Length`.

use super::call::Call;
use super::parameter::scalar_text;
use super::scope::{Scope, as_text};
use super::stack::{Stack, tuple};
use super::strings;
use crate::syntax::scalar::Scalars;
use crate::syntax::tree::Tree;
use crate::value::{Kind, Number, Text, Type, Unknown, Value, Via};

/// Possible values that are kept for a lookup by an unknown key.
const CANDIDATES: usize = 32;

impl Stack<'_> {
    /// `Fn::Select`
    pub(super) fn select(&self, found: Call<'_>, scope: &Scope) -> Option<Value> {
        let [index, list] = found.arg.items() else {
            return Some(self.bad(found, "an index and a list"));
        };
        let index = self.value(index, scope)?;
        let list = self.value(list, scope)?;
        let Kind::Sequence { items, more, .. } = &list.kind else {
            return Some(match &list.kind {
                Kind::Unknown(u) => self.unknown_from(u, Type::String, found.span),
                _ => self.bad(found, "an index and a list"),
            });
        };
        if let Some(u) = index.as_unknown() {
            return Some(self.unknown_from(u, Type::Dynamic, found.span));
        }
        let hidden = index.has_sensitive();
        let index = index.as_i64().and_then(|i| usize::try_from(i).ok());
        let Some(index) = index else {
            return Some(self.bad(found, "an index from 0 and a list"));
        };
        // An element that may be left out moves those behind it.
        let moved = (items.iter().take(index + 1))
            .filter_map(Value::as_unknown)
            .find(|u| u.either.contains_none());
        if let Some(u) = moved {
            return Some(self.unknown_from(u, Type::Dynamic, found.span));
        }
        match (list.items().into_iter().nth(index), more) {
            (Some(item), _) => Some(item),
            (None, Some(more)) => Some(self.unknown_from(more, Type::Dynamic, found.span)),
            (None, None) => {
                let which = if hidden {
                    "an element".to_owned()
                } else {
                    format!("element {index}")
                };
                let message = format!("`Fn::Select` asks for {which} of {}", items.len());
                self.error("function-argument", message.clone(), found.span);
                Some(Value::unknown(Unknown::because(message), found.span))
            }
        }
    }

    /// `Fn::Split`
    pub(super) fn split(&self, found: Call<'_>, scope: &Scope) -> Value {
        let [delimiter, source] = found.arg.items() else {
            return self.bad(found, "a delimiter and a text");
        };
        let delimiter = self.value(delimiter, scope);
        let source = self.value(source, scope);
        let (Some(delimiter), Some(source)) = (delimiter, source) else {
            return self.bad(found, "a delimiter and a text");
        };
        let list = Type::List(Box::new(Type::String));
        if let Some(u) = source.as_unknown().filter(|u| u.role.is_none()) {
            return self.unknown_from(u, list, found.span);
        }
        let (Some(delimiter), Some(text)) = (delimiter.as_str(), as_text(&source)) else {
            return self.bad(found, "a delimiter and a text");
        };
        let (parts, more) = strings::split(&text, delimiter);
        let item = |part: Text| {
            let mut place = source.place.clone();
            place.span = strings::place_of(&part).unwrap_or(place.span);
            Value {
                kind: Kind::String(part),
                place,
                sensitive: source.sensitive,
            }
        };
        Value::new(
            tuple(parts.into_iter().map(item).collect(), more),
            found.span,
        )
    }

    /// `Fn::FindInMap`
    pub(super) fn find_in_map(&self, found: Call<'_>, scope: &Scope) -> Option<Value> {
        let (keys, default) = match found.arg.items() {
            [a, b, c] => ([a, b, c], None),
            [a, b, c, d] => ([a, b, c], d.get("DefaultValue")),
            _ => return Some(self.bad(found, "a mapping's name and two keys")),
        };
        if default.is_some() && self.template.lacks_extensions() {
            let message = "`DefaultValue` wants `Transform: AWS::LanguageExtensions`";
            self.error("language-extensions", message, found.span);
        }
        let keys = keys.map(|tree| self.value(tree, scope));
        let [Some(name), Some(first), Some(second)] = keys else {
            return Some(self.bad(found, "a mapping's name and two keys"));
        };
        let mappings = self.template.section("Mappings");
        let scalars = self.template.scalars;
        let maps = matching(mappings, &name, scalars);
        let rows: Vec<&(Tree, Tree)> = (maps.iter())
            .flat_map(|(_, map)| matching(map.entries(), &first, scalars))
            .collect();
        let cells: Vec<&(Tree, Tree)> = (rows.iter())
            .flat_map(|(_, row)| matching(row.entries(), &second, scalars))
            .collect();
        let unknown = [&name, &first, &second]
            .into_iter()
            .find_map(Value::first_unknown);
        if let Some(unknown) = unknown {
            return Some(self.any_of(&cells, unknown, default, found, scope));
        }
        if let [(_, cell)] = cells.as_slice() {
            let text = name.as_str().unwrap_or_default();
            let via = Via::Other(format!("mapping `{text}`").into());
            return Some(self.value(cell, scope)?.through(via, found.span));
        }
        if let Some(default) = default {
            return self.value(default, scope);
        }
        let missing = [
            (&name, maps.is_empty()),
            (&first, rows.is_empty()),
            (&second, true),
        ];
        let key = missing
            .iter()
            .find(|(_, is)| *is)
            .map_or(&second, |(key, _)| key);
        let text = as_text(key).unwrap_or_default();
        let message = if key.has_sensitive() {
            "no mapping has that key there".to_owned()
        } else {
            format!("no mapping has `{}` there", strings::flat(&text))
        };
        let mut problem = crate::diagnostic::Diagnostic::error("map-key-missing", message.clone());
        problem = problem
            .at(found.span)
            .help("add the key, or a `DefaultValue` with the language extensions");
        self.run.tell(problem);
        Some(Value::unknown(Unknown::because(message), found.span))
    }

    /// What a lookup by unknown keys may yield.
    fn any_of(
        &self,
        cells: &[&(Tree, Tree)],
        cause: &Unknown,
        default: Option<&Tree>,
        found: Call<'_>,
        scope: &Scope,
    ) -> Value {
        let mut unknown = Unknown::because(cause.reason.clone());
        unknown.settle.clone_from(&cause.settle);
        unknown.not_null = true;
        if cells.len() < CANDIDATES {
            let default = default.map(|tree| self.value(tree, scope));
            let cells = cells.iter().map(|(_, cell)| self.value(cell, scope));
            unknown.either = cells.chain(default).collect();
        }
        Value::unknown(unknown, found.span)
    }

    /// `Fn::Length`
    pub(super) fn length(&self, found: Call<'_>, scope: &Scope) -> Value {
        if !self.template.has_extensions() {
            let message = "`Fn::Length` wants `Transform: AWS::LanguageExtensions`";
            self.error("language-extensions", message, found.span);
        }
        let Some(list) = self.arg(found, scope) else {
            return self.bad(found, "a list");
        };
        match &list.kind {
            Kind::Sequence { more: Some(u), .. } => self.unknown_from(u, Type::Number, found.span),
            Kind::Unknown(u) => self.unknown_from(u, Type::Number, found.span),
            Kind::Sequence { items, .. } => Value::number(Number::count(items.len()), found.span),
            _ => self.bad(found, "a list"),
        }
    }

    /// `Fn::Cidr`: consecutive blocks of an address range.
    pub(super) fn cidr(&self, found: Call<'_>, scope: &Scope) -> Value {
        let (block, count, bits) = match found.arg.items() {
            [block, count] => (block, count, None),
            [block, count, bits] => (block, count, Some(bits)),
            _ => return self.bad(found, "a block, a count and a number of bits"),
        };
        let block = self.value(block, scope);
        let count = self.value(count, scope);
        let bits = bits.map_or(Some(None), |b| self.value(b, scope).map(Some));
        let (Some(block), Some(count), Some(bits)) = (block, count, bits) else {
            return self.bad(found, "a block, a count and a number of bits");
        };
        let parts = [Some(&block), Some(&count), bits.as_ref()];
        if let Some(u) = parts.into_iter().flatten().find_map(Value::first_unknown) {
            let list = Type::List(Box::new(Type::String));
            return self.unknown_from(u, list, found.span);
        }
        let number = |v: &Value| v.as_i64().and_then(|n| u8::try_from(n).ok());
        let count = count.as_i64().filter(|n| (1..=256).contains(n));
        let bits = bits.as_ref().map_or(Some(None), |b| number(b).map(Some));
        let blocks = (|| blocks(block.as_str()?, count?, bits?))();
        match blocks {
            Some(blocks) => {
                let item = |b: String| Value::text(b, found.span);
                Value::tuple(blocks.into_iter().map(item).collect(), found.span)
            }
            None => self.bad(found, "a block that holds as many blocks of that size"),
        }
    }
}

/// The entries that a key, perhaps unknown, may name: by its raw text (`012345678901`), else by what it is read as (`no`).
fn matching<'t>(
    entries: &'t [(Tree, Tree)],
    key: &Value,
    scalars: Scalars,
) -> Vec<&'t (Tree, Tree)> {
    let wanted = as_text(key);
    let known = wanted.as_ref().and_then(Text::known);
    let raw = |wanted: &str| entries.iter().any(|(k, _)| k.str() == Some(wanted));
    let by_raw = known.is_none_or(raw);
    let fits = |(k, _): &&(Tree, Tree)| {
        known.is_none_or(|wanted| match by_raw {
            true => k.str() == Some(wanted),
            false => scalar_text(k, scalars).is_some_and(|t| t.known() == Some(wanted)),
        })
    };
    entries.iter().filter(fits).collect()
}

/// Blocks of `bits` host bits (IPv4: 8 where left out is not allowed by the service, so 8) out of a block.
fn blocks(block: &str, count: i64, bits: Option<u8>) -> Option<Vec<String>> {
    let net: ipnet::IpNet = block.parse().ok()?;
    let bits = bits.unwrap_or(8);
    let prefix = net.max_prefix_len().checked_sub(bits)?;
    let subnets: Vec<String> = (net.subnets(prefix).ok()?)
        .take(usize::try_from(count).ok()?)
        .map(|n| n.to_string())
        .collect();
    (i64::try_from(subnets.len()).ok()? == count).then_some(subnets)
}

/// Whether something may be left out.
trait MayBeAbsent {
    fn contains_none(&self) -> bool;
}

impl MayBeAbsent for Vec<Option<Value>> {
    fn contains_none(&self) -> bool {
        self.iter().any(Option::is_none)
    }
}
