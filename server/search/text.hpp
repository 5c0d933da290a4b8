// SPDX-License-Identifier: LGPL-2.1-or-later
// What strangers write: names, numbers, dates, hashes. Pure; reentrant.
#pragma once

#include "swarm/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace search {

/// Valid UTF-8 without NULs.
std::string valid_text(std::string_view bytes);
/// One line of at most 300 bytes, without control characters.
std::string plain_name(std::string_view text);
/// Digits only, below 2^53; nullopt for anything else.
std::optional<std::int64_t> plain_number(std::string_view text);
/// Seeders or leechers: as above, at most ten million, which is more than any swarm has.
std::optional<std::int64_t> plain_count(std::string_view text);
/// "1.46 GiB" anywhere in the text; units of 1000 are told from those of 1024.
std::optional<std::int64_t> size_in(std::string_view text);
/// nullopt also for the hashes that stand for none: all zeros.
std::optional<swarm::InfoHash> plain_hash(std::string_view text);

/// Seconds since 1970; nullopt for what is no date after 2000 and before 2100.
std::optional<std::int64_t> plain_date(std::int64_t seconds);
std::optional<std::int64_t> mail_date(std::string const& text);  ///< RFC 822, as in RSS
std::optional<std::int64_t> bay_date(std::string_view text);     ///< "2019-03-12 10:11", "03-12 2019", anywhere in it

/// Letters and digits between anything else, in one case.
std::vector<std::string> words(std::string_view text);
/// Is each of the words of `wanted` one of `name`?
bool has_words(std::string_view name, std::string_view wanted);
/// Does each of the words of `wanted` begin one of `name`?
bool has_beginnings(std::string_view name, std::string_view wanted);

/// An answer that is a page for people.
bool is_web_page(std::string_view text);

}  // namespace search
