//! Policies, their statements and grants, and VPC endpoints as targets.

use self::meaning::Meaning;
use super::{Context, Entry, existing, flag, list, null, number, object, placed, text};
use crate::finding::{Access, Witness};
use crate::guardrail::vocabulary::Subject;
use crate::iam::action::Service;
use crate::iam::document::{Document, Effect, PolicyKind, Problem, Statement, Word};
use crate::iam::pattern::Binding;
use crate::iam::reach::{self, Answer, Attached, Repository, Scene, Trusted};
use crate::iam::rule::Scope;
use crate::inventory::{Link, Resource};
use crate::resource::arn::{self, Account};
use crate::value::{Kind, Place, Reason, Text, Unknown, Value};
use crate::world::region;
use std::collections::BTreeMap;
use std::sync::Arc;

mod access;
mod blocked;
mod endpoint;
mod layers;
mod meaning;
mod pushers;
mod scope;
mod statement;
mod words;

pub(in crate::guardrail::subject) use self::endpoint::is_ecr;

/// A policy of a resource, read.
struct Policy<'a> {
    context: &'a Context<'a>,
    resource: &'a Resource,
    position: usize,
    name: &'static str,
    document: Arc<Document>,
    problems: Vec<Problem>,
    place: Place,
    /// The policy, first, in its surroundings.
    scene: Scene,
}

pub(super) fn subjects(
    context: &Context<'_>,
    resource: &Resource,
    position: usize,
) -> Vec<Subject> {
    let Some(kind) = kind_of(resource) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    if resource.kind.name == "vpc_endpoint" {
        out.extend(endpoint::subject(context, (position, resource)));
    }
    let value = resource.field("policy");
    if !value.is_null() && (kind != PolicyKind::VpcEndpoint || endpoint::is_ecr(context, position))
    {
        out.extend(Policy::read(context, (position, resource), &value, kind).subjects());
    }
    out
}

/// What the policy of a resource hangs on.
pub(super) fn kind_of(resource: &Resource) -> Option<PolicyKind> {
    match resource.kind.name {
        "repository" | "repository_policy" => Some(PolicyKind::Repository),
        "public_repository" | "public_repository_policy" => Some(PolicyKind::PublicRepository),
        "registry_policy" => Some(PolicyKind::Registry),
        "creation_template" => Some(PolicyKind::CreationTemplate),
        "vpc_endpoint" | "vpc_endpoint_policy" => Some(PolicyKind::VpcEndpoint),
        _ => None,
    }
}

