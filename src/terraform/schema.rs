//! What the aws provider says about the resources that matter here: which attributes it computes, their types, the
//! nesting of blocks, defaults. Any other type is taken as it stands, and whatever it leaves out is unknown.

use super::types;
use crate::raw::Mode;
use crate::span::Files;
use crate::syntax::hcl;
use crate::value::Type;
use foldhash::HashMap;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Attributes and blocks of a resource or of a block.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) attributes: BTreeMap<&'static str, Attribute>,
    pub(super) blocks: BTreeMap<&'static str, Nested>,
}

/// An attribute.
#[derive(Debug)]
pub(super) struct Attribute {
    /// The provider fills it in where it is left out.
    pub(super) computed: bool,
    pub(super) sensitive: bool,
    pub(super) ty: Type,
    /// Its default, in JSON.
    pub(super) default: Option<serde_json::Value>,
}

/// A kind of block.
#[derive(Debug)]
pub(super) struct Nested {
    pub(super) single: bool,
    pub(super) set: bool,
    pub(super) schema: Schema,
}

impl Schema {
    /// The type of a block of this schema.
    pub(super) fn to_type(&self) -> Type {
        let attributes = (self.attributes.iter()).map(|(k, a)| ((*k).into(), a.ty.clone()));
        let blocks = self.blocks.iter().map(|(name, nested)| {
            let inner = nested.schema.to_type();
            let ty = match (nested.single, nested.set) {
                (true, _) => inner,
                (_, true) => Type::Set(Box::new(inner)),
                _ => Type::List(Box::new(inner)),
            };
            ((*name).into(), ty)
        });
        Type::Object(attributes.chain(blocks).collect())
    }
}

/// The schemas of resources, and those of data sources.
type Table = [HashMap<&'static str, Schema>; 2];

static TABLE: LazyLock<Table> = LazyLock::new(|| table(include_str!("schema/aws.txt")));

/// The schema of a type, where it is known.
pub(super) fn of(mode: Mode, kind: &str) -> Option<&'static Schema> {
    let [managed, data] = &*TABLE;
    match mode {
        Mode::Managed => managed.get(kind),
        Mode::Data => data.get(kind),
    }
}

fn table(text: &'static str) -> Table {
    let [mut managed, mut data] = Table::default();
    let mut lines = text.lines().filter(|l| !l.starts_with('#')).peekable();
    while let Some(line) = lines.next() {
        let (table, kind) = match line.split_once(' ') {
            Some(("resource", kind)) => (&mut managed, kind),
            Some(("data", kind)) => (&mut data, kind),
            _ => continue,
        };
        table.insert(kind, schema(&mut lines, 1));
    }
    [managed, data]
}

fn schema(
    lines: &mut std::iter::Peekable<impl Iterator<Item = &'static str>>,
    depth: usize,
) -> Schema {
    let mut out = Schema::default();
    let indent = |l: &str| l.len() - l.trim_start().len();
    while let Some(line) = lines.next_if(|l| indent(l) == depth) {
        let mut words = line.split_whitespace();
        let (Some(name), Some(mode)) = (words.next(), words.next()) else {
            continue;
        };
        if matches!(mode, "list" | "set" | "single" | "map") {
            let nested = Nested {
                single: mode == "single",
                set: mode == "set",
                schema: schema(lines, depth + 1),
            };
            out.blocks.insert(name, nested);
            continue;
        }
        let attribute = Attribute {
            computed: mode.contains('c'),
            sensitive: line.contains(" sensitive"),
            ty: words.next().map(of_text).unwrap_or_default(),
            default: (line.split_once(" =")).and_then(|(_, json)| serde_json::from_str(json).ok()),
        };
        out.attributes.insert(name, attribute);
    }
    out
}

fn of_text(text: &str) -> Type {
    match text {
        "string" => return Type::String,
        "bool" => return Type::Bool,
        "number" => return Type::Number,
        "dynamic" => return Type::Dynamic,
        _ => {}
    }
    let files = Files::default();
    let id = files.add("", text);
    let Ok(expr) = hcl::parse_expression(&files, id) else {
        return Type::Dynamic;
    };
    let constraint = types::constraint(&expr, &|_| None);
    constraint.map(|c| c.to_type()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let repository = of(Mode::Managed, "aws_ecr_repository").unwrap();
        let arn = &repository.attributes["arn"];
        assert!(arn.computed && arn.ty == Type::String);
        let mutability = &repository.attributes["image_tag_mutability"];
        assert_eq!(mutability.default, Some("MUTABLE".into()));
        let tags = &repository.attributes["tags"].ty;
        assert_eq!(*tags, Type::Map(Box::new(Type::String)));
        let encryption = &repository.blocks["encryption_configuration"];
        assert!(!encryption.single && encryption.schema.attributes["kms_key"].computed);
        assert!(repository.blocks["timeouts"].single);
        let organization = of(Mode::Data, "aws_organizations_organization").unwrap();
        assert!(
            matches!(&organization.attributes["accounts"].ty, Type::List(t) if matches!(**t, Type::Object(_)))
        );
    }
}
