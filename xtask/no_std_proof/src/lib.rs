//! Proof by linking that `protocol` and `agent` need no standard library.
//!
//! A static library must bring its own panic handler and allocator. If any crate below linked
//! the standard library, its panic handler would be the second one and the build would fail.
//!
//! **Invariant:** nothing here runs; the build is the test.
#![no_std]

use core::alloc::{GlobalAlloc, Layout};
use core::panic::PanicInfo;

use agent as _;
use protocol as _;

/// An allocator that has nothing to give.
struct Nothing;

#[global_allocator]
static ALLOCATOR: Nothing = Nothing;

// tidy: allow(unsafe) reason: the trait of allocators is unsafe, and a staticlib must have one
unsafe impl GlobalAlloc for Nothing {
    // tidy: allow(unsafe) reason: the trait asks for it; no memory is touched
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    // tidy: allow(unsafe) reason: the trait asks for it; no memory is touched
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