impl<'a> Policy<'a> {
    fn read(
        context: &'a Context<'a>,
        (position, resource): (usize, &'a Resource),
        value: &Value,
        kind: PolicyKind,
    ) -> Self {
        let (document, problems) = Document::read(value, kind);
        let mut policy = Policy {
            context,
            resource,
            position,
            name: match kind {
                PolicyKind::Repository => "repository",
                PolicyKind::PublicRepository => "public_repository",
                PolicyKind::Registry => "registry",
                PolicyKind::CreationTemplate => "creation_template",
                _ => "vpc_endpoint",
            },
            document: Arc::new(document),
            problems,
            place: value.place.clone(),
            scene: Scene::default(),
        };
        policy.scene = policy.surroundings();
        policy
    }

    /// What is known of the deployment.
    fn binding(&self) -> Binding {
        let known = |v: &Option<Arc<str>>| v.as_deref().map(str::to_owned);
        Binding {
            account: known(&self.scene.account),
            region: known(&self.scene.region),
            partition: known(&self.scene.partition),
            organization: known(&self.scene.organization),
            ..Binding::default()
        }
    }

    fn subjects(&self) -> Vec<Subject> {
        let (entries, witnesses, access) = self.entries();
        let here = (self.position, self.resource);
        let whole = || vec![("policy", entries.clone())];
        let mut out = Vec::new();
        if let Some(policy) = self.context.subject("policy", here, &self.place, whole()) {
            out.push(Subject {
                witnesses,
                access,
                ..policy
            });
        }
        let unseen = self.unseen();
        let meaning = Meaning::of(self);
        for statement in self.document.statements.iter().chain(&unseen) {
            let mut described = statement::describe(self, statement);
            described.extend(meaning.of_statement(self, statement));
            described.push(("inert_under_v1", scope::inert(self, statement)));
            let mut variables = whole();
            variables.push(("statement", described.clone()));
            out.extend(
                self.context
                    .subject("statement", here, &statement.place, variables),
            );
            for (place, condition) in meaning.conditions(self, statement) {
                let mut variables = whole();
                variables.push(("statement", described.clone()));
                variables.push(("condition", condition));
                out.extend(self.context.subject("condition", here, &place, variables));
            }
            for (place, grant) in statement::grants(self, statement) {
                let mut variables = whole();
                variables.push(("statement", described.clone()));
                variables.push(("grant", grant));
                out.extend(self.context.subject("grant", here, &place, variables));
            }
        }
        out
    }

    /// What stands for the statements that nobody can see: one for all of them, which may be anything.
    fn unseen(&self) -> Option<Statement> {
        let unknown = self.document.unknown.first()?;
        let index = self.document.statements.len();
        Some(Statement::unseen(index, unknown, &self.document.place))
    }

    fn entries(
        &self,
    ) -> (
        Vec<Entry>,
        BTreeMap<&'static str, Witness>,
        BTreeMap<&'static str, Access>,
    ) {
        let mut witnesses = BTreeMap::new();
        let mut access = BTreeMap::new();
        let mut entries = vec![
            ("kind", text(self.name, &self.place)),
            ("problems", self.problems()),
            (
                "made_by",
                super::made::policy_by(self.resource, &self.document, &self.place),
            ),
        ];
        let (public, outside, pushers) = self.access();
        for (name, words, answer) in [
            ("public", "public_access", &public),
            ("outside", "outside_access", &outside),
        ] {
            entries.push((name, self.answer(answer)));
            let anyone = public.is_yes();
            let said = answer.witness().map(|w| {
                let blocked = blocked::words(self, None, |scene| match name {
                    "public" => self.public(scene),
                    _ => self.outside(scene),
                });
                self.words(w, anyone) + &blocked.unwrap_or_default()
            });
            let place = self.place_of(answer);
            entries.push((words, text(said.unwrap_or_default(), &place)));
            if let Some(witness) = answer.witness() {
                if !self.is_secret() {
                    witnesses.insert(name, witness.into());
                }
                access.insert(name, access::of(&self.scene, &self.trusted(), anyone));
            }
        }
        entries.push(("pushers", pushers));
        let (rewrite, words) = meaning::rewrite(self, &outside);
        entries.extend(words);
        if let Some(witness) = rewrite.witness() {
            if !self.is_secret() {
                witnesses.insert("rewritable", witness.into());
            }
            let outside = access::of(&self.scene, &self.trusted(), false);
            access.insert("rewritable", outside);
        }
        entries.push(("denied_to_all", meaning::denied_to_all(self)));
        entries.extend(scope::entries(self));
        (entries, witnesses, access)
    }

    /// Whether anyone gets in, whether somebody outside does, and who pushes.
    fn access(&self) -> (Answer, Answer, Value) {
        if self.document.kind == PolicyKind::VpcEndpoint {
            return (Answer::No, Answer::No, list(Vec::new(), &self.place));
        }
        let public = self.public(&self.scene);
        let outside = match public {
            Answer::Yes(_) => public.clone(),
            _ => self.outside(&self.scene),
        };
        (public, outside, pushers::field(self, &self.trusted()))
    }

    fn public(&self, scene: &Scene) -> Answer {
        match access::counted(scene.service) {
            None => reach::public(scene),
            Some(actions) => reach::public_with(scene, &actions),
        }
    }

    fn outside(&self, scene: &Scene) -> Answer {
        match access::counted(scene.service) {
            None => reach::outside(scene, &self.trusted()),
            Some(actions) => reach::outside_with(scene, &self.trusted(), &actions),
        }
    }

    fn problems(&self) -> Value {
        let at = self.problems.first().map_or(&self.place, |p| &p.place);
        let message = |p: &Problem| {
            object(
                &p.place,
                vec![("message", text(p.message.clone(), &p.place))],
            )
        };
        match (self.problems.is_empty(), self.document.first_open()) {
            (true, Some(unknown)) => placed(Kind::Unknown(super::about(unknown)), &self.place),
            _ => list(self.problems.iter().map(message).collect(), at),
        }
    }

    /// The policy in its surroundings. A repository's policy stands beside the registry's Deny statements: who gets in by
    /// the registry's Allow statements is said of the registry policy.
    fn surroundings(&self) -> Scene {
        let raw = &self.resource.raw;
        let known = |v: &Value| v.as_str().map(Arc::from);
        let (own_account, own_region) = self.own_registry();
        let organization = self.context.organization_of(self.resource);
        let own = Attached {
            name: self.document.kind.words().into(),
            document: self.document.clone(),
            scope: self.scope(false),
        };
        let mut policies = vec![own];
        if self.document.kind == PolicyKind::Repository {
            policies.extend(self.registry_denials());
        }
        Scene {
            service: match self.document.kind {
                PolicyKind::PublicRepository => Service::EcrPublic,
                _ => Service::Ecr,
            },
            account: known(&raw.account).or(own_account),
            region: known(&raw.region).or(own_region),
            partition: (raw.region.as_str())
                .and_then(region::partition_of)
                .or(self.context.world.target.partition.as_deref())
                .map(Arc::from),
            organization: organization.and_then(|o| o.id.as_deref()).map(Arc::from),
            known: self.trusted(),
            repository: self.repository(),
            policies,
        }
    }

    /// The account and region that a registry policy speaks of in its resources, where it is only one. A registry's policy
    /// covers its own repositories only, so that it is the one that it is deployed to, where nobody says which.
    fn own_registry(&self) -> (Option<Arc<str>>, Option<Arc<str>>) {
        if self.document.kind != PolicyKind::Registry {
            return (None, None);
        }
        let resources = self
            .document
            .statements
            .iter()
            .filter_map(|s| s.resources.as_ref());
        arn::registry(resources.flat_map(|r| &r.words).map(|w| &w.text))
    }

    /// The scope of a registry policy. Where nobody says which, its Allow statements are judged as under V2, which every
    /// new registry has and every change sets; whether its Deny statements protect anything is not known then.
    fn scope(&self, denials: bool) -> Scope {
        let scope = self.context.policy_scope(self.resource);
        match scope.as_str() {
            Some("V1") => Scope::V1,
            Some(_) => Scope::V2,
            None if denials => {
                Scope::Unknown(super::why(&scope, "the scope is not known").reason.clone())
            }
            None => Scope::V2,
        }
    }

    /// The Deny statements of the registry's policy: of the one in the code, else of the one that `existing` names. Of a policy that may not be there, or be another registry's, it is
    /// not known whether they protect anything.
    fn registry_denials(&self) -> Vec<Attached> {
        let beside = self
            .context
            .inventory
            .beside(self.resource, "registry_policy");
        let denials = |mut document: Document, doubt: Option<&Arc<Unknown>>| {
            document.statements.retain(|s| s.effect != Effect::Allow);
            for statement in &mut document.statements {
                statement.unknown = statement.unknown.take().or_else(|| doubt.cloned());
            }
            Attached {
                name: PolicyKind::Registry.words().into(),
                document: Arc::new(document),
                scope: self.scope(true),
            }
        };
        let read = |r: &Resource| Document::read(&r.field("policy"), PolicyKind::Registry).0;
        let first_doubt = beside.doubtful.first().map(|(_, why)| why);
        let outside = (self.context.denials.as_deref().cloned())
            .filter(|_| beside.sure.is_empty())
            .filter(|_| existing::covers(self.context.world, self.resource))
            .map(|document| denials(document, first_doubt));
        let sure = beside.sure.iter().map(|(_, r)| denials(read(r), None));
        let doubtful = beside.doubtful.iter();
        sure.chain(doubtful.map(|(r, why)| denials(read(r), Some(why))))
            .chain(outside)
            .collect()
    }

    /// The repository that the policy is of, by name.
    fn repository(&self) -> Repository {
        let name = self.name_of_repository();
        match name.as_ref().map(|n| (&n.kind, n.as_text())) {
            Some((_, Some(text))) => Repository::Named(text.clone()),
            Some((Kind::Unknown(u), _)) => Repository::Named(Text::hole(u.clone())),
            _ => Repository::Any,
        }
    }

    /// The name of the repository that the policy is of, where it is of one.
    fn name_of_repository(&self) -> Option<Value> {
        let named = [PolicyKind::Repository, PolicyKind::PublicRepository];
        if !named.contains(&self.document.kind) {
            return None;
        }
        match self.context.inventory.link(self.position) {
            Some(Link::To(found)) => (found.first())
                .and_then(|i| self.context.inventory.resources.get(*i))
                .map(|r| r.field("name")),
            Some(_) => Some(self.resource.field("repository")),
            None => Some(self.resource.field("name")),
        }
    }

    fn trusted(&self) -> Trusted {
        self.context
            .organization_of(self.resource)
            .map(Trusted::from)
            .unwrap_or_default()
    }

    fn answer(&self, answer: &Answer) -> Value {
        let place = self.place_of(answer);
        match answer {
            Answer::Yes(_) => flag(Ok(true), &place),
            Answer::No => flag(Ok(false), &place),
            Answer::Unknown(reasons) => {
                let reason = reasons
                    .first()
                    .cloned()
                    .unwrap_or_else(|| "it is not known".into());
                flag(Err(Arc::new(self.because(reason))), &place)
            }
        }
    }

    /// What cannot be told for a reason, and what would settle the policy.
    fn because(&self, reason: Reason) -> Unknown {
        let settle = self.document.first_unknown().and_then(|u| u.settle.clone());
        Unknown {
            settle,
            ..Unknown::because(reason)
        }
    }

    /// The principal element of the statement that lets somebody in; of an unknown answer, the part that is unknown.
    fn place_of(&self, answer: &Answer) -> Place {
        match answer {
            Answer::Yes(witness) => {
                let statement = self
                    .document
                    .statements
                    .iter()
                    .find(|s| s.index == witness.statement);
                statement.map_or_else(|| self.place.clone(), |s| granting(s, witness))
            }
            Answer::Unknown(_) => {
                let holes = |w: &&Word| w.text.first_hole().is_some_and(|u| u.role.is_none());
                let open = self.document.words().find(holes);
                open.map_or_else(|| self.place.clone(), |w| w.place.clone())
            }
            Answer::No => self.place.clone(),
        }
    }
}

/// The principal that lets the witness in, where one is named for it; else the whole element; else the statement.
fn granting(statement: &Statement, witness: &reach::Witness) -> Place {
    let Some(principals) = &statement.principals else {
        return statement.place.clone();
    };
    let names = |known: &str| {
        known == "*"
            || known == witness.principal
            || witness
                .account
                .as_deref()
                .is_some_and(|a| known.contains(a))
    };
    let mut words = principals.words.iter().map(|(_, w)| w);
    let named = words.find(|w| w.known().is_some_and(names));
    match named {
        Some(word) if !principals.negated => word.place.clone(),
        _ => principals.place.clone(),
    }
}
