// SPDX-License-Identifier: LGPL-2.1-or-later
#include "search/category.hpp"

#include <algorithm>
#include <iterator>

namespace search {
namespace {

struct Row {
  Category category;
  char const* name;
  int bay;
  char const* torznab;
};

// The Bay has films and series under several numbers each, and takes one: all videos are asked for, and looked through.
constexpr Row rows[] = {
    {Category::all, "all", 0, ""},
    {Category::video, "video", 200, "2000,5000"},
    {Category::movies, "movies", 200, "2000"},
    {Category::tv, "tv", 200, "5000"},
    {Category::audio, "audio", 100, "3000"},
    {Category::apps, "apps", 300, "4000"},
    {Category::games, "games", 400, "1000,4050"},
    {Category::adult, "adult", 500, "6000"},
    {Category::other, "other", 600, "7000,8000"},
};

Row const& row_of(Category category) { return rows[static_cast<std::size_t>(category)]; }

struct Number {
  long number;
  Category category;
};

constexpr Number bay[] = {
    {201, Category::movies}, {202, Category::movies}, {205, Category::tv},     {207, Category::movies},
    {208, Category::tv},     {209, Category::movies}, {211, Category::movies}, {212, Category::tv},
    {100, Category::audio},  {200, Category::video},  {300, Category::apps},   {400, Category::games},
    {500, Category::adult},  {600, Category::other},
};

constexpr Number torznab[] = {
    {4050, Category::games}, {1000, Category::games}, {2000, Category::movies},
    {3000, Category::audio}, {4000, Category::apps},  {5000, Category::tv},
    {6000, Category::adult}, {7000, Category::other}, {8000, Category::other},
};

/// The number itself, else the hundred or thousand that it belongs to.
template <std::size_t size>
std::optional<Category> find(Number const (&table)[size], long number, long group) {
  for (auto const wanted : {number, number / group * group})
    for (auto const& row : table)
      if (row.number == wanted) return row.category;
  return {};
}

}  // namespace

char const* name_of(Category category) { return row_of(category).name; }

std::optional<Category> category_named(std::string_view name) {
  auto const* found = std::find_if(std::begin(rows), std::end(rows), [&](Row const& row) { return row.name == name; });
  if (found == std::end(rows)) return {};
  return found->category;
}

std::string category_names() {
  std::string names;
  for (auto const& row : rows) names += (names.empty() ? "" : ", ") + std::string(row.name);
  return names;
}

bool fits(Category wanted, std::optional<Category> found) {
  if (wanted == Category::all || !found || wanted == *found) return true;
  bool const of_video = *found == Category::movies || *found == Category::tv;
  bool const wants_kind = wanted == Category::movies || wanted == Category::tv;
  return (wanted == Category::video && of_video) || (wants_kind && *found == Category::video);
}

int bay_number(Category category) { return row_of(category).bay; }
std::optional<Category> of_bay_number(long number) { return find(bay, number, 100); }

char const* torznab_numbers(Category category) { return row_of(category).torznab; }
std::optional<Category> of_torznab_number(long number) { return find(torznab, number, 1000); }

}  // namespace search
