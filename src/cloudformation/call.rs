//! Recognises intrinsic functions in both spellings: `!Sub x` and `{"Fn::Sub": "x"}`.
//! Names: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>.

use crate::span::Span;
use crate::syntax::tree::{Node, Tree};

/// An intrinsic function with its argument.
#[derive(Clone, Copy)]
pub(super) struct Call<'t> {
    pub(super) function: Function,
    /// The node that holds the argument.
    pub(super) arg: &'t Tree,
    /// The argument's own tag is the function's short form, to be looked past.
    pub(super) tagged: bool,
    /// The whole call.
    pub(super) span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Ref,
    GetAtt,
    Sub,
    Join,
    Select,
    Split,
    If,
    Equals,
    And,
    Or,
    Not,
    Condition,
    FindInMap,
    ImportValue,
    GetAzs,
    GetStackOutput,
    Cidr,
    Base64,
    Transform,
    Length,
    ToJsonString,
    /// Not a function that CloudFormation has.
    Unknown,
}

impl Function {
    fn named(name: &str) -> Self {
        match name {
            "GetAtt" => Function::GetAtt,
            "Sub" => Function::Sub,
            "Join" => Function::Join,
            "Select" => Function::Select,
            "Split" => Function::Split,
            "If" => Function::If,
            "Equals" => Function::Equals,
            "And" => Function::And,
            "Or" => Function::Or,
            "Not" => Function::Not,
            "FindInMap" => Function::FindInMap,
            "ImportValue" => Function::ImportValue,
            "GetAZs" => Function::GetAzs,
            "GetStackOutput" => Function::GetStackOutput,
            "Cidr" => Function::Cidr,
            "Base64" => Function::Base64,
            "Transform" => Function::Transform,
            "Length" => Function::Length,
            "ToJsonString" => Function::ToJsonString,
            _ => Function::Unknown,
        }
    }

    /// As users write it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Function::Ref => "Ref",
            Function::GetAtt => "Fn::GetAtt",
            Function::Sub => "Fn::Sub",
            Function::Join => "Fn::Join",
            Function::Select => "Fn::Select",
            Function::Split => "Fn::Split",
            Function::If => "Fn::If",
            Function::Equals => "Fn::Equals",
            Function::And => "Fn::And",
            Function::Or => "Fn::Or",
            Function::Not => "Fn::Not",
            Function::Condition => "Condition",
            Function::FindInMap => "Fn::FindInMap",
            Function::ImportValue => "Fn::ImportValue",
            Function::GetAzs => "Fn::GetAZs",
            Function::GetStackOutput => "Fn::GetStackOutput",
            Function::Cidr => "Fn::Cidr",
            Function::Base64 => "Fn::Base64",
            Function::Transform => "Fn::Transform",
            Function::Length => "Fn::Length",
            Function::ToJsonString => "Fn::ToJsonString",
            Function::Unknown => "the function",
        }
    }
}

/// The function that a node is a call of, if it is one.
pub(super) fn call(tree: &Tree) -> Option<Call<'_>> {
    if let Some(tag) = &tree.tag
        && let Some(name) = tag.name.strip_prefix('!').filter(|n| !n.is_empty())
    {
        let function = match name {
            "Ref" => Function::Ref,
            "Condition" => Function::Condition,
            _ => Function::named(name.strip_prefix("Fn::").unwrap_or(name)),
        };
        return Some(Call {
            function,
            arg: tree,
            tagged: true,
            span: tree.full_span(),
        });
    }
    long(tree)
}

/// The function that a node is a call of in its long form, its tag not looked at.
pub(super) fn long(tree: &Tree) -> Option<Call<'_>> {
    let [(key, arg)] = tree.entries() else {
        return None;
    };
    let name = key.str()?;
    let function = match name {
        "Ref" if matches!(arg.node, Node::Scalar { .. }) || call(arg).is_some() => Function::Ref,
        _ => {
            let name = name.strip_prefix("Fn::")?;
            if name.starts_with("ForEach") {
                return None;
            }
            Function::named(name)
        }
    };
    Some(Call {
        function,
        arg,
        tagged: false,
        span: tree.span,
    })
}

/// As [`call`], in a place where `{Condition: Name}` refers to a condition.
pub(super) fn in_condition(tree: &Tree) -> Option<Call<'_>> {
    if let Some(found) = call(tree) {
        return Some(found);
    }
    let [(key, arg)] = tree.entries() else {
        return None;
    };
    (key.str() == Some("Condition")).then_some(Call {
        function: Function::Condition,
        arg,
        tagged: false,
        span: tree.span,
    })
}
