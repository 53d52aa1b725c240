//! The template that is deployed now, beside the one that is judged.

use super::Options;
use crate::change;
use crate::config::Error;
use crate::raw::{Form, Root};
use crate::source::{self, Input, Sources};
use crate::span::Files;
use crate::world::World;
use std::collections::BTreeSet;

/// Tells the resources of the only template of the input what becomes of them, where a previous one is given.
///
/// # Errors
/// A previous template that is none, and an input that is not one template.
pub(super) fn compare(
    options: &Options,
    world: &World,
    files: &Files,
    sources: &mut Sources,
) -> Result<(), Error> {
    let Some(path) = &options.previous else {
        return Ok(());
    };
    let input = [Input::Path(path.clone())];
    let fault = |e: source::Error| Error::new(e.to_string());
    let compared = source::Options {
        compared: true,
        ..source::Options::default()
    };
    let mut previous = source::read(&input, world, files, &compared).map_err(fault)?;
    if previous.files != 1
        || previous
            .roots
            .iter()
            .any(|r| r.form != Form::CloudFormation)
    {
        return Err(Error::new(format!("`{path}` is no template"))
            .help("give the template that is deployed now: `aws cloudformation get-template`"));
    }
    bare(options, sources);
    let names: BTreeSet<&str> = sources.roots.iter().map(|r| r.name.as_str()).collect();
    let templates = (sources.roots.iter()).all(|r| r.form == Form::CloudFormation);
    if names.len() != 1 || !templates {
        let message = "a previous template goes with one template as input";
        return Err(Error::new(message).help("check one template at a time"));
    }
    for root in &mut sources.roots {
        change::compare(&previous.roots, root);
    }
    sources.diagnostics.append(&mut previous.diagnostics);
    Ok(())
}

/// A template without anything that matters has no root; what stood before is compared with it all the same.
fn bare(options: &Options, sources: &mut Sources) {
    if let ([path], true, 1) = (
        options.paths.as_slice(),
        sources.roots.is_empty(),
        sources.files,
    ) {
        sources.roots.push(Root {
            name: path.clone(),
            form: Form::CloudFormation,
            ..Root::default()
        });
    }
}
