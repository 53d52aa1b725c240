//! From the file's shape to what the run works with; reads the files that it names.

use super::error::explain;
use super::file::{self, File, OnError, PolicyScope, Scanning};
use super::{Accepts, Choice, Config, Error, Given, Hook, Override, Waiver, edition};
use crate::span::Span;
use crate::syntax::tree::{Seg, Tree};
use crate::world::is_account;
use crate::world::region::{is_known_partition, partition_of};
use crate::world::{Existing, Networks, Organization, Target};
use ignore::gitignore::GitignoreBuilder;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Reads a config.
pub(super) fn config(tree: Tree, directory: &Path) -> Result<Config, Vec<Error>> {
    let file: File = tree.deserialize().map_err(|e| vec![explain(e)])?;
    let mut reader = Reader {
        tree: &tree,
        directory,
        errors: Vec::new(),
    };
    reader.not_yet(&file);
    let config = Config {
        organizations: reader.organizations(&file),
        target: reader.target(&file.target),
        existing: reader.existing(&file.existing),
        profile: file.profile,
        edition: reader.edition(file.edition),
        fail_on: file.fail_on,
        undetermined: file.undetermined,
        policies: file.policies.iter().map(|p| directory.join(p)).collect(),
        guardrails: (file.guardrails.into_iter())
            .map(|(id, given)| {
                let read = reader.choice(given.0, &[key("guardrails"), key(&id)]);
                (id, read)
            })
            .collect(),
        overrides: reader.overrides(file.overrides),
        directory: directory.to_owned(),
        waivers: reader.waivers(file.waivers),
        hook: Hook {
            payload_hosts: file.hook.payload_hosts,
            fail_on_error: file.hook.on_error != Some(OnError::Pass),
        },
        ..Config::default()
    };
    match reader.errors.is_empty() {
        true => Ok(Config {
            tree: Some(tree),
            ..config
        }),
        false => Err(reader.errors),
    }
}

struct Reader<'a> {
    tree: &'a Tree,
    directory: &'a Path,
    errors: Vec<Error>,
}

fn key(name: &str) -> Seg {
    Seg::Key(name.to_owned())
}

