//! What a policy lets somebody do, in words, and whether these words would tell something sensitive.

use super::Policy;
use crate::iam::action;
use crate::iam::document::PolicyKind;
use crate::iam::reach::{self, Attached};

impl Policy<'_> {
    /// Whether a request that shows something would show what is sensitive.
    pub(super) fn is_secret(&self) -> bool {
        let sensitive = |p: &Attached| p.document.sensitive;
        self.scene.policies.iter().any(sensitive)
            || self.name_of_repository().is_some_and(|n| n.has_sensitive())
    }

    /// Who can do what, in one sentence.
    pub(super) fn words(&self, witness: &reach::Witness, public: bool) -> String {
        let who = match (public, &witness.account) {
            (true, _) => "anyone, of any account,".to_owned(),
            (false, Some(account)) if witness.principal.starts_with("arn:") => {
                format!("account {account}")
            }
            (false, Some(account)) => {
                format!("{} on behalf of account {account}", witness.principal)
            }
            (false, None) => format!("{} on behalf of any account", witness.principal),
        };
        format!("{who} can {}", self.deed(witness))
    }

    pub(super) fn deed(&self, witness: &reach::Witness) -> String {
        let of = self.subject_words();
        match action::group(&witness.action) {
            "pull" => format!("pull images of {of}"),
            "push" => format!("push images to {of}"),
            _ => format!("call {} on {of}", witness.action),
        }
    }

    fn subject_words(&self) -> String {
        match self.document.kind {
            PolicyKind::Registry => "the registry".to_owned(),
            PolicyKind::CreationTemplate => "repositories made from the template".to_owned(),
            _ => match self.name_of_repository() {
                Some(name) => name
                    .said(name.as_str().unwrap_or("the repository"))
                    .into_owned(),
                None => "the repository".to_owned(),
            },
        }
    }
}
