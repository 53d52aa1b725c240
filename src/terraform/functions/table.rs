//! All functions by name.

use super::*;

const fn p(name: &'static str, ty: Want, takes: u8) -> Parameter {
    Parameter { name, ty, takes }
}

/// A function of a fixed number of parameters.
const fn f(
    name: &'static str,
    parameters: &'static [Parameter],
    result: Want,
    body: fn(&Call) -> Outcome,
) -> Function {
    Function {
        name,
        parameters,
        rest: None,
        result,
        works: Works::Perhaps,
        transforms: false,
        body,
    }
}

/// A function of any number of further arguments.
const fn v(
    name: &'static str,
    parameters: &'static [Parameter],
    rest: Parameter,
    result: Want,
    body: fn(&Call) -> Outcome,
) -> Function {
    Function {
        rest: Some(rest),
        ..f(name, parameters, result, body)
    }
}

/// A function whose result is its first argument in another form.
const fn t(
    name: &'static str,
    parameters: &'static [Parameter],
    result: Want,
    body: fn(&Call) -> Outcome,
) -> Function {
    Function {
        transforms: true,
        ..f(name, parameters, result, body)
    }
}

/// A function of texts that takes every text.
const fn total(function: Function) -> Function {
    Function {
        works: Works::AnyText,
        ..function
    }
}

/// A function that carries what is in collections, and does not look at it.
const fn carrying(function: Function) -> Function {
    Function {
        works: Works::AnyForm,
        ..function
    }
}

const STR: Parameter = p("str", Text, 0);
const ROPE: Parameter = p("str", Text, HOLES | LATE);
const NUM: Parameter = p("num", Number, 0);
const PATH: Parameter = p("path", Text, 0);
const ROW: Parameter = p("list", Row, MARKS);
const RUN: Parameter = p("list", Run, MARKS);
const OPEN: Parameter = p("list", Any, MARKS | MORE | LATE);
const VALUE: Parameter = p("v", Any, NULL | UNKNOWN | MARKS | HOLES | MORE);
const BARE: Parameter = p("v", Any, NULL | UNKNOWN | MARKS | HOLES | MORE | SHED);
const PREFIX: Parameter = p("prefix", Text, 0);
const PATTERN: Parameter = p("pattern", Text, 0);
const STRING: Parameter = p("string", Text, 0);
const ENCODING: Parameter = p("encoding", Text, 0);
const HOST: Parameter = p("hostnum", Number, 0);
const BITS: Parameter = p("newbits", Number, 0);
const NET: Parameter = p("netnum", Number, 0);
const SUFFIX: Parameter = p("suffix", Text, 0);
const SUBSTR: Parameter = p("substr", Text, 0);
const SEPARATOR: Parameter = p("separator", Text, 0);
const ARGS: Parameter = p("args", Any, NULL | UNKNOWN | HOLES | MORE | LATE);
const FORMAT: Parameter = p("format", Text, 0);
const ARN: Parameter = p("arn", Text, HOLES);
const SETS: Parameter = p("sets", Set, MARKS);
const WHOLE_SET: Parameter = p("sets", Set, MARKS | WHOLE);

use self::Want::{
    Any, Bool, Bools, Fields, List, MapOfTexts, Number, Row, Run, Set, Sized, Text, Texts, Word,
};

