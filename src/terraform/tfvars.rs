//! `provider::terraform::decode_tfvars`: the values of a text in the form of a file of variable definitions.
//! <https://developer.hashicorp.com/terraform/language/functions/terraform-decode_tfvars>

use super::convert::convert;
use super::expression::opaque;
use super::run::{Failure, Outcome, Run, Scope};
use crate::span::{Files, Span};
use crate::syntax::hcl;
use crate::value::{Place, Type, Value};
use std::borrow::Cow;
use std::sync::Arc;

impl Run<'_> {
    pub(super) fn decode_tfvars(&self, args: Vec<Value>, span: Span, scope: Scope) -> Outcome {
        let wrong = |what: Cow<str>| Failure::new(span, format!("`decode_tfvars`: {what}"));
        let Ok([text]) = <[Value; 1]>::try_from(args) else {
            return Err(wrong("it takes one argument".into()));
        };
        let text = convert(&text, &Type::String).map_err(|e| wrong(text.wrong(e)))?;
        if let Some(unknown) = text.first_unknown() {
            return Ok(Value::unknown(opaque(unknown, Type::Dynamic), span));
        }
        let Some(known) = text.as_str() else {
            return Err(wrong("the text is null".into()));
        };
        let own = Files::default();
        let id = own.add("tfvars", known);
        let (body, problems) = hcl::parse(&own, id);
        if let Some(problem) = problems.into_iter().next() {
            return Err(wrong(text.wrong(problem.message)));
        }
        if !body.blocks.is_empty() {
            return Err(wrong("blocks are not allowed here".into()));
        }
        let mut entries: Vec<(Arc<str>, Value)> = Vec::new();
        for attribute in body.attributes {
            let name = &attribute.name.text;
            let value = (self.constant(scope.instance, &attribute.expr))
                .map_err(|f| wrong(text.wrong(format!("`{name}`: {}", f.message))))?;
            entries.push((name.clone(), value.moved(&Place::at(span))));
        }
        Ok(Value {
            sensitive: text.sensitive,
            ..Value::object(entries.into_iter().collect(), span)
        })
    }
}
