//! The classes into which patterns cut a set of texts, each with its shortest member: a joint automaton over all patterns and
//! the shape that the texts have, searched breadth first. Its states are bit sets of positions.

use super::pattern::{Set, Tok};
use super::quick::Quick;
use smallvec::SmallVec;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::BuildHasherDefault;
use std::sync::Arc;

/// More states than a verdict is worth: the answer is then unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exhausted;

/// States of one search at most.
const STATES: usize = 20_000;

/// The work of one search at most.
const MOST: u64 = 20_000_000;

/// Searches that a thread remembers: the policies of a run have most of their patterns in common, and each is asked many
/// questions.
const REMEMBERED: usize = 4096;

type Bits = SmallVec<[u64; 8]>;

/// A pattern as the automaton takes it: for each piece whether it repeats, and what it takes.
type Pieces = Vec<(bool, Set)>;

/// All that the outcome of a search hangs on: the letter that stands for what nobody names, the shape, and the patterns, in
/// numbers.
type Asked = Vec<u32>;

/// What a search found, and the work that it took.
type Outcome = (Result<Arc<[String]>, Exhausted>, u64);

/// The work that the searches for one scene may take, in words of states that are looked at.
#[derive(Clone, Debug)]
pub(super) struct Work(Cell<u64>);

impl Default for Work {
    fn default() -> Self {
        Work(Cell::new(80_000_000))
    }
}

impl Work {
    /// Takes some work, where it is left.
    fn spend(&self, work: u64) -> Result<(), Exhausted> {
        let left = self.0.get().checked_sub(work);
        self.0.set(left.unwrap_or(0));
        left.map(|_| ()).ok_or(Exhausted)
    }
}

thread_local! {
    static OUTCOMES: RefCell<HashMap<Asked, Outcome>> = RefCell::default();
}

struct Machine {
    /// Positions of `Star` pieces.
    stars: Bits,
    /// Where each automaton ends: the shape's first.
    ends: Vec<usize>,
    /// Positions of the shape.
    shape: Bits,
    /// Letters and, for each, the positions whose `One` and whose `Star` takes it.
    letters: Vec<(char, Bits, Bits)>,
    start: Bits,
}

fn set(bits: &mut Bits, at: usize) {
    if let Some(word) = bits.get_mut(at / 64) {
        *word |= 1 << (at % 64);
    }
}

fn has(bits: &Bits, at: usize) -> bool {
    bits.get(at / 64).is_some_and(|w| w >> (at % 64) & 1 == 1)
}

/// A piece as the automaton takes it: unknown parts and variables may be anything.
fn piece(tok: &Tok) -> (bool, Set) {
    match tok {
        Tok::One(set) => (false, *set),
        Tok::Star(set) => (true, *set),
        Tok::Hole(_) | Tok::Variable(_) => (true, Set::Any),
    }
}

/// Letters that may stand for what nobody names, the best first.
const LETTERS: &str = "qzkwvyjxughmabcdefilnoprstQZKWVYJX0123456789";

/// Whether a pattern names a letter.
fn names(pattern: &[Tok], letter: char) -> bool {
    pattern.iter().any(|tok| match tok {
        Tok::One(Set::Char(c)) | Tok::Star(Set::Char(c)) => *c == letter,
        Tok::One(Set::Fold(c)) | Tok::Star(Set::Fold(c)) => c
            .to_lowercase()
            .chain(c.to_uppercase())
            .any(|c| c == letter),
        _ => false,
    })
}

/// The letters that matter: a letter and a digit that no pattern names (they stand for all such), then those that are named.
/// `best`: the letter to take, where there is one that need not be avoided.
fn alphabet(all: &[Pieces], best: Option<char>) -> Vec<char> {
    let mut named = BTreeSet::new();
    for (_, set) in all.iter().flatten() {
        match set {
            Set::Char(c) => {
                named.insert(*c);
            }
            Set::Fold(c) => named.extend(c.to_lowercase().chain(c.to_uppercase())),
            _ => {}
        }
    }
    let fresh = |c: &char| !named.contains(c);
    let mut out: Vec<char> = best
        .or_else(|| LETTERS.chars().find(fresh))
        .into_iter()
        .collect();
    out.extend("2357946801".chars().find(fresh));
    out.extend(named);
    out
}

