//! What holds for each guardrail in a run: whether it runs, how bad it is, what it blocks, its parameters. The config's
//! words about guardrails are checked here, where they are known.

use super::definition::{Definition, Parameter, ParameterKind};
use super::evaluate::ParameterValue;
use super::library::{Guardrail, Library, regexes};
use crate::config::{Choice, Config, Error, Override, Profile};
use crate::finding::{Enforcement, Severity};
use crate::syntax::tree::Seg;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The settings of one guardrail.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Whether it runs.
    pub state: State,
    /// The severity that the config sets; it counts before every adjustment.
    pub severity: Option<Severity>,
    /// What the config says that a violation does.
    pub enforcement: Option<Enforcement>,
    /// From this day on a violation blocks.
    pub block_from: Option<Date>,
    /// Every parameter with its value.
    pub parameters: BTreeMap<String, ParameterValue>,
}

/// Whether a guardrail runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// It does, where it has what it needs.
    #[default]
    Runs,
    /// Neither the profile nor the config asks for it, or the config turns it off.
    Off,
    /// It is asked for, but lacks this.
    Lacks(String),
}

impl Settings {
    /// What a violation of a severity does. By default it blocks from `fail_on` on, and `info` never does.
    pub fn enforcement(&self, severity: Severity, fail_on: Severity, today: Date) -> Enforcement {
        match (self.block_from, self.enforcement) {
            (Some(day), _) if today >= day => Enforcement::Block,
            (Some(_), None | Some(Enforcement::Block)) => Enforcement::Warn,
            (_, Some(given)) => given,
            (None, None) if severity >= fail_on && severity != Severity::Info => Enforcement::Block,
            (None, None) => Enforcement::Report,
        }
    }
}

impl Library {
    /// The settings of every guardrail, by id, where these overrides of the config hold. `profile` and `only` (ids) come from
    /// the command line; where `only` names guardrails, just these run, whatever profile and config say.
    ///
    /// # Errors
    /// Every unknown guardrail, unknown parameter, or value of the wrong kind, with its place.
    pub fn settings(
        &self,
        config: &Config,
        overrides: &[&Override],
        profile: Option<Profile>,
        only: &[String],
    ) -> Result<BTreeMap<String, Settings>, Vec<Error>> {
        let mut errors = self.strangers(config, only);
        let profile = profile.unwrap_or(config.profile);
        let mut out = BTreeMap::new();
        for guardrail in self.all() {
            let base = config.guardrails.get(&guardrail.id);
            let over = overrides.iter().map(|o| o.guardrails.get(&guardrail.id));
            let choices: Vec<&Choice> = std::iter::once(base).chain(over).flatten().collect();
            let parameters = match parameters(guardrail, &choices) {
                Ok(parameters) => parameters,
                Err(mistakes) => {
                    errors.extend(mistakes);
                    continue;
                }
            };
            errors.extend(patterns(guardrail, &choices, &parameters));
            let runs = match only {
                [] => last(&choices, |c| c.enabled)
                    .unwrap_or_else(|| in_profile(guardrail, profile, !choices.is_empty())),
                only => only.contains(&guardrail.id),
            };
            let state = match (runs, lacking(&guardrail.definition, &parameters)) {
                (false, _) => State::Off,
                (true, Some(lacking)) => State::Lacks(lacking),
                (true, None) => State::Runs,
            };
            let settings = Settings {
                state,
                severity: last(&choices, |c| c.severity),
                enforcement: last(&choices, |c| c.enforcement),
                block_from: last(&choices, |c| c.block_from),
                parameters,
            };
            out.insert(guardrail.id.clone(), settings);
        }
        match errors.is_empty() {
            true => Ok(out),
            false => Err(errors),
        }
    }

