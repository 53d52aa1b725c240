//! What is wrong with a text that is no YAML, in the words of whoever wrote it.
//! <https://yaml.org/spec/1.2.2/>

use crate::diagnostic::character;
use granit_parser::ErrorKind;
use std::borrow::Cow;

/// What an error of the parser means.
pub(super) fn words(kind: &ErrorKind) -> Cow<'static, str> {
    let fixed = match kind {
        ErrorKind::UnexpectedCharacter { character } => return stray(*character),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            return format!("`{open}` is closed by `{close}`").into();
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            return format!("`{open}` is not closed").into();
        }
        ErrorKind::RecursionLimitExceeded => "collections nest too deeply",
        other => (structure(other).or_else(|| scalar(other)))
            .or_else(|| rare(other))
            .unwrap_or("this is no YAML"),
    };
    Cow::Borrowed(fixed)
}

/// A character that begins nothing.
fn stray(c: char) -> Cow<'static, str> {
    match c {
        '@' | '`' | '%' => format!("a text cannot begin with `{c}`: put it in quotes").into(),
        c => format!("{} cannot stand here", character(c)).into(),
    }
}

/// Collections: their entries, brackets and indentation.
fn structure(kind: &ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::UnexpectedEofFlowSequence => "`[` is not closed",
        ErrorKind::UnexpectedEofFlowMapping | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            "`{` is not closed"
        }
        ErrorKind::UnexpectedEofBlockSequence
        | ErrorKind::UnexpectedEofBlockMapping
        | ErrorKind::UnexpectedEof => "the text ends too early",
        ErrorKind::MisplacedFlowCollectionEnd => "this bracket closes nothing",
        ErrorKind::ExpectedBlockMappingKey => {
            "expected a key with `:`, indented like the keys above"
        }
        ErrorKind::ExpectedFlowMappingSeparator => "expected `,` or `}`",
        ErrorKind::ExpectedFlowSequenceSeparator => "expected `,` or `]`",
        ErrorKind::ExpectedBlockSequenceEntry => "expected `-`, indented like the entries above",
        ErrorKind::ExpectedNodeContent => "expected a value",
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            "this line is neither a key with `:` nor part of the value above"
        }
        ErrorKind::InvalidIndentation
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::InvalidQuotedScalarIndent => "this line is indented too little",
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => "a tab cannot indent: use spaces",
        ErrorKind::BlockEntryInFlowCollection => "`-` makes no entry between brackets",
        ErrorKind::BlockSequenceEntryNotAllowed => "`-` cannot begin an entry here",
        ErrorKind::InvalidBlockEntryWhitespace => "a space must follow `-`",
        ErrorKind::InvalidMappingValueWhitespace => "a space must follow `:`",
        ErrorKind::MappingKeyNotAllowed => "a key cannot stand here",
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            "`:` cannot stand here: put the text in quotes, or indent it as a value"
        }
        ErrorKind::FlowMappingValueAdjacentCollection => "a space must stand between `:` and this",
        _ => return None,
    })
}

/// Texts: quotes, escapes, blocks and comments.
fn scalar(kind: &ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::UnclosedQuotedScalar => "the quotes are not closed",
        ErrorKind::DocumentIndicatorInQuotedScalar => {
            "a document ends here, and the quotes are not closed"
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => "nothing can follow the closing quote",
        ErrorKind::UnknownQuotedScalarEscape => "there is no such escape",
        ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidUnicodeEscape => "the escape is no character in hexadecimal digits",
        ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate => "the escape is half of a surrogate pair",
        ErrorKind::ZeroBlockScalarIndent => "a block of text cannot be indented by 0",
        ErrorKind::InvalidBlockScalarHeader => "nothing can follow `|` or `>` on its line",
        ErrorKind::InvalidBlockScalarIndent => {
            "this line is indented otherwise than the block of text"
        }
        ErrorKind::PlainScalarStartsWithDashFlowIndicator => {
            "a text cannot begin with `-` and a bracket or comma: put it in quotes"
        }
        ErrorKind::UnexpectedEndOfPlainScalar => "expected a text",
        ErrorKind::CommentInterceptedScalar => "a comment cannot stand inside of a text",
        ErrorKind::CommentNotSeparated => "a space must stand before `#`",
        ErrorKind::ExpectedWhitespace => "expected a space",
        _ => return None,
    })
}

/// Documents, directives, tags and anchors.
fn rare(kind: &ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::UnknownAnchor => "this alias names no anchor above",
        ErrorKind::MissingAnchorOrAliasName => "expected a name behind `&` or `*`",
        ErrorKind::ExpectedDocumentStart => "expected `---` before another document",
        ErrorKind::InvalidDocumentEnd => "nothing can follow `...` on its line",
        ErrorKind::MissingDocumentEndBeforeDirective => "expected `...` before a directive",
        ErrorKind::BomInsideDocument => "a byte order mark can stand at the beginning only",
        ErrorKind::DuplicateVersionDirective
        | ErrorKind::DuplicateTagDirective
        | ErrorKind::UnsupportedYamlMajorVersion
        | ErrorKind::InvalidDirectiveTerminator
        | ErrorKind::MissingYamlVersionSeparator
        | ErrorKind::MissingDirectiveName
        | ErrorKind::InvalidDirectiveName
        | ErrorKind::YamlVersionTooLong
        | ErrorKind::MissingYamlVersion => "this directive is wrong: a text cannot begin with `%`",
        ErrorKind::UndeclaredTagHandle => "this tag has a handle that is declared nowhere",
        ErrorKind::ExpectedTagBang
        | ErrorKind::ExpectedTagDirectiveBang
        | ErrorKind::InvalidGlobalTagCharacter
        | ErrorKind::InvalidTagDirectiveTerminator
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::MissingTagUri
        | ErrorKind::UnclosedVerbatimTag
        | ErrorKind::InvalidTagEscape
        | ErrorKind::InvalidTagUtf8LeadingByte
        | ErrorKind::InvalidTagUtf8TrailingByte
        | ErrorKind::InvalidTagUtf8 => "this tag is wrong: a text cannot begin with `!`",
        _ => return None,
    })
}
