// SPDX-License-Identifier: LGPL-2.1-or-later
// Part of our programs if they are built with AddressSanitizer: what libraries keep from their constructors on is no
// leak. GLib gives up its first table of quarks when it grows; g_malloc() has no frame pointer, so that the stack of
// that ends before anything that tests/lsan.supp could name.
extern "C" {
void __lsan_disable();  // NOLINT(bugprone-reserved-identifier)
void __lsan_enable();   // NOLINT(bugprone-reserved-identifier)
}

namespace {

// Before the constructors of any library.
__attribute__((section(".preinit_array"), used)) void (*const before)(int, char**, char**) = [](int, char**, char**) {
  __lsan_disable();
};

// After all of them.
__attribute__((constructor)) void after() { __lsan_enable(); }

}  // namespace
