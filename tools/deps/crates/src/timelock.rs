//! Timelock encryption to a round of the drand beacon "quicknet": whoever has
//! the beacon's signature of the round can decrypt, and nobody before.
//!
//! The scheme is Boneh and Franklin's FullIdent ("Identity-based encryption
//! from the Weil pairing", 2001) over BLS12-381, with the beacon as the key
//! authority, a round as the identity and its signature as the identity's key;
//! what it encrypts is the key of an AES-256-GCM box. In the words of the paper,
//! with H2, H4 = SHA-256 and H3 = SHA-256 read as a big-endian number modulo the
//! group's order:
//!
//!   Q = hash of SHA-256(round, 8 bytes, big-endian) to G1 (RFC 9380, DST below)
//!   r = H3(sigma ‖ key)      sigma, key, nonce: random
//!   U = r·G2   V = sigma ⊕ H2(e(Q, P)^r)   W = key ⊕ H4(sigma)
//!
//! As bytes: U compressed, then V, W, the box and the suite's name, each with
//! its length in 8 little-endian bytes before it; the box is the ciphertext and
//! the nonce, each with its length.

use crate::budget::Failure;
use crate::{answer, Owned, View};
use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use ark_bls12_381::{g1, Bls12_381, Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::hashing::curve_maps::wb::WBMap;
use ark_ec::hashing::map_to_curve_hasher::MapToCurveBasedHasher;
use ark_ec::hashing::HashToCurve;
use ark_ec::pairing::Pairing;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::field_hashers::DefaultFieldHasher;
use ark_ff::PrimeField;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use sha2::{Digest, Sha256};

/// P: the public key of quicknet.
const BEACON: [u8; 96] = [
    0x83, 0xcf, 0x0f, 0x28, 0x96, 0xad, 0xee, 0x7e, 0xb8, 0xb5, 0xf0, 0x1f, 0xca, 0xd3, 0x91, 0x22,
    0x12, 0xc4, 0x37, 0xe0, 0x07, 0x3e, 0x91, 0x1f, 0xb9, 0x00, 0x22, 0xd3, 0xe7, 0x60, 0x18, 0x3c,
    0x8c, 0x4b, 0x45, 0x0b, 0x6a, 0x0a, 0x6c, 0x3a, 0xc6, 0xa5, 0x77, 0x6a, 0x2d, 0x10, 0x64, 0x51,
    0x0d, 0x1f, 0xec, 0x75, 0x8c, 0x92, 0x1c, 0xc2, 0x2b, 0x0e, 0x17, 0xe6, 0x3a, 0xaf, 0x4b, 0xcb,
    0x5e, 0xd6, 0x63, 0x04, 0xde, 0x9c, 0xf8, 0x09, 0xbd, 0x27, 0x4c, 0xa7, 0x3b, 0xab, 0x4a, 0xf5,
    0xa6, 0xe9, 0xc7, 0x6a, 0x4b, 0xc0, 0x9e, 0x76, 0xea, 0xe8, 0x99, 0x1e, 0xf5, 0xec, 0xe4, 0x5a,
];
const DST: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
const SUITE: &[u8] = b"AES_GCM_";
const NONCE: usize = 12;
const POINT: usize = 96;
const SIGNATURE: usize = 48;
const MEMORY: usize = 64 << 20;
const MAX_BYTES: usize = 64 << 10;

type Hash = [u8; 32];

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

fn xor(a: &Hash, b: &Hash) -> Hash {
    std::array::from_fn(|i| a[i] ^ b[i])
}

fn invalid(what: impl std::fmt::Display) -> Failure {
    Failure::Invalid(what.to_string())
}

fn internal(what: impl std::fmt::Display) -> Failure {
    Failure::Internal(what.to_string())
}

/// Q.
fn identity(round: u64) -> Result<G1Affine, Failure> {
    type Hasher =
        MapToCurveBasedHasher<G1Projective, DefaultFieldHasher<Sha256, 128>, WBMap<g1::Config>>;
    Hasher::new(DST)
        .and_then(|hasher| hasher.hash(&sha256(&[&round.to_be_bytes()])))
        .map_err(internal)
}

/// H2(e(a, b)).
fn pairing_hash(a: G1Affine, b: G2Affine) -> Result<Hash, Failure> {
    let mut bytes = Vec::new();
    Bls12_381::pairing(a, b)
        .0
        .serialize_compressed(&mut bytes)
        .map_err(internal)?;
    Ok(sha256(&[&bytes]))
}

/// H3.
fn exponent(sigma: &Hash, key: &Hash) -> Fr {
    Fr::from_be_bytes_mod_order(&sha256(&[sigma, key]))
}

fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::getrandom(&mut bytes).map_err(internal)?;
    Ok(bytes)
}

