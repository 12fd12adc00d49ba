//! Bounds on what a call with hostile input may use, and the boundary where
//! panics end.
//!
//! A template such as `{% set x = x ~ x %}`, forty times, asks for a terabyte
//! with forty instructions, so counting instructions is not enough. The
//! allocator of this library therefore counts the bytes that the current
//! thread holds during a call. Past the bound an allocation fails; the hook
//! for failed allocations panics instead of aborting the process; and the
//! panic unwinds to `guarded`. The hook is the one unstable feature used, so
//! this crate is compiled with RUSTC_BOOTSTRAP=sn37_crates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

/// Why a call failed; becomes the code and message of the C interface.
pub enum Failure {
    Invalid(String),
    Limit(String),
    Panic(String),
    Internal(String),
}

#[derive(Clone, Copy)]
struct Budget {
    /// False outside guarded calls: nothing is counted then.
    armed: bool,
    /// An allocation was refused; from then on the unwinding is let through.
    tripped: bool,
    held: usize,
    /// All that was ever asked for, freed or not.
    turned_over: usize,
    limit: usize,
    /// The most bytes that one allocation may have.
    largest: usize,
}

/// Work that the allocator can see ends when this many times the bound was
/// asked for: copying long texts around costs time without holding memory.
const TURNOVER: usize = 64;

const UNARMED: Budget = Budget {
    armed: false,
    tripped: false,
    held: 0,
    turned_over: 0,
    limit: 0,
    largest: 0,
};

thread_local! {
    static BUDGET: Cell<Budget> = const { Cell::new(UNARMED) };
}

/// The system's allocator, with the current thread's budget in front of it.
pub struct BudgetedAllocator;

impl BudgetedAllocator {
    /// Whether `size` more bytes may be held, for an allocation of `whole`.
    /// Counts them if so.
    fn take(size: usize, whole: usize) -> bool {
        let mut budget = BUDGET.get();
        if !budget.armed || budget.tripped {
            return true;
        }
        let allowed = whole <= budget.largest
            && size <= budget.limit.saturating_sub(budget.held)
            && budget.turned_over <= budget.limit.saturating_mul(TURNOVER);
        if allowed {
            budget.held += size;
            budget.turned_over += size;
        } else {
            budget.tripped = true;
        }
        BUDGET.set(budget);
        allowed
    }

    fn give(size: usize) {
        let mut budget = BUDGET.get();
        if budget.armed {
            // Memory from before the call may be freed during it.
            budget.held = budget.held.saturating_sub(size);
            BUDGET.set(budget);
        }
    }
}

unsafe impl GlobalAlloc for BudgetedAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if Self::take(layout.size(), layout.size()) {
            System.alloc(layout)
        } else {
            std::ptr::null_mut()
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if Self::take(layout.size(), layout.size()) {
            System.alloc_zeroed(layout)
        } else {
            std::ptr::null_mut()
        }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        Self::give(layout.size());
        System.dealloc(memory, layout)
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > layout.size() && !Self::take(size - layout.size(), size) {
            return std::ptr::null_mut();
        }
        if size < layout.size() {
            Self::give(layout.size() - size);
        }
        System.realloc(memory, layout, size)
    }
}

/// Turns a refused allocation into a panic and keeps guarded panics silent.
fn install_hooks() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::alloc::set_alloc_error_hook(|_| {
            if BUDGET.get().tripped {
                panic!("out of budget");
            }
        });
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !BUDGET.get().armed {
                previous(info);
            }
        }));
    });
}

fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_string()
    } else {
        "no reason given".to_string()
    }
}

/// Runs `body` on this thread with at most `memory` bytes of heap; panics end
/// here. What `body` captured is not used again after a panic, except objects
/// whose locks the crates poison or ignore themselves.
pub fn guarded<T>(memory: usize, body: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    install_hooks();
    BUDGET.set(Budget {
        armed: true,
        tripped: false,
        held: 0,
        turned_over: 0,
        limit: memory,
        largest: usize::MAX,
    });
    let outcome = panic::catch_unwind(AssertUnwindSafe(body));
    let tripped = BUDGET.get().tripped;
    // Dropping a payload or result below must not be counted, nor print.
    let result = match outcome {
        Ok(result) if !tripped => result,
        Ok(_) => Err(out_of_memory(memory)),
        Err(_) if tripped => Err(out_of_memory(memory)),
        Err(payload) => Err(Failure::Panic(panic_text(payload.as_ref()))),
    };
    BUDGET.set(Budget {
        held: BUDGET.get().held,
        ..UNARMED
    });
    result
}

/// The bytes that this thread's last guarded call asked for and has not given
/// back: its result, and what nobody can free any more.
pub fn left() -> usize {
    BUDGET.get().held
}

/// From here on no single allocation of this call may have more bytes.
pub fn refuse_larger(largest: usize) {
    let budget = BUDGET.get();
    BUDGET.set(Budget { largest, ..budget });
}

fn out_of_memory(memory: usize) -> Failure {
    Failure::Limit(format!(
        "needs more than {memory} bytes of memory (or {TURNOVER} times that in turn, or one text \
         or list that is too long)"
    ))
}
