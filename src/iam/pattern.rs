//! Patterns of policies: wildcards, policy variables and unknown parts, and what they match.
//!
//! A value with an unknown part is matched in three values: where no content of the part could make it match it does not, else
//! it cannot be told.

use self::run::run;
use self::variable::variable;
use super::kleene::Tri;
use crate::value::{Part, Reason, Role, Text, Unknown};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

mod run;
mod set;
mod variable;
#[cfg(test)]
mod tests;

pub use self::set::Set;
pub use self::variable::Variable;

/// A piece of a pattern.
#[derive(Clone, Debug)]
pub enum Tok {
    /// One character of a set.
    One(Set),
    /// Any number of characters of a set.
    Star(Set),
    /// Unknown characters.
    Hole(Arc<Unknown>),
    /// A policy variable.
    Variable(Arc<Variable>),
}

impl PartialEq for Tok {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Tok::One(a), Tok::One(b)) | (Tok::Star(a), Tok::Star(b)) => a == b,
            (Tok::Hole(a), Tok::Hole(b)) => Arc::ptr_eq(a, b),
            (Tok::Variable(a), Tok::Variable(b)) => a == b,
            _ => false,
        }
    }
}

/// What the typed holes of a deployment stand for; `None`: not known.
#[derive(Clone, Debug, Default)]
pub struct Binding {
    /// The account that owns the resources.
    pub account: Option<String>,
    /// Their region.
    pub region: Option<String>,
    /// Their partition.
    pub partition: Option<String>,
    /// Its URL suffix.
    pub url_suffix: Option<String>,
    /// The owner's organisation.
    pub organization: Option<String>,
}

impl Binding {
    fn get(&self, role: Role) -> Option<&str> {
        match role {
            Role::Account => self.account.as_deref(),
            Role::Region => self.region.as_deref(),
            Role::Partition => self.partition.as_deref(),
            Role::UrlSuffix => self.url_suffix.as_deref(),
            Role::Organization => self.organization.as_deref(),
        }
    }
}

/// A value of a request's context.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// Of a single-valued key.
    One(String),
    /// Of a multivalued key.
    Many(Vec<String>),
    /// There is a value, and nobody knows which.
    Unknown(Reason),
}

/// A request's context: its keys in lower case.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The keys that are present.
    pub facts: BTreeMap<String, Fact>,
    /// How the open ends are read.
    pub view: View,
}

/// How the open ends of a policy are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Policy variables may have any value.
    pub relax: bool,
    /// What the policy names by an unknown part is none of what is asked about: the principals and networks that no policy names.
    pub unnamed: bool,
    /// Assumptions about AWS count as unknown (A1 …) rather than as what they say.
    pub cautious: bool,
    /// Whether the caller has a permissions boundary.
    pub bounded: Tri,
}

/// A pattern.
#[derive(Clone, Debug, Default)]
pub struct Glob {
    toks: Vec<Tok>,
    literal: Option<String>,
    /// Its text, where it is nothing but ASCII characters in either case.
    folded: Option<String>,
    /// What it begins with, in either case, where anything may follow and nothing has to.
    start: Option<String>,
}

/// How the characters of a text are read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// `*` and `?` are wildcards.
    pub wild: bool,
    /// Case does not matter.
    pub fold: bool,
    /// `${…}` is a policy variable.
    pub variables: bool,
}

enum Element {
    Char(char),
    Hole(Arc<Unknown>),
}

fn elements(text: &Text, binding: &Binding) -> Vec<Element> {
    let mut out = Vec::new();
    for part in text.parts() {
        match part {
            Part::Lit(l) => out.extend(l.text.chars().map(Element::Char)),
            Part::Hole(hole) => match hole.role.and_then(|r| binding.get(r)) {
                Some(known) => out.extend(known.chars().map(Element::Char)),
                None => {
                    let prefix = hole.prefix.as_deref().unwrap_or("");
                    out.extend(prefix.chars().map(Element::Char));
                    out.push(Element::Hole(hole.clone()));
                }
            },
        }
    }
    out
}

/// The known text, with the typed holes filled in; `None` where some part stays unknown.
pub fn known(text: &Text, binding: &Binding) -> Option<String> {
    if let Some(known) = text.known() {
        return Some(known.to_owned());
    }
    (elements(text, binding).into_iter())
        .map(|e| match e {
            Element::Char(c) => Some(c),
            Element::Hole(_) => None,
        })
        .collect()
}

