//! Chat templates: Jinja as Hugging Face configures it, with bounds.

use crate::budget::Failure;
use crate::{answer, python, Owned, View};
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Output, State, Value};
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

const MAX_SOURCE: usize = 256 << 10;
/// Parsing makes some hundred bytes of syntax tree for each byte of source.
const PARSE_MEMORY: usize = 1 << 30;
/// Values nest as deep as the memory bound allows (a list in a list takes at
/// least 64 bytes), and comparing or dropping them takes a few hundred bytes
/// of stack per level; an expression nests as deep as the source is long, and
/// parsing it takes a few thousand. Untouched stack costs nothing.
const STACK: usize = 2 << 30;
const NAME: &str = "chat template";
/// A rendering that leaves less than this behind leaves nothing: what a crate
/// keeps for its next call.
const NEGLIGIBLE: usize = 64 << 10;

/// Sn37TemplateLimits.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Limits {
    fuel: u64,
    memory_bytes: u64,
    output_bytes: u64,
}

pub struct ChatTemplate {
    environment: Environment<'static>,
    limits: Limits,
    /// Bytes that its renderings could not give back: values that hold
    /// themselves, as `{% set ns.me = ns %}` makes one.
    kept: AtomicUsize,
}

fn raise_exception(message: String) -> Result<Value, Error> {
    Err(Error::new(ErrorKind::InvalidOperation, message))
}

fn separators(pair: Option<Vec<String>>) -> Result<Option<[String; 2]>, Error> {
    let wrong = |_| Error::new(ErrorKind::InvalidOperation, "tojson: separators are a pair");
    pair.map(<[String; 2]>::try_from).transpose().map_err(wrong)
}

/// json.dumps(value, ensure_ascii, indent, separators, sort_keys), not escaped
/// for HTML: what Hugging Face puts in the place of Jinja's own filter.
fn tojson(value: &Value, options: Kwargs) -> Result<String, Error> {
    let dumped = python::dumps(
        value,
        &python::JsonStyle {
            ensure_ascii: options
                .get::<Option<bool>>("ensure_ascii")?
                .unwrap_or(false),
            indent: options.get::<Option<usize>>("indent")?,
            separators: separators(options.get::<Option<Vec<String>>>("separators")?)?,
            sort_keys: options.get::<Option<bool>>("sort_keys")?.unwrap_or(false),
        },
    );
    options.assert_all_used()?;
    dumped
}

/// Prints numbers, lists and mappings as Python's repr does, the rest as is.
fn print(out: &mut Output, state: &State, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::Number | ValueKind::Seq | ValueKind::Map => {
            Ok(out.write_str(&python::repr(value)?)?)
        }
        _ => minijinja::escape_formatter(out, state, value),
    }
}

/// `{% generation %}` marks the assistant's part for training and renders as
/// its body. It becomes `{% with %}`, a block of the same scope.
fn replace_generation_tags(source: &str) -> String {
    let mut result = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(start) = rest.find("{%") {
        let (before, tag) = rest.split_at(start);
        result.push_str(before);
        let end = tag.find("%}").map_or(tag.len(), |end| end + 2);
        let (tag, after) = tag.split_at(end);
        let marks = |c: char| c.is_whitespace() || "{%-+}".contains(c);
        match tag.trim_matches(marks) {
            "generation" => result.push_str(&tag.replacen("generation", "with", 1)),
            "endgeneration" => result.push_str(&tag.replacen("endgeneration", "endwith", 1)),
            _ => result.push_str(tag),
        }
        rest = after;
    }
    result + rest
}

fn parse(source: &str, limits: Limits) -> Result<ChatTemplate, Failure> {
    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_fuel(Some(limits.fuel));
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.set_formatter(print);
    environment.add_function("raise_exception", raise_exception);
    environment.add_filter("tojson", tojson);
    environment
        .add_template_owned(NAME, replace_generation_tags(source))
        .map_err(|error| Failure::Invalid(error.to_string()))?;
    Ok(ChatTemplate {
        environment,
        limits,
        kept: AtomicUsize::new(0),
    })
}

/// Collects the text up to its bound.
struct BoundedText {
    bytes: Vec<u8>,
    limit: usize,
    exceeded: bool,
}