impl Reader<'_> {
    fn span(&self, path: &[Seg]) -> Span {
        self.tree.at(path).map_or(self.tree.span, |t| t.span)
    }

    fn error(&mut self, path: &[Seg], message: impl Into<String>) {
        let error = Error::new(message).at(self.span(path));
        self.errors.push(error);
    }

    fn not_yet(&mut self, file: &File) {
        let given = [
            ("extends", file.extends.is_some()),
            ("locked", file.locked.is_some()),
        ];
        for (name, given) in given {
            if given {
                self.error(&[key(name)], format!("`{name}` is not supported yet"));
            }
        }
    }

    fn choice(&self, settings: file::Settings, path: &[Seg]) -> Choice {
        let entry = |path: &[Seg]| {
            let (last, before) = path.split_last()?;
            let Seg::Key(name) = last else { return None };
            self.tree.at(before)?.entry(name)
        };
        let parameter = |(name, value): (String, serde_json::Value)| {
            let found = [path, &[key("parameters"), key(&name)]].concat();
            let spans = entry(&found).map(|(key, value)| (key.span, value.span));
            let (key, span) = spans.unwrap_or((self.tree.span, self.tree.span));
            (name, Given { key, span, value })
        };
        Choice {
            key: entry(path).map_or(self.tree.span, |(key, _)| key.span),
            enabled: settings.enabled,
            severity: settings.severity,
            enforcement: settings.enforcement,
            block_from: settings.block_from.map(|day| day.0),
            parameters: settings.parameters.into_iter().map(parameter).collect(),
        }
    }

    fn overrides(&mut self, given: Vec<file::Override>) -> Vec<Override> {
        let mut out = Vec::new();
        for (i, given) in given.into_iter().enumerate() {
            let at = [key("overrides"), Seg::Index(i)];
            let of = [&at[..], &[key("match")]].concat();
            let file::Match {
                accounts,
                regions,
                paths,
            } = given.of;
            if accounts.is_none() && regions.is_none() && paths.is_none() {
                self.error(&of, "an override matches `accounts`, `regions` or `paths`");
            }
            let mut patterns = GitignoreBuilder::new("");
            for (n, pattern) in paths.iter().flatten().enumerate() {
                if let Err(error) = patterns.add_line(None, pattern) {
                    let path = [&of[..], &[key("paths"), Seg::Index(n)]].concat();
                    self.error(&path, error.to_string());
                }
            }
            let choices = (given.guardrails.into_iter()).map(|(id, choice)| {
                let path = [&at[..], &[key("guardrails"), key(&id)]].concat();
                let read = self.choice(choice.0, &path);
                (id, read)
            });
            out.push(Override {
                guardrails: choices.collect(),
                accounts: accounts.map(|all| all.into_iter().map(|a| a.0).collect()),
                regions,
                paths: paths.and_then(|_| patterns.build().ok()),
                span: self.span(&of),
            });
        }
        out
    }

    /// A name that this version does not know could mean anything, so that it is a mistake.
    fn edition(&mut self, given: Option<String>) -> Option<String> {
        let known: Vec<&str> = edition::names().collect();
        if let Some(name) = given.as_deref().filter(|name| !known.contains(name)) {
            let known = known.join(", ");
            let error = Error::new(format!("there is no edition `{name}`"))
                .at(self.span(&[key("edition")]))
                .help(format!("known: {known}; a later ecr-guard may know more"));
            self.errors.push(error);
        }
        given
    }

    fn organizations(&mut self, file: &File) -> Vec<Organization> {
        let mut out = Vec::new();
        if let Some(organization) = &file.organization {
            if !file.organizations.is_empty() {
                let path = [key("organizations")];
                self.error(&path, "`organization` and `organizations` are both given");
            }
            out.push(self.organization(organization, &[key("organization")]));
        }
        for (i, organization) in file.organizations.iter().enumerate() {
            let path = [key("organizations"), Seg::Index(i)];
            let read = self.organization(organization, &path);
            if out.iter().any(|o| o.partition == read.partition) {
                self.error(&path, "another organisation is for the same partition");
            }
            out.push(read);
        }
        out
    }

    fn organization(&mut self, given: &file::Organization, path: &[Seg]) -> Organization {
        let at = |name: &str| [path, &[key(name)]].concat();
        if let Some(id) = given.id.as_deref().filter(|id| !is_organization(id)) {
            self.error(
                &at("id"),
                format!("`{id}` is no organisation id: it is `o-` and 10 to 32 of a-z and 0-9"),
            );
        }
        self.partition(given.partition.as_deref(), &at("partition"));
        for (i, region) in given.regions.iter().flatten().enumerate() {
            if partition_of(region).is_none() {
                let path = [&at("regions")[..], &[Seg::Index(i)]].concat();
                self.error(&path, format!("`{region}` is no region"));
            }
        }
        for (i, cidr) in given.networks.cidrs.iter().enumerate() {
            if cidr.parse::<ipnet::IpNet>().is_err() {
                let path = [&at("networks")[..], &[key("cidrs"), Seg::Index(i)]].concat();
                self.error(&path, format!("`{cidr}` is no address range in CIDR form"));
            }
        }
        let listed = |a: &Vec<file::Account>| a.iter().map(|a| a.0.clone()).collect();
        let mut accounts: Option<BTreeSet<String>> = given.accounts.as_ref().map(listed);
        if let Some(name) = &given.accounts_file {
            match accounts_file(&self.directory.join(name)) {
                Ok(found) => accounts.get_or_insert_default().extend(found),
                Err(message) => self.error(&at("accounts_file"), message),
            }
        }
        Organization {
            partition: given.partition.clone(),
            id: given.id.clone(),
            accounts: accounts.map(Arc::new),
            trusted_accounts: (given.trusted_accounts.iter())
                .map(|(account, why)| (account.0.clone(), why.clone()))
                .collect(),
            regions: given.regions.clone(),
            upstream_registries: given.upstream_registries.clone(),
            networks: Networks {
                cidrs: given.networks.cidrs.clone(),
                vpcs: given.networks.vpcs.clone(),
                vpc_endpoints: given.networks.vpc_endpoints.clone(),
            },
        }
    }

    fn partition(&mut self, partition: Option<&str>, path: &[Seg]) {
        if let Some(partition) = partition.filter(|p| !is_known_partition(p)) {
            self.error(path, format!("`{partition}` is no partition of AWS"));
        }
    }

    fn target(&mut self, given: &file::Target) -> Target {
        let at = |name: &str| [key("target"), key(name)];
        self.partition(given.partition.as_deref(), &at("partition"));
        let of_region = given.region.as_deref().map(|r| (r, partition_of(r)));
        match (of_region, given.partition.as_deref()) {
            (Some((region, None)), None) => {
                self.error(&at("region"), format!("`{region}` is no region"));
            }
            (Some((region, Some(of))), Some(partition)) if of != partition => {
                let message = format!("`{region}` is in partition `{of}`, not in `{partition}`");
                self.error(&at("partition"), message);
            }
            _ => {}
        }
        let partition = of_region.and_then(|(_, p)| p).map(str::to_owned);
        Target {
            account: given.account.as_ref().map(|a| a.0.clone()),
            region: given.region.clone(),
            partition: given.partition.clone().or(partition),
        }
    }

    fn existing(&mut self, given: &file::Existing) -> Existing {
        let registry = &given.registry;
        let policy = registry.policy.as_ref().and_then(|name| {
            let path = [key("existing"), key("registry"), key("policy")];
            self.beside(name, &path)
        });
        let controls = &given.organization;
        let service = self.controls(
            "service_control_policies",
            &controls.service_control_policies,
        );
        let resource = self.controls(
            "resource_control_policies",
            &controls.resource_control_policies,
        );
        Existing {
            policy_scope: registry.policy_scope.map(|scope| match scope {
                PolicyScope::V1 => "V1".to_owned(),
                PolicyScope::V2 => "V2".to_owned(),
            }),
            scanning: registry.scanning.map(|scanning| match scanning {
                Scanning::Enhanced => "enhanced".to_owned(),
                Scanning::OnPush => "on_push".to_owned(),
                Scanning::None => "none".to_owned(),
            }),
            registry_policy: policy,
            service_control_policies: service,
            resource_control_policies: resource,
        }
    }

    fn controls(&mut self, name: &str, files: &[String]) -> Vec<(String, String)> {
        let mut out = Vec::new();
        for (i, file) in files.iter().enumerate() {
            let path = [
                key("existing"),
                key("organization"),
                key(name),
                Seg::Index(i),
            ];
            out.extend(self.beside(file, &path));
        }
        out
    }

    /// The text of a file beside the config, and its path.
    fn beside(&mut self, name: &str, at: &[Seg]) -> Option<(String, String)> {
        let path = self.directory.join(name);
        let shown = path.to_string_lossy().replace('\\', "/");
        match crate::span::read_regular_text(&path) {
            Ok(text) => Some((text, shown)),
            Err(error) => {
                self.error(
                    at,
                    format!("cannot read `{shown}`: {}", crate::span::why(&error)),
                );
                None
            }
        }
    }

    fn waivers(&mut self, given: Vec<file::Waiver>) -> Vec<Waiver> {
        let mut out = Vec::new();
        for (i, waiver) in given.into_iter().enumerate() {
            let path = [key("waivers"), Seg::Index(i)];
            if waiver.resource.is_none() && waiver.path.is_none() {
                let error = Error::new("a waiver names a `resource` or a `path`")
                    .at(self.span(&path))
                    .help("to do without a guardrail, turn it off under `guardrails`");
                self.errors.push(error);
            }
            if waiver.reason.trim().is_empty() {
                let path = [&path[..], &[key("reason")]].concat();
                self.error(&path, "a waiver has a reason");
            }
            out.push(Waiver {
                guardrail: waiver.guardrail,
                resource: waiver.resource,
                path: waiver.path,
                accepts: waiver.accepts.map(accepts),
                owner: waiver.owner,
                reason: waiver.reason,
                until: waiver.until.map(|day| day.0),
                span: self.span(&path),
            });
        }
        out
    }
}

