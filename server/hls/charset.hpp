// SPDX-License-Identifier: LGPL-2.1-or-later
// Text of unknown encoding -> UTF-8 (uchardet guesses, GLib's iconv converts).
#pragma once

#include <string>
#include <string_view>

namespace hls {

/// By BOM; else UTF-8 if it is (nearly) valid; else what fits the language (BCP 47; empty = unknown) and the
/// statistics. Never fails: a byte that means nothing becomes U+FFFD. Without BOM, line ends as they are.
[[nodiscard]] std::string to_utf8(std::string_view bytes, std::string_view language);

/// ASCII letters only.
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace hls