impl Machine {
    /// The automaton of a shape, which stands first, and patterns.
    fn new(all: &[Pieces], best: Option<char>) -> Self {
        let shape = all.first().map_or(0, Vec::len);
        let size: usize = all.iter().map(|p| p.len() + 1).sum();
        let empty: Bits = SmallVec::from_elem(0, size.div_ceil(64));
        let mut machine = Machine {
            stars: empty.clone(),
            ends: Vec::new(),
            shape: SmallVec::from_elem(0, shape / 64 + 1),
            letters: (alphabet(all, best).into_iter())
                .map(|c| (c, empty.clone(), empty.clone()))
                .collect(),
            start: empty.clone(),
        };
        let mut at = 0;
        for pieces in all {
            set(&mut machine.start, at);
            for (star, chars) in pieces {
                for (letter, ones, stars) in &mut machine.letters {
                    if chars.has(*letter) {
                        set(if *star { stars } else { ones }, at);
                    }
                }
                if *star {
                    set(&mut machine.stars, at);
                }
                at += 1;
            }
            machine.ends.push(at);
            at += 1;
        }
        for position in 0..=shape {
            set(&mut machine.shape, position);
        }
        let mut start = std::mem::take(&mut machine.start);
        machine.close(&mut start);
        machine.start = start;
        machine
    }

    /// Adds the positions that a `Star` lets pass over.
    fn close(&self, state: &mut Bits) {
        loop {
            let mut changed = false;
            let mut carry = 0;
            for (word, stars) in state.iter_mut().zip(&self.stars) {
                let over = *word & stars;
                let next = *word | (over << 1) | carry;
                carry = over >> 63;
                changed |= next != *word;
                *word = next;
            }
            if !changed {
                return;
            }
        }
    }

    /// Where a letter leads to; `None` where no text of the shape goes on so.
    fn step(&self, state: &Bits, ones: &Bits, stars: &Bits) -> Option<Bits> {
        let mut next = Bits::new();
        let mut carry = 0;
        for ((word, one), star) in state.iter().zip(ones).zip(stars) {
            let moved = word & one;
            next.push((moved << 1) | carry | (word & star));
            carry = moved >> 63;
            // the shape stands first: most letters lead nowhere in it
            if next.len() == self.shape.len()
                && next.iter().zip(&self.shape).all(|(w, s)| w & s == 0)
            {
                return None;
            }
        }
        self.close(&mut next);
        Some(next)
    }

    fn accepts(&self, state: &Bits) -> Option<Vec<bool>> {
        let (shape, patterns) = self.ends.split_first()?;
        has(state, *shape).then(|| patterns.iter().map(|e| has(state, *e)).collect())
    }
}

/// Rounds of [`classes`] at most.
const ROUNDS: usize = 40;

/// What [`classes`] looks for.
pub(super) struct Look<'a> {
    /// The patterns.
    pub(super) patterns: &'a [&'a [Tok]],
    /// Characters that are used only where a pattern asks for them.
    pub(super) avoid: &'a str,
    /// A pattern for what is named and must not stand for others: a text that is found and named is told apart by it, and the
    /// search is done again.
    pub(super) named: &'a dyn Fn(&str) -> Option<Vec<Tok>>,
    /// What the search may take.
    pub(super) work: &'a Work,
}