impl Write for BoundedText {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        if piece.len() > self.limit - self.bytes.len() {
            self.exceeded = true;
            return Err(std::io::Error::other("too long"));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The error and what caused it, outermost first.
fn describe(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn ran_out_of_fuel(error: &Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let error_here = error.downcast_ref::<Error>();
        if error_here.is_some_and(|error| error.kind() == ErrorKind::OutOfFuel) {
            return true;
        }
        cause = error.source();
    }
    false
}

fn render(template: &ChatTemplate, variables: &[u8]) -> Result<Vec<u8>, Failure> {
    let invalid = |error: &dyn std::fmt::Display| Failure::Invalid(error.to_string());
    let variables: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(variables).map_err(|error| invalid(&error))?;
    let parsed = template
        .environment
        .get_template(NAME)
        .map_err(|error| invalid(&error))?;
    let limits = template.limits;
    let mut text = BoundedText {
        bytes: Vec::new(),
        limit: limits.output_bytes as usize,
        exceeded: false,
    };
    match parsed.render_captured_to(variables, &mut text) {
        Ok(_) => Ok(text.bytes),
        Err(_) if text.exceeded => Err(Failure::Limit(format!(
            "its text is longer than {} bytes",
            text.limit
        ))),
        Err(error) if ran_out_of_fuel(&error) => Err(Failure::Limit(format!(
            "ran more than {} instructions",
            limits.fuel
        ))),
        Err(error) => Err(Failure::Invalid(describe(&error))),
    }
}

/// Runs `work` guarded on a thread with a deep stack. Also returns the bytes
/// that are left of it, its result included.
///
/// Searching or measuring a text costs one instruction, however long it is, and
/// no allocation. So no text may become twice as long as the result may be (a
/// vector doubles when it grows), constants that the parser computes included.
fn on_deep_stack<T: Send>(
    memory: usize,
    limits: Limits,
    work: impl FnOnce() -> Result<T, Failure> + Send,
) -> (Result<T, Failure>, usize) {
    let bounded = || {
        crate::budget::refuse_larger(2 * limits.output_bytes as usize);
        work()
    };
    std::thread::scope(|scope| {
        let guarded = || {
            let outcome = crate::budget::guarded(memory, bounded);
            (outcome, crate::budget::left())
        };
        match std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, guarded)
        {
            Ok(thread) => thread
                .join()
                .unwrap_or_else(|_| (Err(Failure::Internal("the thread died".to_string())), 0)),
            Err(error) => (Err(Failure::Internal(format!("no thread: {error}"))), 0),
        }
    })
}

/// Renders. A rendering that leaves memory behind fails, and once they have left
/// as much as one may use, the next fail before they begin.
fn render_and_count(template: &ChatTemplate, variables: &[u8]) -> Result<Vec<u8>, Failure> {
    let memory = template.limits.memory_bytes as usize;
    let keeps = || {
        Failure::Limit("a value holds itself, so that its memory cannot be given back".to_string())
    };
    if template.kept.load(Ordering::Relaxed) > memory {
        return Err(keeps());
    }
    let (outcome, left) = on_deep_stack(memory, template.limits, || render(template, variables));
    let result = outcome.as_ref().map_or(0, Vec::capacity);
    if left <= result + NEGLIGIBLE {
        return outcome;
    }
    template.kept.fetch_add(left - result, Ordering::Relaxed);
    outcome.and(Err(keeps()))
}

#[no_mangle]
pub unsafe extern "C" fn sn37_template_new(
    source: View,
    limits: Limits,
    chat_template: *mut *mut ChatTemplate,
    error: *mut Owned<u8>,
) -> i32 {
    let source = source.text("the template", MAX_SOURCE);
    let outcome =
        source.and_then(|text| on_deep_stack(PARSE_MEMORY, limits, || parse(text, limits)).0);
    answer(
        PARSE_MEMORY,
        error,
        || outcome,
        |parsed| unsafe { chat_template.write(Box::into_raw(Box::new(parsed))) },
    )
}

#[no_mangle]
pub unsafe extern "C" fn sn37_template_free(chat_template: *mut ChatTemplate) {
    if !chat_template.is_null() {
        drop(Box::from_raw(chat_template));
    }
}

#[no_mangle]
pub unsafe extern "C" fn sn37_template_render(
    chat_template: *const ChatTemplate,
    variables: View,
    text: *mut Owned<u8>,
    error: *mut Owned<u8>,
) -> i32 {
    let template = &*chat_template;
    let variables = variables.bytes();
    let outcome = render_and_count(template, variables);
    answer(
        PARSE_MEMORY,
        error,
        || outcome,
        |rendered| unsafe { text.write(Owned::new(rendered)) },
    )
}
