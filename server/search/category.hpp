// SPDX-License-Identifier: LGPL-2.1-or-later
// What a torrent is about, and the numbers that providers have for that. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace search {

enum class Category { all, video, movies, tv, audio, apps, games, adult, other };

char const* name_of(Category category);
std::optional<Category> category_named(std::string_view name);
/// "all, video, …"
std::string category_names();

/// May something of `found` be meant by `wanted`? A film is a video; what is of no known category may be anything.
bool fits(Category wanted, std::optional<Category> found);

/// What The Pirate Bay (and ApiBay) calls it: 200 = video.
int bay_number(Category category);
std::optional<Category> of_bay_number(long number);

/// What Torznab calls it: "2000,5000"; empty = all.
char const* torznab_numbers(Category category);
std::optional<Category> of_torznab_number(long number);

}  // namespace search