/// One text of each class that the patterns, and what is named, cut the texts of a shape into; the shortest first.
pub(super) fn classes(look: &Look<'_>, shape: &[Tok]) -> Result<Vec<String>, Exhausted> {
    let mut atoms: Vec<Vec<Tok>> = Vec::new();
    for _ in 0..ROUNDS {
        let own = atoms.iter().map(Vec::as_slice);
        let all: Vec<&[Tok]> = look.patterns.iter().copied().chain(own).collect();
        look.work.spend(1)?;
        let (found, work) = remembered(&all, shape, look.avoid);
        // what was found before costs the same, so that nothing hangs on what else was asked
        look.work.spend(work)?;
        let found = found?;
        let known = atoms.len();
        for atom in found.iter().filter_map(|f| (look.named)(f)) {
            if !atoms.contains(&atom) {
                atoms.push(atom);
            }
        }
        if atoms.len() == known {
            return Ok(found.to_vec());
        }
    }
    Err(Exhausted)
}

/// Whether a text that begins so may match a pattern.
fn begins(pattern: &[Tok], prefix: &[char]) -> bool {
    let same = |(tok, c): &(&Tok, &char)| matches!(tok, Tok::One(set) if set.has(**c));
    let known = pattern.iter().zip(prefix).take_while(same).count();
    let (pattern, prefix) = match (pattern.get(known..), prefix.get(known..)) {
        (_, Some([])) => return true,
        (Some([] | [Tok::One(_), ..]) | None, _) => return false,
        (Some(pattern), prefix) => (pattern, prefix.unwrap_or_default()),
    };
    let mut at: Vec<usize> = Vec::new();
    let mut next = Vec::new();
    reach(pattern, &mut at, 0);
    for c in prefix {
        next.clear();
        for position in &at {
            match pattern.get(*position).map(piece) {
                Some((star, set)) if set.has(*c) => {
                    reach(pattern, &mut next, position + usize::from(!star));
                }
                _ => {}
            }
        }
        std::mem::swap(&mut at, &mut next);
    }
    !at.is_empty()
}

/// Adds a position, and those that a `Star` there lets pass over; they come in ascending order.
fn reach(pattern: &[Tok], at: &mut Vec<usize>, mut position: usize) {
    loop {
        if at.last().is_none_or(|last| *last < position) {
            at.push(position);
        }
        if !pattern.get(position).is_some_and(|t| piece(t).0) {
            return;
        }
        position += 1;
    }
}

/// The characters that every text of a shape begins with.
fn start(shape: &[Tok]) -> Vec<char> {
    let fixed = shape.iter().map_while(|t| match t {
        Tok::One(Set::Char(c)) => Some(*c),
        _ => None,
    });
    fixed.collect()
}

/// What [`search`] finds, looked up where it was asked before. Patterns that no text of the shape can match tell none apart.
fn remembered(patterns: &[&[Tok]], shape: &[Tok], avoid: &str) -> Outcome {
    let prefix = start(shape);
    let alive = patterns.iter().filter(|p| begins(p, &prefix));
    let patterns: Vec<&[Tok]> = alive.copied().collect();
    let all = || std::iter::once(shape).chain(patterns.iter().copied());
    let fresh = |c: &char| !avoid.contains(*c) && !all().any(|p| names(p, *c));
    let best = LETTERS.chars().find(fresh);
    let size = 1 + all().map(|p| p.len() + 1).sum::<usize>();
    let mut asked: Asked = Vec::with_capacity(size);
    asked.push(best.map_or(0, u32::from));
    for pattern in all() {
        asked.push(END);
        asked.extend(pattern.iter().map(number));
    }
    OUTCOMES.with_borrow_mut(|outcomes| {
        if let Some(outcome) = outcomes.get(&asked) {
            return outcome.clone();
        }
        let pieces: Vec<Pieces> = all().map(|p| p.iter().map(piece).collect()).collect();
        let (found, work) = search(&pieces, best);
        let outcome = (found.map(Arc::from), work);
        if outcomes.len() >= REMEMBERED {
            outcomes.clear();
        }
        outcomes.insert(asked, outcome.clone());
        outcome
    })
}

/// Between patterns: no number of a piece, and no character.
const END: u32 = u32::MAX;

