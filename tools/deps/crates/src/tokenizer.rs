//! Hugging Face tokenizers from a tokenizer.json.

use crate::budget::Failure;
use crate::{answer, Owned, View};
use serde::Deserialize;
use serde_json::json;
use std::sync::Once;
use tokenizers::models::ModelWrapper;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::{AddedToken, PostProcessorWrapper, Tokenizer};

const MAX_JSON: usize = 128 << 20;
const MAX_TEXT: usize = 4 << 20;
const MAX_IDS: usize = 1 << 22;
/// Loading a vocabulary of 256,000 tokens takes about a quarter of this.
const LOAD_MEMORY: usize = 2 << 30;
/// Offsets and alignments take some hundred bytes for each byte of text.
const ENCODE_MEMORY: usize = 2 << 30;

/// A regular expression of a tokenizer can backtrack without end. The bound is
/// for one search, of which a text has as many as words; a run of as many
/// spaces passes.
const MAX_REGEX_STEPS: u64 = 1 << 20;
const MAX_REGEX_STACK: u32 = MAX_TEXT as u32 * 2;
const MAX_REGEX_DEPTH: u32 = 250;

pub struct SharedTokenizer {
    tokenizer: Tokenizer,
    vocab_size: usize,
    max_id: u32,
}

fn invalid(error: impl std::fmt::Display) -> Failure {
    Failure::Invalid(error.to_string())
}

fn bound_regexes() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| unsafe {
        onig_sys::onig_set_retry_limit_in_match(MAX_REGEX_STEPS as _);
        onig_sys::onig_set_retry_limit_in_search(MAX_REGEX_STEPS as _);
        onig_sys::onig_set_match_stack_limit_size(MAX_REGEX_STACK as _);
        onig_sys::onig_set_parse_depth_limit(MAX_REGEX_DEPTH as _);
    });
}

/// What the files beside a tokenizer.json change, as sn37_tokenizer_new says.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Changes {
    added: Vec<AddedToken>,
    special: Vec<AddedToken>,
    add_prefix_space: Option<bool>,
    wrap: Option<Wrap>,
}

/// The tokens before and after a text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrap {
    bos: Option<String>,
    eos: Option<String>,
}

fn post_processor(wrap: &Wrap, tokenizer: &Tokenizer) -> Result<PostProcessorWrapper, Failure> {
    let mut special = serde_json::Map::new();
    for token in [&wrap.bos, &wrap.eos].into_iter().flatten() {
        let id = tokenizer.token_to_id(token);
        let id = id.ok_or_else(|| invalid(format!("{token} is not in the vocabulary")))?;
        special.insert(
            token.clone(),
            json!({"id": token, "ids": [id], "tokens": [token]}),
        );
    }
    let side = |sequence: &str, type_id: u32| {
        let token = |token: &String| json!({"SpecialToken": {"id": token, "type_id": type_id}});
        let text = json!({"Sequence": {"id": sequence, "type_id": type_id}});
        let bos = wrap.bos.iter().map(token);
        bos.chain([text])
            .chain(wrap.eos.iter().map(token))
            .collect::<Vec<_>>()
    };
    let pair = [side("A", 0), side("B", 1)].concat();
    serde_json::from_value(json!({
        "type": "TemplateProcessing",
        "single": side("A", 0),
        "pair": pair,
        "special_tokens": special,
    }))
    .map_err(invalid)
}

fn apply(changes: Changes, tokenizer: &mut Tokenizer) -> Result<(), Failure> {
    tokenizer.add_tokens(&changes.added);
    let known = |tokenizer: &Tokenizer, token: &AddedToken| {
        let added = tokenizer.get_added_tokens_decoder();
        let already_added = added.values().any(|other| other.content == token.content);
        !already_added && tokenizer.token_to_id(&token.content).is_some()
    };
    let mut special = changes.special;
    special.retain(|token| known(tokenizer, token));
    tokenizer.add_tokens(&special);
    if let (Some(add), Some(PreTokenizerWrapper::ByteLevel(before))) =
        (changes.add_prefix_space, tokenizer.get_pre_tokenizer())
    {
        let after = before.add_prefix_space(add);
        tokenizer.with_pre_tokenizer(Some(after));
    }
    if let Some(wrap) = changes.wrap {
        let processor = post_processor(&wrap, tokenizer)?;
        tokenizer.with_post_processor(Some(processor));
    }
    Ok(())
}

fn load(json: &str, changes: &str) -> Result<SharedTokenizer, Failure> {
    bound_regexes();
    let mut tokenizer = Tokenizer::from_bytes(json).map_err(invalid)?;
    if let ModelWrapper::BPE(model) = tokenizer.get_model() {
        if model.dropout.is_some_and(|dropout| dropout > 0.0) {
            return Err(Failure::Invalid(
                "BPE dropout makes the tokens random".to_string(),
            ));
        }
    }
    tokenizer.with_truncation(None).map_err(invalid)?;
    tokenizer.with_padding(None);
    if !changes.is_empty() {
        apply(
            serde_json::from_str(changes).map_err(invalid)?,
            &mut tokenizer,
        )?;
    }
    let vocabulary = tokenizer.get_vocab(true);
    let max_id = vocabulary.values().copied().max();
    Ok(SharedTokenizer {
        vocab_size: vocabulary.len(),
        max_id: max_id.ok_or_else(|| invalid("the vocabulary is empty"))?,
        tokenizer,
    })
}

