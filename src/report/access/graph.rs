//! Who can do what as a graph: everybody on the left, the repositories on the right, an edge for what each can do.

use crate::iam::kleene::Tri;
use crate::question::access::Access;
use crate::question::estate::Estate;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// The graph.
struct Graph {
    /// Everybody, with how near they are.
    left: BTreeMap<String, Tri>,
    /// The repositories in the order of the input.
    right: Vec<String>,
    /// From whom to which repository: what, and whether it is sure.
    edges: BTreeMap<(String, usize), Edge>,
}

#[derive(Default)]
struct Edge {
    labels: BTreeSet<&'static str>,
    sure: bool,
}

fn graph(estate: &Estate, answer: &[Access]) -> Graph {
    let mut out = Graph {
        left: BTreeMap::new(),
        right: Vec::new(),
        edges: BTreeMap::new(),
    };
    for access in answer {
        let Some(repository) = estate.repositories.get(access.repository) else {
            continue;
        };
        let index = out.right.len();
        out.right.push(repository.words());
        for grant in &access.grants {
            let who = grant.who();
            let near = out.left.entry(who.clone()).or_insert(grant.holder.inside);
            *near = near.and(grant.holder.inside);
            let edge = out.edges.entry((who, index)).or_default();
            edge.labels.insert(grant.what.word());
            edge.sure |= grant.holder.answer.witness().is_some();
        }
    }
    out
}

fn color(near: Tri) -> &'static str {
    match near {
        Tri::True => "#2e7d32",
        Tri::False => "#c62828",
        Tri::Unknown => "#b26a00",
    }
}

fn label(edge: &Edge) -> String {
    edge.labels.iter().copied().collect::<Vec<_>>().join(", ")
}

/// Writes the graph in the language of Graphviz.
pub fn write_dot(estate: &Estate, answer: &[Access], out: &mut dyn Write) -> io::Result<()> {
    let graph = graph(estate, answer);
    writeln!(
        out,
        "digraph access {{\n  rankdir = LR;\n  node [fontname = \"sans-serif\"];"
    )?;
    for (who, near) in &graph.left {
        writeln!(
            out,
            "  {} [shape = ellipse, color = \"{}\"];",
            quoted(&format!("who {who}"), Some(who)),
            color(*near)
        )?;
    }
    for (index, name) in graph.right.iter().enumerate() {
        writeln!(
            out,
            "  {} [shape = box];",
            quoted(&format!("repository {index}"), Some(name))
        )?;
    }
    for ((who, index), edge) in &graph.edges {
        let style = if edge.sure { "solid" } else { "dashed" };
        writeln!(
            out,
            "  {} -> {} [label = {}, style = {style}];",
            quoted(&format!("who {who}"), None),
            quoted(&format!("repository {index}"), None),
            quoted(&label(edge), None)
        )?;
    }
    writeln!(out, "}}")
}

/// A text in quotes; a node's id with its label.
fn quoted(text: &str, label: Option<&str>) -> String {
    let escaped = |t: &str| t.replace('\\', "\\\\").replace('"', "\\\"");
    match label {
        None => format!("\"{}\"", escaped(text)),
        Some(label) => {
            let text = escaped(text);
            format!("\"{text}\" [label = \"{}\"]; \"{text}\"", escaped(label))
        }
    }
}

/// Between two rows.
const ROW: usize = 44;
/// A character's width.
const CHARACTER: usize = 8;

/// Writes the graph as a picture.
pub fn write_svg(estate: &Estate, answer: &[Access], out: &mut dyn Write) -> io::Result<()> {
    let graph = graph(estate, answer);
    let widest = |names: &mut dyn Iterator<Item = usize>| names.max().unwrap_or(8) * CHARACTER + 24;
    let left = widest(&mut graph.left.keys().map(|n| n.chars().count()));
    let right = widest(&mut graph.right.iter().map(|n| n.chars().count()));
    let gap = widest(&mut graph.edges.values().map(|e| label(e).chars().count())) + 40;
    let rows = graph.left.len().max(graph.right.len()).max(1);
    let (width, height) = (left + gap + right + 20, rows * ROW + 20);
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"monospace\" font-size=\"13\">"
    )?;
    writeln!(
        out,
        "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>"
    )?;
    let y = |row: usize| 10 + row * ROW + ROW / 2;
    let rows: BTreeMap<&String, usize> = graph.left.keys().zip(0..).collect();
    for ((who, index), edge) in &graph.edges {
        let from = rows.get(who).copied().unwrap_or(0);
        let near = graph.left.get(who).copied().unwrap_or(Tri::Unknown);
        let (x1, x2) = (10 + left, 10 + left + gap);
        let dash = if edge.sure {
            ""
        } else {
            " stroke-dasharray=\"5 4\""
        };
        writeln!(
            out,
            "<line x1=\"{x1}\" y1=\"{}\" x2=\"{x2}\" y2=\"{}\" stroke=\"{}\"{dash}/>",
            y(from),
            y(*index),
            color(near)
        )?;
        // beside the first third, where lines to one repository have not met yet
        let middle = y(from) + (y(*index).max(y(from)) - y(from)) / 3;
        let middle = middle - (y(from).max(y(*index)) - y(*index)) / 3;
        writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" fill=\"#444444\">{}</text>",
            x1 + gap / 3,
            middle.saturating_sub(4),
            escaped(&label(edge))
        )?;
    }
    for (who, row) in &rows {
        let near = graph.left.get(*who).copied().unwrap_or(Tri::Unknown);
        node(out, (10, y(*row), left), who, color(near), 14)?;
    }
    for (row, name) in graph.right.iter().enumerate() {
        node(out, (10 + left + gap, y(row), right), name, "#37474f", 2)?;
    }
    writeln!(out, "</svg>")
}

fn node(
    out: &mut dyn Write,
    (x, y, width): (usize, usize, usize),
    text: &str,
    color: &str,
    round: usize,
) -> io::Result<()> {
    writeln!(
        out,
        "<rect x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"28\" rx=\"{round}\" fill=\"#ffffff\" stroke=\"{color}\"/>",
        y.saturating_sub(14)
    )?;
    writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" fill=\"{color}\">{}</text>",
        x + 12,
        y + 4,
        escaped(text)
    )
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