/// Appends `bytes` with their length before them.
fn put(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend((bytes.len() as u64).to_le_bytes());
    out.extend(bytes);
}

/// The counterpart: takes them off the front of `rest`.
fn take<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Failure> {
    let cut = || invalid("the ciphertext is cut short");
    let (length, after) = rest.split_first_chunk::<8>().ok_or_else(cut)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| cut())?;
    let (bytes, after) = after.split_at_checked(length).ok_or_else(cut)?;
    *rest = after;
    Ok(bytes)
}

fn take_hash(rest: &mut &[u8]) -> Result<Hash, Failure> {
    take(rest)?
        .try_into()
        .map_err(|_| invalid("a part of the ciphertext has another length"))
}

fn encrypt(round: u64, payload: &[u8]) -> Result<Vec<u8>, Failure> {
    let beacon = G2Affine::deserialize_compressed(&BEACON[..]).map_err(internal)?;
    let (sigma, key, nonce) = (random::<32>()?, random::<32>()?, random::<NONCE>()?);
    let r = exponent(&sigma, &key);
    let mut out = Vec::new();
    (G2Affine::generator() * r)
        .into_affine()
        .serialize_compressed(&mut out)
        .map_err(internal)?;
    let mask = pairing_hash(identity(round)?, (beacon * r).into_affine())?;
    put(&xor(&sigma, &mask), &mut out);
    put(&xor(&key, &sha256(&[&sigma])), &mut out);
    let sealed = Aes256Gcm::new(&key.into())
        .encrypt(Nonce::from_slice(&nonce), payload)
        .map_err(internal)?;
    let mut sealed_box = Vec::new();
    put(&sealed, &mut sealed_box);
    put(&nonce, &mut sealed_box);
    put(&sealed_box, &mut out);
    put(SUITE, &mut out);
    Ok(out)
}

fn decrypt(signature: &[u8], ciphertext: &[u8]) -> Result<Vec<u8>, Failure> {
    if signature.len() != SIGNATURE {
        return Err(invalid("a signature has 48 bytes"));
    }
    let signature = G1Affine::deserialize_compressed(signature).map_err(invalid)?;
    let (point, mut rest) = ciphertext
        .split_at_checked(POINT)
        .ok_or_else(|| invalid("the ciphertext is cut short"))?;
    let u = G2Affine::deserialize_compressed(point).map_err(invalid)?;
    let (v, w) = (take_hash(&mut rest)?, take_hash(&mut rest)?);
    let (mut sealed_box, suite) = (take(&mut rest)?, take(&mut rest)?);
    let (sealed, nonce) = (take(&mut sealed_box)?, take(&mut sealed_box)?);
    if suite != SUITE || nonce.len() != NONCE || !sealed_box.is_empty() || !rest.is_empty() {
        return Err(invalid("the ciphertext has another form"));
    }
    let sigma = xor(&v, &pairing_hash(signature, u)?);
    let key = xor(&w, &sha256(&[&sigma]));
    if (G2Affine::generator() * exponent(&sigma, &key)).into_affine() != u {
        return Err(invalid("the signature is not that of the ciphertext's round"));
    }
    Aes256Gcm::new(&key.into())
        .decrypt(Nonce::from_slice(nonce), sealed)
        .map_err(|_| invalid("the ciphertext was changed"))
}

/// The bytes of `view`, if they are not too many.
unsafe fn bounded<'a>(view: View) -> Result<&'a [u8], Failure> {
    let bytes = view.bytes();
    if bytes.len() > MAX_BYTES {
        return Err(Failure::Limit(format!(
            "{} bytes, more than {MAX_BYTES}",
            bytes.len()
        )));
    }
    Ok(bytes)
}

#[no_mangle]
pub unsafe extern "C" fn sn37_timelock_encrypt(
    round: u64,
    payload: View,
    ciphertext: *mut Owned<u8>,
    error: *mut Owned<u8>,
) -> i32 {
    answer(
        MEMORY,
        error,
        || encrypt(round, unsafe { bounded(payload) }?),
        |bytes| unsafe { ciphertext.write(Owned::new(bytes)) },
    )
}

#[no_mangle]
pub unsafe extern "C" fn sn37_timelock_decrypt(
    signature: View,
    ciphertext: View,
    payload: *mut Owned<u8>,
    error: *mut Owned<u8>,
) -> i32 {
    answer(
        MEMORY,
        error,
        || decrypt(unsafe { bounded(signature) }?, unsafe { bounded(ciphertext) }?),
        |bytes| unsafe { payload.write(Owned::new(bytes)) },
    )
}