#[no_mangle]
pub unsafe extern "C" fn sn37_tokenizer_new(
    json: View,
    changes: View,
    tokenizer: *mut *mut SharedTokenizer,
    error: *mut Owned<u8>,
) -> i32 {
    answer(
        LOAD_MEMORY,
        error,
        || unsafe {
            load(
                json.text("tokenizer.json", MAX_JSON)?,
                changes.text("the changes", MAX_JSON)?,
            )
        },
        |loaded| unsafe { tokenizer.write(Box::into_raw(Box::new(loaded))) },
    )
}

#[no_mangle]
pub unsafe extern "C" fn sn37_tokenizer_free(tokenizer: *mut SharedTokenizer) {
    if !tokenizer.is_null() {
        drop(Box::from_raw(tokenizer));
    }
}

#[no_mangle]
pub unsafe extern "C" fn sn37_tokenizer_encode(
    tokenizer: *const SharedTokenizer,
    text: View,
    add_special: i32,
    ids: *mut Owned<u32>,
    error: *mut Owned<u8>,
) -> i32 {
    let tokenizer = &(*tokenizer).tokenizer;
    answer(
        ENCODE_MEMORY,
        error,
        || {
            let text = unsafe { text.text("the text", MAX_TEXT) }?;
            let encoding = tokenizer
                .encode_fast(text, add_special != 0)
                .map_err(invalid)?;
            Ok(encoding.get_ids().to_vec())
        },
        |encoded| unsafe { ids.write(Owned::new(encoded)) },
    )
}

#[no_mangle]
pub unsafe extern "C" fn sn37_tokenizer_decode(
    tokenizer: *const SharedTokenizer,
    ids: *const u32,
    size: usize,
    skip_special: i32,
    text: *mut Owned<u8>,
    error: *mut Owned<u8>,
) -> i32 {
    let tokenizer = &(*tokenizer).tokenizer;
    let ids = if size == 0 {
        &[]
    } else {
        std::slice::from_raw_parts(ids, size)
    };
    answer(
        ENCODE_MEMORY,
        error,
        || {
            if ids.len() > MAX_IDS {
                return Err(Failure::Limit(format!("more than {MAX_IDS} ids")));
            }
            tokenizer.decode(ids, skip_special != 0).map_err(invalid)
        },
        |decoded| unsafe { text.write(Owned::new(decoded.into_bytes())) },
    )
}

#[no_mangle]
pub unsafe extern "C" fn sn37_tokenizer_token_to_id(
    tokenizer: *const SharedTokenizer,
    token: View,
    id: *mut u32,
    found: *mut i32,
    error: *mut Owned<u8>,
) -> i32 {
    let tokenizer = &(*tokenizer).tokenizer;
    answer(
        ENCODE_MEMORY,
        error,
        || Ok(tokenizer.token_to_id(unsafe { token.text("the token", MAX_TEXT) }?)),
        |answer| unsafe {
            found.write(answer.is_some() as i32);
            id.write(answer.unwrap_or(0));
        },
    )
}

#[no_mangle]
pub unsafe extern "C" fn sn37_tokenizer_id_to_token(
    tokenizer: *const SharedTokenizer,
    id: u32,
    token: *mut Owned<u8>,
    found: *mut i32,
    error: *mut Owned<u8>,
) -> i32 {
    let tokenizer = &(*tokenizer).tokenizer;
    answer(
        ENCODE_MEMORY,
        error,
        || Ok(tokenizer.id_to_token(id)),
        |answer| unsafe {
            found.write(answer.is_some() as i32);
            token.write(Owned::new(answer.unwrap_or_default().into_bytes()));
        },
    )
}

#[no_mangle]
pub unsafe extern "C" fn sn37_tokenizer_vocab_size(tokenizer: *const SharedTokenizer) -> u64 {
    (*tokenizer).vocab_size as u64
}

#[no_mangle]
pub unsafe extern "C" fn sn37_tokenizer_max_id(tokenizer: *const SharedTokenizer) -> u32 {
    (*tokenizer).max_id
}

#[no_mangle]
pub unsafe extern "C" fn sn37_tokenizer_added_ids(
    tokenizer: *const SharedTokenizer,
    special_only: i32,
    ids: *mut Owned<u32>,
    error: *mut Owned<u8>,
) -> i32 {
    let tokenizer = &(*tokenizer).tokenizer;
    answer(
        ENCODE_MEMORY,
        error,
        || {
            let added = tokenizer.get_added_tokens_decoder();
            let wanted = added
                .iter()
                .filter(|(_, token)| special_only == 0 || token.special);
            let mut ids: Vec<u32> = wanted.map(|(id, _)| *id).collect();
            ids.sort_unstable();
            Ok(ids)
        },
        |added| unsafe { ids.write(Owned::new(added)) },
    )
}