impl Glob {
    /// The pattern of a text.
    pub fn of(text: &Text, style: Style, binding: &Binding) -> Self {
        if let Some(known) = text
            .known()
            .filter(|t| !style.variables || !t.contains('$'))
        {
            let tok = |c: char| match c {
                '*' if style.wild => Tok::Star(Set::Any),
                '?' if style.wild => Tok::One(Set::Any),
                c if style.fold => Tok::One(Set::Fold(c)),
                c => Tok::One(Set::Char(c)),
            };
            return Self::from_toks(known.chars().map(tok).collect());
        }
        let elements = elements(text, binding);
        let mut toks = Vec::with_capacity(elements.len());
        let mut rest = elements.as_slice();
        while let Some((first, tail)) = rest.split_first() {
            rest = tail;
            if style.variables
                && let Some((tok, after)) = variable(first, tail, style.fold)
            {
                toks.push(tok);
                rest = after;
                continue;
            }
            toks.push(match first {
                Element::Hole(hole) => Tok::Hole(hole.clone()),
                Element::Char('*') if style.wild => Tok::Star(Set::Any),
                Element::Char('?') if style.wild => Tok::One(Set::Any),
                Element::Char(c) if style.fold => Tok::One(Set::Fold(*c)),
                Element::Char(c) => Tok::One(Set::Char(*c)),
            });
        }
        Self::from_toks(toks)
    }