fn accepts(given: file::Accepts) -> Accepts {
    let action = |action| match action {
        file::Actions::Pull => "pull".to_owned(),
        file::Actions::Push => "push".to_owned(),
        file::Actions::Replicate => "replicate".to_owned(),
        file::Actions::Administer => "administer".to_owned(),
        file::Actions::Read => "read".to_owned(),
    };
    Accepts {
        accounts: given.accounts.into_vec().into_iter().map(|w| w.0).collect(),
        actions: given.actions.into_vec().into_iter().map(action).collect(),
    }
}

/// The ids of organisations: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html>.
fn is_organization(id: &str) -> bool {
    let rest = id.strip_prefix("o-").unwrap_or_default();
    let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    (10..=32).contains(&rest.len()) && rest.bytes().all(good)
}

/// The active accounts of what `aws organizations list-accounts` prints.
fn accounts_file(path: &Path) -> Result<BTreeSet<String>, String> {
    let shown = path.display();
    let text = crate::span::read_regular_text(path)
        .map_err(|e| format!("cannot read `{shown}`: {}", crate::span::why(&e)))?;
    let json: serde_json::Value =
        serde_json::from_str(&text).map_err(|e| format!("`{shown}` is not JSON: {e}"))?;
    if json.get("NextToken").is_some_and(|token| !token.is_null()) {
        return Err(format!(
            "`{shown}` holds only a part of the list (`NextToken`)"
        ));
    }
    let Some(list) = json.get("Accounts").unwrap_or(&json).as_array() else {
        return Err(format!("`{shown}` holds no list of accounts"));
    };
    let mut out = BTreeSet::new();
    for entry in list {
        let text = |name: &str| entry.get(name).and_then(serde_json::Value::as_str);
        let id = entry.as_str().or_else(|| text("Id")).unwrap_or_default();
        if !is_account(id) {
            return Err(format!(
                "`{shown}` holds an entry without an account id: {entry}"
            ));
        }
        let state = text("State").or_else(|| text("Status"));
        if state.is_none_or(|state| state == "ACTIVE") {
            out.insert(id.to_owned());
        }
    }
    Ok(out)
}