/// INVARIANT: sorted by name.
pub(super) static FUNCTIONS: &[Function] = &[
    t("abs", &[NUM], Number, numbers::abs),
    t("abspath", &[PATH], Text, files::abspath),
    f("alltrue", &[p("list", Bools, 0)], Bool, lists::alltrue),
    f("anytrue", &[p("list", Bools, 0)], Bool, lists::anytrue),
    t("base64decode", &[STR], Text, encoding::base64decode),
    total(t("base64encode", &[STR], Text, encoding::base64encode)),
    t("base64gzip", &[STR], Text, encoding::base64gzip),
    t("base64sha256", &[STR], Text, hashing::base64sha256),
    t("base64sha512", &[STR], Text, hashing::base64sha512),
    t(
        "basename",
        &[p("path", Text, HOLES | LATE)],
        Text,
        files::basename,
    ),
    v(
        "bcrypt",
        &[STR],
        p("cost", Number, 0),
        Text,
        types::impure_text,
    ),
    t("ceil", &[NUM], Number, numbers::ceil),
    total(t("chomp", &[STR], Text, strings::chomp)),
    f(
        "chunklist",
        &[p("list", List, MARKS), p("size", Number, 0)],
        List,
        lists::chunklist,
    ),
    f("cidrhost", &[PREFIX, HOST], Text, network::cidrhost),
    f("cidrnetmask", &[PREFIX], Text, network::cidrnetmask),
    f(
        "cidrsubnet",
        &[PREFIX, BITS, NET],
        Text,
        network::cidrsubnet,
    ),
    v("cidrsubnets", &[PREFIX], BITS, Texts, network::cidrsubnets),
    v(
        "coalesce",
        &[],
        p("vals", Any, NULL | UNKNOWN | MARKS | HOLES | MORE),
        Any,
        collections::coalesce,
    ),
    v(
        "coalescelist",
        &[],
        p("vals", Any, NULL | UNKNOWN | MARKS | MORE),
        Any,
        collections::coalescelist,
    ),
    f(
        "compact",
        &[p("list", Texts, MARKS | MORE)],
        Texts,
        lists::compact,
    ),
    carrying(v(
        "concat",
        &[],
        p("seqs", Row, MARKS | UNKNOWN | MORE),
        Any,
        lists::concat,
    )),
    f(
        "contains",
        &[
            p("list", Any, MORE),
            p("value", Any, HOLES | UNKNOWN | MORE | LATE),
        ],
        Bool,
        lists::contains,
    ),
    f("csvdecode", &[STR], Any, encoding::csvdecode),
    t("dirname", &[PATH], Text, files::dirname),
    f(
        "distinct",
        &[p("list", List, MARKS | MORE)],
        List,
        lists::distinct,
    ),
    carrying(f(
        "element",
        &[ROW, p("index", Number, 0)],
        Any,
        lists::element,
    )),
    total(f("endswith", &[ROPE, SUFFIX], Bool, strings::endswith)),
    t("ephemeralasnull", &[VALUE], Any, types::ephemeralasnull),
    f("file", &[PATH], Text, files::file),
    f("filebase64", &[PATH], Text, files::filebase64),
    f("filebase64sha256", &[PATH], Text, files::filebase64sha256),
    f("filebase64sha512", &[PATH], Text, files::filebase64sha512),
    f("fileexists", &[PATH], Bool, files::fileexists),
    f("filemd5", &[PATH], Text, files::filemd5),
    f("fileset", &[PATH, PATTERN], Set, files::fileset),
    f("filesha1", &[PATH], Text, files::filesha1),
    f("filesha256", &[PATH], Text, files::filesha256),
    f("filesha512", &[PATH], Text, files::filesha512),
    f("flatten", &[OPEN], Any, lists::flatten),
    t("floor", &[NUM], Number, numbers::floor),
    v("format", &[FORMAT], ARGS, Text, format::format),
    f(
        "formatdate",
        &[FORMAT, p("time", Text, 0)],
        Text,
        time::formatdate,
    ),
    v("formatlist", &[FORMAT], ARGS, Texts, format::formatlist),
    f(
        "indent",
        &[p("spaces", Number, 0), ROPE],
        Text,
        strings::indent,
    ),
    f(
        "index",
        &[p("list", Any, 0), p("value", Any, HOLES | UNKNOWN | LATE)],
        Number,
        lists::index,
    ),
    f("issensitive", &[BARE], Bool, types::issensitive),
    v(
        "join",
        &[p("separator", Text, HOLES)],
        p("lists", Texts, MORE),
        Text,
        strings::join,
    ),
    f(
        "jsondecode",
        &[p("str", Text, HOLES)],
        Any,
        json::jsondecode,
    ),
    f(
        "jsonencode",
        &[p("val", Any, NULL | UNKNOWN | HOLES | MORE)],
        Text,
        json::jsonencode,
    ),
    carrying(f("keys", &[p("inputMap", Fields, MARKS)], Any, maps::keys)),
    carrying(f(
        "length",
        &[p("value", Sized, MARKS | UNKNOWN)],
        Number,
        collections::length,
    )),
    f("log", &[NUM, p("base", Number, 0)], Number, numbers::log),
    carrying(v(
        "lookup",
        &[p("inputMap", Fields, MARKS | MORE), p("key", Text, 0)],
        p("default", Any, NULL | UNKNOWN | MARKS | HOLES | MORE),
        Any,
        maps::lookup,
    )),
    total(t("lower", &[ROPE], Text, strings::lower)),
    f(
        "matchkeys",
        &[
            p("values", List, MARKS),
            p("keys", List, WHOLE),
            p("searchset", List, WHOLE),
        ],
        List,
        lists::matchkeys,
    ),
    v("max", &[], p("numbers", Number, 0), Number, numbers::max),
    t("md5", &[STR], Text, hashing::md5),
    carrying(v(
        "merge",
        &[],
        p("maps", Any, NULL | UNKNOWN | MARKS | MORE),
        Any,
        maps::merge,
    )),
    v("min", &[], p("numbers", Number, 0), Number, numbers::min),
    f("nonsensitive", &[BARE], Any, types::nonsensitive),
    carrying(f("one", &[RUN], Any, lists::one)),
    f(
        "parseint",
        &[p("number", Word, 0), p("base", Number, 0)],
        Number,
        numbers::parseint,
    ),
    t("pathexpand", &[PATH], Text, files::pathexpand),
    f("plantimestamp", &[], Text, types::impure_text),
    f("pow", &[NUM, p("power", Number, 0)], Number, numbers::pow),
    f(
        "provider::aws::arn_build",
        &[
            p("partition", Text, HOLES),
            p("service", Text, HOLES),
            p("region", Text, HOLES),
            p("account_id", Text, HOLES),
            p("resource", Text, HOLES),
        ],
        Text,
        aws::arn_build,
    ),
    f("provider::aws::arn_parse", &[ARN], Any, aws::arn_parse),
    f(
        "provider::aws::trim_iam_role_path",
        &[ARN],
        Text,
        aws::trim_iam_role_path,
    ),
    f(
        "provider::aws::user_agent",
        &[
            p("product_name", Text, 0),
            p("product_version", Text, 0),
            p("comment", Text, 0),
        ],
        Text,
        aws::user_agent,
    ),
    f(
        "provider::terraform::encode_expr",
        &[p("value", Any, WHOLE)],
        Text,
        tfvars::encode_expr,
    ),
    f(
        "provider::terraform::encode_tfvars",
        &[p("value", Any, WHOLE)],
        Text,
        tfvars::encode_tfvars,
    ),
    v("range", &[], p("params", Number, 0), List, numbers::range),
    f("regex", &[PATTERN, STRING], Any, regex::regex),
    f("regexall", &[PATTERN, STRING], List, regex::regexall),
    t(
        "replace",
        &[ROPE, SUBSTR, p("replace", Text, HOLES)],
        Text,
        strings::replace,
    ),
    carrying(f("reverse", &[RUN], Any, lists::reverse)),
    f(
        "rsadecrypt",
        &[p("ciphertext", Text, 0), p("privatekey", Text, 0)],
        Text,
        encoding::rsadecrypt,
    ),
    f("sensitive", &[VALUE], Any, types::sensitive),
    v(
        "setintersection",
        &[WHOLE_SET],
        WHOLE_SET,
        Set,
        sets::intersection,
    ),
    v("setproduct", &[], p("sets", Run, MARKS), Any, sets::product),
    f("setsubtract", &[WHOLE_SET, WHOLE_SET], Set, sets::subtract),
    v("setunion", &[SETS], SETS, Set, sets::union),
    t("sha1", &[STR], Text, hashing::sha1),
    total(t("sha256", &[STR], Text, hashing::sha256)),
    t("sha512", &[STR], Text, hashing::sha512),
    f("signum", &[NUM], Number, numbers::signum),
    carrying(f(
        "slice",
        &[ROW, p("start_index", Number, 0), p("end_index", Number, 0)],
        Any,
        lists::slice,
    )),
    f(
        "sort",
        &[p("list", Texts, MARKS | MORE)],
        Texts,
        lists::sort,
    ),
    f("split", &[SEPARATOR, ROPE], Texts, strings::split),
    total(f("startswith", &[ROPE, PREFIX], Bool, strings::startswith)),
    f("strcontains", &[STR, SUBSTR], Bool, strings::strcontains),
    total(t("strrev", &[STR], Text, strings::strrev)),
    t(
        "substr",
        &[STR, p("offset", Number, 0), p("length", Number, 0)],
        Text,
        strings::substr,
    ),
    f("sum", &[p("list", Any, WHOLE)], Number, numbers::sum),
    f(
        "textdecodebase64",
        &[p("source", Text, 0), ENCODING],
        Text,
        encoding::textdecodebase64,
    ),
    f(
        "textencodebase64",
        &[STRING, ENCODING],
        Text,
        encoding::textencodebase64,
    ),
    f(
        "timeadd",
        &[p("timestamp", Text, 0), p("duration", Text, 0)],
        Text,
        time::timeadd,
    ),
    f(
        "timecmp",
        &[p("timestamp_a", Text, 0), p("timestamp_b", Text, 0)],
        Number,
        time::timecmp,
    ),
    f("timestamp", &[], Text, types::impure_text),
    total(t("title", &[STR], Text, strings::title)),
    f("tobool", &[VALUE], Bool, types::tobool),
    f("tolist", &[VALUE], List, types::tolist),
    f("tomap", &[VALUE], Any, types::tomap),
    f("tonumber", &[VALUE], Number, types::tonumber),
    f("toset", &[VALUE], Set, types::toset),
    f("tostring", &[VALUE], Text, types::tostring),
    f(
        "transpose",
        &[p("values", MapOfTexts, WHOLE)],
        Any,
        maps::transpose,
    ),
    total(t("trim", &[STR, p("cutset", Text, 0)], Text, strings::trim)),
    total(t("trimprefix", &[ROPE, PREFIX], Text, strings::trimprefix)),
    total(t("trimspace", &[STR], Text, strings::trimspace)),
    total(t("trimsuffix", &[ROPE, SUFFIX], Text, strings::trimsuffix)),
    total(t("upper", &[STR], Text, strings::upper)),
    total(t("urlencode", &[STR], Text, encoding::urlencode)),
    f("uuid", &[], Text, types::impure_text),
    f(
        "uuidv5",
        &[p("namespace", Text, 0), p("name", Text, 0)],
        Text,
        hashing::uuidv5,
    ),
    carrying(f(
        "values",
        &[p("mapping", Fields, MARKS | MORE)],
        Any,
        maps::values,
    )),
    f("yamldecode", &[STR], Any, yaml::yamldecode),
    f(
        "yamlencode",
        &[p("value", Any, NULL | WHOLE)],
        Text,
        yaml::yamlencode,
    ),
    f(
        "zipmap",
        &[p("keys", Texts, WHOLE), p("values", Row, MARKS)],
        Any,
        maps::zipmap,
    ),
];
