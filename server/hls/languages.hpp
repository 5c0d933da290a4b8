// SPDX-License-Identifier: LGPL-2.1-or-later
// Languages by what people and containers call them. Pure.
#pragma once

#include <string>
#include <string_view>

namespace hls {

/// BCP 47 for "en", "eng", "English", "pt-BR", "pt_br", "ger", "Brazilian Portuguese", "chs" …; empty if it is none of
/// a language's names. Any case.
[[nodiscard]] std::string language_tag(std::string_view name);
/// English name of a BCP 47 tag, "Portuguese (Brazil)"; the tag itself where we know none.
[[nodiscard]] std::string language_name(std::string_view tag);

}  // namespace hls