    /// The pattern made of pieces; a `Star` after an equal one adds nothing.
    pub fn from_toks(mut toks: Vec<Tok>) -> Self {
        toks.dedup_by(|next, tok| matches!(next, Tok::Star(_)) && next == tok);
        let literal = (toks.iter())
            .map(|t| match t {
                Tok::One(Set::Char(c)) => Some(*c),
                _ => None,
            })
            .collect();
        let folded = (toks.iter())
            .map(|t| match t {
                Tok::One(Set::Fold(c)) if c.is_ascii() => Some(*c),
                _ => None,
            })
            .collect();
        let start = match toks.split_last() {
            Some((Tok::Star(Set::Any), start)) => (start.iter())
                .map(|t| match t {
                    Tok::One(Set::Fold(c)) if c.is_ascii() => Some(*c),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        Glob {
            toks,
            literal,
            folded,
            start,
        }
    }

    /// The pattern of a known action.
    pub fn action(text: &str) -> Self {
        Self::action_text(&Text::plain(text), &Binding::default())
    }

    /// The pattern of an action: wildcards, no case, no variables (R2).
    pub fn action_text(text: &Text, binding: &Binding) -> Self {
        let style = Style {
            wild: true,
            fold: true,
            variables: false,
        };
        Self::of(text, style, binding)
    }

    /// The pattern of a Resource: a `*` that ends a segment may run over colons, other wildcards stay inside theirs (R5).
    pub fn resource(text: &Text, variables: bool, binding: &Binding) -> Self {
        let style = Style {
            wild: true,
            fold: false,
            variables,
        };
        let mut toks = Self::of(text, style, binding).toks;
        let ends: Vec<bool> = (1..=toks.len())
            .map(|i| {
                let next = toks.get(i);
                next.is_none_or(|t| matches!(t, Tok::One(Set::Char(':'))))
            })
            .collect();
        let mut colons = 0;
        for (tok, end) in toks.iter_mut().zip(ends) {
            match tok {
                Tok::One(Set::Char(':')) => colons += 1,
                Tok::Star(set) if colons < 5 && !end => *set = Set::NotColon,
                Tok::One(set @ Set::Any) if colons < 5 => *set = Set::NotColon,
                _ => {}
            }
        }
        Self::from_toks(toks)
    }

    /// The pattern as an automaton takes it in: ARN operators keep wildcards inside their components (R9).
    pub fn in_components(&self) -> Self {
        let mut toks = self.toks.clone();
        let mut colons = 0;
        for tok in &mut toks {
            match tok {
                Tok::One(Set::Char(':')) => colons += 1,
                Tok::Star(set @ Set::Any) | Tok::One(set @ Set::Any) if colons < 5 => {
                    *set = Set::NotColon;
                }
                _ => {}
            }
        }
        Self::from_toks(toks)
    }

    /// Its pieces.
    pub fn toks(&self) -> &[Tok] {
        &self.toks
    }

    /// Its text, where it is nothing but characters.
    pub fn literal(&self) -> Option<&str> {
        self.literal.as_deref()
    }

    /// Its unknown parts.
    pub fn holes(&self) -> impl Iterator<Item = &Arc<Unknown>> {
        self.toks.iter().filter_map(|t| match t {
            Tok::Hole(u) => Some(u),
            _ => None,
        })
    }

    /// Its policy variables.
    pub fn variables(&self) -> impl Iterator<Item = &Arc<Variable>> {
        self.toks.iter().filter_map(|t| match t {
            Tok::Variable(v) => Some(v),
            _ => None,
        })
    }

    /// A text that it may match: one character for what is unknown.
    pub fn sample(&self, unknown: char) -> String {
        (self.toks.iter())
            .map(|t| match t {
                Tok::One(Set::Char(c) | Set::Fold(c)) => *c,
                _ => unknown,
            })
            .collect()
    }

    /// What follows the fifth colon, where it has one.
    pub fn resource_tail(&self) -> Option<Glob> {
        let colon = |t: &Tok| matches!(t, Tok::One(Set::Char(':')));
        let tail = self.toks.splitn(6, colon).nth(5)?;
        Some(Self::from_toks(tail.to_vec()))
    }

    /// Replaces the variables whose value is fixed.
    pub fn fix(&mut self, fixed: &BTreeMap<String, String>) {
        if self.variables().next().is_none() {
            return;
        }
        let old = std::mem::take(&mut self.toks);
        let mut toks = Vec::with_capacity(old.len());
        for tok in old {
            match &tok {
                Tok::Variable(v) => match fixed.get(&v.key) {
                    Some(value) => toks.extend(v.spelled(value)),
                    None => toks.push(tok),
                },
                _ => toks.push(tok),
            }
        }
        *self = Self::from_toks(toks);
    }

    /// Whether it matches a value.
    pub fn fits(&self, value: &str, context: &Context) -> Tri {
        if let Some(literal) = &self.literal {
            return (literal == value).into();
        }
        if let Some(folded) = self.folded.as_ref().filter(|_| value.is_ascii()) {
            return folded.eq_ignore_ascii_case(value).into();
        }
        if let Some(start) = self.start.as_ref().filter(|_| value.is_ascii()) {
            let begins = value.get(..start.len());
            return begins.is_some_and(|v| v.eq_ignore_ascii_case(start)).into();
        }
        match self.resolve(context) {
            Some((toks, open)) => tri(run(&toks, value), open),
            None => Tri::False,
        }
    }

    /// Whether it matches an ARN, component by component (R9).
    pub fn fits_arn(&self, value: &str, context: &Context) -> Tri {
        if let Some(literal) = &self.literal {
            return (literal == value && value.matches(':').nth(4).is_some()).into();
        }
        let Some((toks, open)) = self.resolve(context) else {
            return Tri::False;
        };
        if open {
            return tri(run(&toks, value), true);
        }
        let components: Vec<&str> = value.splitn(6, ':').collect();
        let parts: Vec<&[Tok]> = toks
            .splitn(6, |t| matches!(t, Tok::One(Set::Char(':'))))
            .collect();
        let fits = components.len() == 6
            && parts.len() == 6
            && parts.iter().zip(&components).all(|(p, v)| run(p, v));
        fits.into()
    }

    /// Puts values in the place of variables; the flag: unknown parts are left, as wildcards. `None`: a variable has no value.
    fn resolve(&self, context: &Context) -> Option<(Cow<'_, [Tok]>, bool)> {
        let settled = |t: &Tok| matches!(t, Tok::One(_) | Tok::Star(_));
        if self.toks.iter().all(settled) {
            return Some((Cow::Borrowed(&self.toks), false));
        }
        let mut open = false;
        let mut toks = Vec::with_capacity(self.toks.len());
        for tok in &self.toks {
            match tok {
                Tok::One(_) | Tok::Star(_) => toks.push(tok.clone()),
                Tok::Hole(_) => {
                    open = true;
                    toks.push(Tok::Star(Set::Any));
                }
                Tok::Variable(v) => match v.value(context)? {
                    Some(value) => toks.extend(v.spelled(value)),
                    None => {
                        open = true;
                        toks.push(Tok::Star(Set::Any));
                    }
                },
            }
        }
        Some((Cow::Owned(toks), open))
    }
}

fn tri(fits: bool, open: bool) -> Tri {
    match (fits, open) {
        (false, _) => Tri::False,
        (true, true) => Tri::Unknown,
        (true, false) => Tri::True,
    }
}
