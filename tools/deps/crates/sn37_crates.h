// The C interface of the Rust crates the project links: `tokenizers`,
// `minijinja`, `schnorrkel`, `bip39`, and `ark-bls12-381` with `aes-gcm`. It is
// the only way they are reached, and it serves exactly five C++ files:
// eval/tokenizer/tokenizer.cc, eval/tokenizer/chat_template.cc,
// chain/keys/keypair.cc, chain/keys/mnemonic.cc and chain/timelock.cc.
// Everybody else uses those.
//
// The contract of every function:
//
//   Input     An Sn37View borrows bytes for the length of the call. Text must
//             be UTF-8; anything else is SN37_INVALID. data may be null when
//             size is 0.
//   Output    A pointer to a result is written only on SN37_OK. What it then
//             holds belongs to the caller, who frees it once with the function
//             named beside its type. Freeing a zeroed one does nothing.
//   Errors    Any other code: `error` receives a message in UTF-8, which the
//             caller frees with sn37_bytes_free. It may quote hostile input:
//             escape it before it is shown. `error` may not be null.
//   Threads   An object made by *_new may be used by any number of threads at
//             once; freeing it excludes all other use. Nothing is global.
//   Hostility Input may be anything. A panic unwinds to this boundary and
//             becomes an error; so does a call that wants more memory than it
//             is allowed. Nothing prints, exits or aborts.
#ifndef SN37_TOOLS_DEPS_CRATES_SN37_CRATES_H_
#define SN37_TOOLS_DEPS_CRATES_SN37_CRATES_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SN37_OK = 0,
  SN37_INVALID = 1,   // the input is at fault
  SN37_LIMIT = 2,     // the input asks for more than its bound
  SN37_PANIC = 3,     // a crate gave up in the middle: input it cannot take, or
                      // a regular expression that backtracks without end
  SN37_INTERNAL = 4,  // the machine's fault: no thread could be started
};

typedef struct {
  const uint8_t* data;
  size_t size;
} Sn37View;

// Owned bytes; not zero-terminated.
typedef struct {
  uint8_t* data;
  size_t size;
} Sn37Bytes;
void sn37_bytes_free(Sn37Bytes bytes);

// Owned token ids.
typedef struct {
  uint32_t* data;
  size_t size;
} Sn37Ids;
void sn37_ids_free(Sn37Ids ids);

// ---- tokenizers -----------------------------------------------------------

typedef struct Sn37Tokenizer Sn37Tokenizer;

// From the bytes of a tokenizer.json (at most 128 MiB). Truncation and padding
// settings in it are dropped, as the ecosystem's encode() does by default. BPE
// dropout is refused: its answers are random.
//
// `changes` is what the files beside it change, in the order in which they are
// applied; empty for nothing:
//   {"added": [token...],       added to the vocabulary where not there yet
//    "special": [token...],     recognised in text, where the vocabulary has it
//    "add_prefix_space": bool,  of a ByteLevel pre-tokenizer
//    "wrap": {"bos": string or null, "eos": string or null}}
//                               the special tokens before and after a text, in
//                               the place of the post-processor; or null
// with token {"content", "single_word", "lstrip", "rstrip", "normalized",
// "special"} as tokenizer.json writes them.
int32_t sn37_tokenizer_new(Sn37View json, Sn37View changes,
                           Sn37Tokenizer** tokenizer, Sn37Bytes* error);
void sn37_tokenizer_free(Sn37Tokenizer* tokenizer);

// Text of at most 4 MiB. Special tokens written in the text are recognised.
// With add_special the post-processor adds the tokenizer's own.
int32_t sn37_tokenizer_encode(const Sn37Tokenizer* tokenizer, Sn37View text,
                              int32_t add_special, Sn37Ids* ids,
                              Sn37Bytes* error);

// Unknown ids are skipped, as the ecosystem does. At most 2^22 ids.
int32_t sn37_tokenizer_decode(const Sn37Tokenizer* tokenizer,
                              const uint32_t* ids, size_t size,
                              int32_t skip_special, Sn37Bytes* text,
                              Sn37Bytes* error);

// The id of a token as the vocabulary writes it. *found is 0 or 1.
int32_t sn37_tokenizer_token_to_id(const Sn37Tokenizer* tokenizer,
                                   Sn37View token, uint32_t* id, int32_t* found,
                                   Sn37Bytes* error);
int32_t sn37_tokenizer_id_to_token(const Sn37Tokenizer* tokenizer, uint32_t id,
                                   Sn37Bytes* token, int32_t* found,
                                   Sn37Bytes* error);