/// A piece as a number: what it takes, and above the 21 bits of a character the sort of set and whether it repeats.
fn number(tok: &Tok) -> u32 {
    let (star, set) = piece(tok);
    let (sort, c) = match set {
        Set::Char(c) => (0, c),
        Set::Fold(c) => (1, c),
        Set::Any => (2, '\0'),
        Set::NotColon => (3, '\0'),
        Set::NotSlash => (4, '\0'),
        Set::Digit => (5, '\0'),
        Set::Lower => (6, '\0'),
        Set::Id => (7, '\0'),
        Set::Name => (8, '\0'),
        Set::Letter => (9, '\0'),
        Set::Path => (10, '\0'),
    };
    u32::from(star) << 26 | sort << 21 | u32::from(c)
}

/// One text of each class that patterns cut the texts of a shape into: the shape stands first.
fn search(all: &[Pieces], best: Option<char>) -> (Result<Vec<String>, Exhausted>, u64) {
    let machine = Machine::new(all, best);
    let words = machine.start.len() as u64;
    let mut work = 0;
    let mut ids: HashSet<Bits, BuildHasherDefault<Quick>> = HashSet::default();
    let mut parents: Vec<Option<(usize, char)>> = vec![None];
    let mut queue = VecDeque::from([(0, machine.start.clone())]);
    ids.insert(machine.start.clone());
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    while let Some((id, state)) = queue.pop_front() {
        if let Some(class) = machine.accepts(&state)
            && seen.insert(class)
        {
            found.push(spell(&parents, id));
        }
        for (letter, ones, stars) in &machine.letters {
            work += 1;
            let Some(next) = machine.step(&state, ones, stars) else {
                continue;
            };
            work += words;
            if ids.contains(&next) {
                continue;
            }
            let new = parents.len();
            if new > STATES || work > MOST {
                return (Err(Exhausted), work);
            }
            parents.push(Some((id, *letter)));
            ids.insert(next.clone());
            queue.push_back((new, next));
        }
    }
    (Ok(found), work)
}

fn spell(parents: &[Option<(usize, char)>], id: usize) -> String {
    let mut letters = Vec::new();
    let mut at = id;
    while let Some(Some((parent, letter))) = parents.get(at) {
        letters.push(*letter);
        at = *parent;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::pattern::{Binding, Context, Glob, Style};
    use crate::value::Text;
    use proptest::prelude::*;

    fn glob(p: &str) -> Glob {
        let style = Style {
            wild: true,
            ..Style::default()
        };
        Glob::of(&Text::plain(p), style, &Binding::default())
    }

    fn nothing(_: &str) -> Option<Vec<Tok>> {
        None
    }

    proptest! {
        #[test]
        fn every_text_has_a_class(a in "[ab*?]{1,5}", b in "[ab*]{1,5}", text in "[abc]{1,6}") {
            let globs = [glob(&a), glob(&b)];
            let shape = [Tok::One(Set::Any), Tok::Star(Set::Any)];
            let toks: Vec<&[Tok]> = globs.iter().map(Glob::toks).collect();
            let found = remembered(&toks, &shape, "").0.unwrap();
            let sign = |t: &str| globs.iter().map(|g| g.fits(t, &Context::default())).collect::<Vec<_>>();
            prop_assert!(found.iter().any(|f| sign(f) == sign(&text)), "{found:?}");
            let signs: HashSet<_> = found.iter().map(|f| sign(f).iter().map(|t| t.must()).collect::<Vec<_>>()).collect();
            prop_assert_eq!(signs.len(), found.len());
        }
    }

    #[test]
    fn witnesses_are_short_and_fresh() {
        let pattern = glob("a*");
        let shape = [Tok::One(Set::Any), Tok::Star(Set::Any)];
        let work = Work::default();
        let mut look = Look {
            patterns: &[pattern.toks()],
            avoid: "q",
            named: &nothing,
            work: &work,
        };
        assert_eq!(classes(&look, &shape).unwrap(), ["z", "a"]);
        let named = |t: &str| (t == "a").then(|| vec![Tok::One(Set::Char('a'))]);
        look.named = &named;
        assert_eq!(classes(&look, &shape).unwrap(), ["z", "a", "az"]);
    }
}
