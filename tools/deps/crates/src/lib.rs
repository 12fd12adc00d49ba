//! The C interface of the Rust crates the project links. The contract is in
//! sn37_crates.h; this file holds what every function of it needs.

#![feature(alloc_error_hook)]

mod budget;
mod python;
mod sr25519;
mod template;
mod timelock;
mod tokenizer;

use budget::{BudgetedAllocator, Failure};

#[global_allocator]
static ALLOCATOR: BudgetedAllocator = BudgetedAllocator;

const OK: i32 = 0;
const INVALID: i32 = 1;
const LIMIT: i32 = 2;
const PANIC: i32 = 3;
const INTERNAL: i32 = 4;

/// A message quotes hostile input; nobody reads more of it than this.
const MAX_MESSAGE: usize = 2048;

/// Sn37View: bytes borrowed for one call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct View {
    data: *const u8,
    size: usize,
}

impl View {
    /// The bytes. The caller of the C function promises that they live.
    unsafe fn bytes<'a>(self) -> &'a [u8] {
        if self.size == 0 {
            &[]
        } else {
            std::slice::from_raw_parts(self.data, self.size)
        }
    }

    /// The text, if it is UTF-8 and at most `limit` bytes; `what` names it.
    unsafe fn text<'a>(self, what: &str, limit: usize) -> Result<&'a str, Failure> {
        if self.size > limit {
            return Err(Failure::Limit(format!(
                "{what} has {} bytes, more than {limit}",
                self.size
            )));
        }
        std::str::from_utf8(self.bytes())
            .map_err(|error| Failure::Invalid(format!("{what} is not UTF-8: {error}")))
    }
}

/// Sn37Bytes and Sn37Ids: an owned boxed slice.
#[repr(C)]
pub struct Owned<T> {
    data: *mut T,
    size: usize,
}

impl<T> Owned<T> {
    fn new(items: Vec<T>) -> Self {
        let items = Box::leak(items.into_boxed_slice());
        Owned {
            data: items.as_mut_ptr(),
            size: items.len(),
        }
    }

    unsafe fn free(self) {
        if !self.data.is_null() {
            drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(
                self.data, self.size,
            )));
        }
    }
}

#[no_mangle]
pub unsafe extern "C" fn sn37_bytes_free(bytes: Owned<u8>) {
    bytes.free()
}

#[no_mangle]
pub unsafe extern "C" fn sn37_ids_free(ids: Owned<u32>) {
    ids.free()
}

/// Runs `body` guarded; `store` hands its value to the caller. The last thing
/// every C function does.
unsafe fn answer<T>(
    memory: usize,
    error: *mut Owned<u8>,
    body: impl FnOnce() -> Result<T, Failure>,
    store: impl FnOnce(T),
) -> i32 {
    let (code, message) = match budget::guarded(memory, body) {
        Ok(value) => {
            store(value);
            return OK;
        }
        Err(Failure::Invalid(message)) => (INVALID, message),
        Err(Failure::Limit(message)) => (LIMIT, message),
        Err(Failure::Panic(message)) => (PANIC, message),
        Err(Failure::Internal(message)) => (INTERNAL, message),
    };
    let shown = message.len().min(MAX_MESSAGE);
    let shown = (0..=shown)
        .rev()
        .find(|end| message.is_char_boundary(*end))
        .unwrap_or(0);
    error.write(Owned::new(message.as_bytes()[..shown].to_vec()));
    code
}