// The number of tokens, added ones included; and the largest id among them,
// which is larger than size - 1 where the vocabulary has holes.
uint64_t sn37_tokenizer_vocab_size(const Sn37Tokenizer* tokenizer);
uint32_t sn37_tokenizer_max_id(const Sn37Tokenizer* tokenizer);

// The ids of all added tokens, or of the special ones among them; ascending.
int32_t sn37_tokenizer_added_ids(const Sn37Tokenizer* tokenizer,
                                 int32_t special_only, Sn37Ids* ids,
                                 Sn37Bytes* error);

// ---- minijinja ------------------------------------------------------------

typedef struct Sn37Template Sn37Template;

typedef struct {
  uint64_t fuel;          // template instructions per rendering
  uint64_t memory_bytes;  // heap held at once, the variables included
  uint64_t output_bytes;  // length of the text; no text or list that it is
                          // made from may take more than twice as much
} Sn37TemplateLimits;

// A Jinja template with the semantics that Hugging Face gives a chat template:
// blocks trimmed, leading space before blocks stripped, break and continue,
// raise_exception, tojson as json.dumps(ensure_ascii=False), Python's string,
// list and dict methods, True, False and None printed as Python does,
// {% generation %} transparent. strftime_now is not defined, so that templates
// that test for it take their fixed date and others fail: a rendering must not
// depend on the clock. What minijinja lacks is an error: Python's "..." % (...)
// for one. Source of at most 256 KiB.
//
// Both functions work on a thread of their own with a deep stack, so that deep
// expressions and values cannot overflow the caller's.
int32_t sn37_template_new(Sn37View source, Sn37TemplateLimits limits,
                          Sn37Template** chat_template, Sn37Bytes* error);
void sn37_template_free(Sn37Template* chat_template);

// `variables` is a JSON object; its keys are the template's globals.
// raise_exception and every other error of the template is SN37_INVALID, a
// bound exceeded SN37_LIMIT; so is memory that the rendering could not give
// back because a value holds itself.
int32_t sn37_template_render(const Sn37Template* chat_template,
                             Sn37View variables, Sn37Bytes* text,
                             Sn37Bytes* error);

// ---- schnorrkel: sr25519 as Substrate uses it, context "substrate" --------
//
// A secret is 64 bytes: scalar and nonce seed, as schnorrkel's SecretKey
// writes them. The caller keeps it in memory that it wipes; copies made here
// are wiped before the call returns.

// The secret of a 32-byte seed, expanded as for Ed25519.
int32_t sn37_sr25519_from_seed(const uint8_t seed[32], uint8_t secret[64],
                               Sn37Bytes* error);
// One junction of a secret URI. The nonce half of a softly derived secret is
// random; its scalar, and so its public key, is not.
int32_t sn37_sr25519_derive(const uint8_t secret[64],
                            const uint8_t chain_code[32], int32_t hard,
                            uint8_t derived[64], Sn37Bytes* error);
int32_t sn37_sr25519_public(const uint8_t secret[64], uint8_t public_key[32],
                            Sn37Bytes* error);
// Signatures are randomised: signing twice gives two different ones.
int32_t sn37_sr25519_sign(const uint8_t secret[64], Sn37View message,
                          uint8_t signature[64], Sn37Bytes* error);
// 1 if it is a valid signature, else 0, whatever the bytes are.
int32_t sn37_sr25519_verify(const uint8_t public_key[32], Sn37View message,
                            Sn37View signature);

// The 16 to 32 bytes of entropy in an English BIP-39 phrase, its checksum
// verified. *size receives their number.
int32_t sn37_bip39_entropy(Sn37View phrase, uint8_t entropy[32], size_t* size,
                           Sn37Bytes* error);

// Timelock encryption to a round of the drand beacon "quicknet";
// src/timelock.rs has the scheme and the bytes. Input of at most 64 KiB.
//
// *ciphertext has 244 bytes more than the payload. Random: no two are alike.
int32_t sn37_timelock_encrypt(uint64_t round, Sn37View payload,
                              Sn37Bytes* ciphertext, Sn37Bytes* error);
// `signature` is the beacon's of the round, 48 bytes.
int32_t sn37_timelock_decrypt(Sn37View signature, Sn37View ciphertext,
                              Sn37Bytes* payload, Sn37Bytes* error);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // SN37_TOOLS_DEPS_CRATES_SN37_CRATES_H_
