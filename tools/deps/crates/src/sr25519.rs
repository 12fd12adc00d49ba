//! sr25519 keys as Substrate derives and uses them, and BIP-39 phrases.

use crate::budget::{guarded, Failure};
use crate::{answer, Owned, View};
use schnorrkel::derive::{ChainCode, Derivation};
use schnorrkel::{ExpansionMode, MiniSecretKey, PublicKey, SecretKey, Signature};
use zeroize::Zeroizing;

const CONTEXT: &[u8] = b"substrate";
const MEMORY: usize = 64 << 20;
const MAX_PHRASE: usize = 1024;

fn read<const N: usize>(bytes: *const u8) -> Zeroizing<[u8; N]> {
    Zeroizing::new(unsafe { bytes.cast::<[u8; N]>().read() })
}

fn secret_key(bytes: *const u8) -> Result<SecretKey, Failure> {
    SecretKey::from_bytes(&read::<64>(bytes)[..])
        .map_err(|error| Failure::Invalid(format!("not an sr25519 secret key: {error}")))
}

unsafe fn write_secret(secret: SecretKey, to: *mut u8) {
    let bytes = Zeroizing::new(secret.to_bytes());
    to.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
}

#[no_mangle]
pub unsafe extern "C" fn sn37_sr25519_from_seed(
    seed: *const u8,
    secret: *mut u8,
    error: *mut Owned<u8>,
) -> i32 {
    answer(
        MEMORY,
        error,
        || {
            let seed = MiniSecretKey::from_bytes(&read::<32>(seed)[..])
                .map_err(|error| Failure::Invalid(error.to_string()))?;
            Ok(seed.expand(ExpansionMode::Ed25519))
        },
        |key| unsafe { write_secret(key, secret) },
    )
}

#[no_mangle]
pub unsafe extern "C" fn sn37_sr25519_derive(
    secret: *const u8,
    chain_code: *const u8,
    hard: i32,
    derived: *mut u8,
    error: *mut Owned<u8>,
) -> i32 {
    answer(
        MEMORY,
        error,
        || {
            let secret = secret_key(secret)?;
            let code = ChainCode(*read::<32>(chain_code));
            Ok(if hard != 0 {
                let (seed, _) = secret.hard_derive_mini_secret_key(Some(code), b"");
                seed.expand(ExpansionMode::Ed25519)
            } else {
                secret.derived_key_simple(code, b"").0
            })
        },
        |key| unsafe { write_secret(key, derived) },
    )
}

#[no_mangle]
pub unsafe extern "C" fn sn37_sr25519_public(
    secret: *const u8,
    public_key: *mut u8,
    error: *mut Owned<u8>,
) -> i32 {
    answer(
        MEMORY,
        error,
        || Ok(secret_key(secret)?.to_public().to_bytes()),
        |public| unsafe { public_key.copy_from_nonoverlapping(public.as_ptr(), public.len()) },
    )
}

#[no_mangle]
pub unsafe extern "C" fn sn37_sr25519_sign(
    secret: *const u8,
    message: View,
    signature: *mut u8,
    error: *mut Owned<u8>,
) -> i32 {
    answer(
        MEMORY,
        error,
        || {
            let secret = secret_key(secret)?;
            let public = secret.to_public();
            Ok(secret
                .sign_simple(CONTEXT, unsafe { message.bytes() }, &public)
                .to_bytes())
        },
        |bytes| unsafe { signature.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) },
    )
}

#[no_mangle]
pub unsafe extern "C" fn sn37_sr25519_verify(
    public_key: *const u8,
    message: View,
    signature: View,
) -> i32 {
    let valid = guarded(MEMORY, || {
        let invalid = |error: schnorrkel::SignatureError| Failure::Invalid(error.to_string());
        let public = PublicKey::from_bytes(&read::<32>(public_key)[..]).map_err(invalid)?;
        let signature = Signature::from_bytes(unsafe { signature.bytes() }).map_err(invalid)?;
        public
            .verify_simple(CONTEXT, unsafe { message.bytes() }, &signature)
            .map_err(invalid)
    });
    valid.is_ok() as i32
}

#[no_mangle]
pub unsafe extern "C" fn sn37_bip39_entropy(
    phrase: View,
    entropy: *mut u8,
    size: *mut usize,
    error: *mut Owned<u8>,
) -> i32 {
    answer(
        MEMORY,
        error,
        || {
            let phrase = unsafe { phrase.text("the phrase", MAX_PHRASE) }?;
            let parsed = bip39::Mnemonic::parse_in_normalized(bip39::Language::English, phrase)
                // The error names a word's place, never the word.
                .map_err(|error| Failure::Invalid(error.to_string()))?;
            let (bytes, size) = parsed.to_entropy_array();
            Ok((Zeroizing::new(bytes), size))
        },
        |(bytes, length)| unsafe {
            entropy.copy_from_nonoverlapping(bytes.as_ptr(), length);
            size.write(length);
        },
    )
}