    /// Guardrails that the config or the command line names and nobody knows, and waivers of what cannot be waived.
    fn strangers(&self, config: &Config, only: &[String]) -> Vec<Error> {
        let unknown = |id: &str| {
            Error::new(format!("unknown guardrail `{id}`"))
                .help("`ecr-guard guardrails` lists them")
                .did_you_mean(id, self.all().map(|g| g.id.as_str()))
        };
        let mut errors = Vec::new();
        for id in only.iter().filter(|id| self.get(id).is_none()) {
            errors.push(unknown(id));
        }
        let chosen = config.overrides.iter().map(|o| &o.guardrails);
        let chosen = std::iter::once(&config.guardrails).chain(chosen).flatten();
        for (id, choice) in chosen.filter(|(id, _)| self.get(id).is_none()) {
            errors.push(unknown(id).at(choice.key));
        }
        for (i, waiver) in config.waivers.iter().enumerate() {
            let path = ["waivers", "guardrail"].map(|k| Seg::Key(k.to_owned()));
            let [waivers, key] = path;
            let span = config.span(&[waivers, Seg::Index(i), key]);
            match self.get(&waiver.guardrail) {
                None => errors.push(Error {
                    span,
                    ..unknown(&waiver.guardrail)
                }),
                Some(guardrail) if !guardrail.definition.waivable => {
                    let message = format!("guardrail `{}` cannot be waived", guardrail.id);
                    errors.push(Error {
                        span,
                        ..Error::new(message)
                    });
                }
                Some(_) => {}
            }
        }
        errors
    }
}

/// What the last of the choices says that says something.
fn last<T>(choices: &[&Choice], what: impl Fn(&Choice) -> Option<T>) -> Option<T> {
    choices.iter().rev().find_map(|choice| what(choice))
}

/// Whether a profile holds a guardrail. The user's own ones, and those that the config has settings for, belong to each.
fn in_profile(guardrail: &Guardrail, profile: Profile, chosen: bool) -> bool {
    let definition = &guardrail.definition;
    match profile {
        Profile::Strict => true,
        _ if chosen => true,
        Profile::Baseline => !definition.off_by_default,
        _ if !guardrail.built_in => !definition.off_by_default,
        other => definition.profiles.contains(&other),
    }
}

/// The parameter without which a guardrail says nothing.
fn lacking(
    definition: &Definition,
    parameters: &BTreeMap<String, ParameterValue>,
) -> Option<String> {
    let missing = |(name, parameter): &(&String, &Parameter)| {
        parameter.required && parameters.get(*name) == Some(&ParameterValue::Null)
    };
    let mut all = definition.parameters.iter();
    let (name, _) = all.find(missing)?;
    Some(format!("parameter `{name}` is not set"))
}

/// The values of a guardrail's parameters: the config's, a later choice before an earlier one, else the defaults.
fn parameters(
    guardrail: &Guardrail,
    choices: &[&Choice],
) -> Result<BTreeMap<String, ParameterValue>, Vec<Error>> {
    let known = &guardrail.definition.parameters;
    let mut errors = Vec::new();
    let mut out: BTreeMap<String, ParameterValue> = (known.iter())
        .map(|(name, parameter)| {
            let read = |v| ParameterValue::read(parameter.kind, v);
            let value = parameter.default.as_ref().and_then(read);
            (name.clone(), value.unwrap_or(ParameterValue::Null))
        })
        .collect();
    for (name, given) in choices.iter().flat_map(|c| &c.parameters) {
        let Some(parameter) = known.get(name) else {
            let message = format!("guardrail `{}` has no parameter `{name}`", guardrail.id);
            let error = Error::new(message).did_you_mean(name, known.keys().map(String::as_str));
            errors.push(error.at(given.key));
            continue;
        };
        match ParameterValue::read(parameter.kind, &given.value) {
            Some(value) => {
                out.insert(name.clone(), value);
            }
            None => {
                let wanted = words(parameter.kind);
                let error = Error::new(format!("parameter `{name}` takes {wanted}"));
                errors.push(error.at(given.span));
            }
        }
    }
    match errors.is_empty() {
        true => Ok(out),
        false => Err(errors),
    }
}

/// Regular expressions among the values that the config gives and that are none.
fn patterns(
    guardrail: &Guardrail,
    choices: &[&Choice],
    values: &BTreeMap<String, ParameterValue>,
) -> Vec<Error> {
    let given = |name: &str| last(choices, |c| c.parameters.get(name).map(|g| g.span));
    let mut named = guardrail.definition.parameters.keys();
    if !named.any(|name| given(name).is_some()) {
        return Vec::new();
    }
    let faults = regexes::faults(guardrail.rule(), values).into_iter();
    let placed = |(name, message): (String, String)| Some(Error::new(message).at(given(&name)?));
    faults.filter_map(placed).collect()
}

fn words(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Text => "a text",
        ParameterKind::Number => "a whole number",
        ParameterKind::Bool => "true or false",
        ParameterKind::Texts => "a list of texts",
    }
}

#[cfg(test)]
mod tests;
