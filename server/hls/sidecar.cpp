// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/sidecar.hpp"

#include "hls/charset.hpp"
#include "hls/languages.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <optional>

namespace hls {
namespace {

std::string_view folder_of(std::string_view path) {
  auto const slash = path.rfind('/');
  return slash == path.npos ? std::string_view() : path.substr(0, slash);
}
std::string_view base_of(std::string_view path) {
  auto const slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}
std::string_view stem_of(std::string_view path) {
  auto const base = base_of(path);
  auto const dot = base.rfind('.');
  return dot == base.npos || dot == 0 ? base : base.substr(0, dot);
}

template <std::size_t N>
bool ends_as(std::string_view path, std::array<std::string_view, N> const& endings) {
  auto const base = base_of(path);
  auto const dot = base.rfind('.');
  if (dot == base.npos) return false;
  return std::find(endings.begin(), endings.end(), lower_case(base.substr(dot + 1))) != endings.end();
}

bool separates(char c) { return std::string_view(" ._-()[]{}+,&").find(c) != std::string_view::npos; }

/// "Film.en" continues "Film", "Film2" doesn't.
bool continues(std::string_view longer, std::string_view shorter) {
  return !shorter.empty() && longer.starts_with(shorter) &&
         (longer.size() == shorter.size() || separates(longer[shorter.size()]) || separates(shorter.back()));
}

/// "S01E02", "1x02": season and episode.
struct Episode {
  int season, number;
  friend bool operator==(Episode const&, Episode const&) = default;
};
std::optional<Episode> episode_of(std::string_view name) {
  auto const low = lower_case(name);
  auto const digits = [&low](std::size_t& at, int most) {
    int value = 0, count = 0;
    for (; at < low.size() && g_ascii_isdigit(low[at]) && count < most; ++at, ++count)
      value = value * 10 + (low[at] - '0');
    return count == 0 ? -1 : value;
  };
  for (std::size_t i = 0; i < low.size(); ++i) {
    if (i > 0 && g_ascii_isalnum(low[i - 1])) continue;
    auto at = low[i] == 's' ? i + 1 : i;
    auto const season = digits(at, 2);
    while (low[i] == 's' && at < low.size() && separates(low[at])) ++at;
    if (season < 0 || at >= low.size() || low[at] != (low[i] == 's' ? 'e' : 'x')) continue;
    ++at;
    auto const number = digits(at, 3);
    if (number >= 0 && (at == low.size() || !g_ascii_isdigit(low[at]))) return Episode{season, number};
  }
  return std::nullopt;
}

bool is_subtitle_folder(std::string_view name) {
  static constexpr std::array<std::string_view, 11> names{"subs",       "sub",        "subtitles",   "subtitle",
                                                          "srt",        "untertitel", "sous-titres", "legendas",
                                                          "subtitulos", "字幕",       "ass"};
  return std::find(names.begin(), names.end(), lower_case(name)) != names.end();
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    std::size_t end = 0;
    // '-' stays for now: "pt-BR" is one word.
    while (end < text.size() && (!separates(text[end]) || text[end] == '-')) ++end;
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

/// What a subtitle's name says beyond the film's.
std::string_view rest_of(std::string_view subtitle, std::string_view film) {
  auto const stem = stem_of(subtitle);
  auto const of = stem_of(film);
  if (lower_case(stem).starts_with(lower_case(of))) return stem.substr(of.size());
  // "Show.S01E02.en.srt" beside "Show.S01E02.1080p.mkv": what is the same so far, up to a whole word.
  std::size_t same = 0, whole = 0;
  while (same < stem.size() && same < of.size() && g_ascii_tolower(stem[same]) == g_ascii_tolower(of[same])) {
    if (separates(stem[same])) whole = same + 1;
    ++same;
  }
  return stem.substr(same == stem.size() ? stem.size() : whole);
}

/// VobSub's pictures beside their index have the name of MicroDVD's text.
bool is_vobsub(std::string_view path, std::vector<std::string> const& paths) {
  static constexpr std::array<std::string_view, 1> pictures{"sub"}, index{"idx"};
  auto const stem = [](std::string_view of) { return of.substr(0, of.rfind('.')); };
  return ends_as(path, pictures) && std::any_of(paths.begin(), paths.end(), [&](std::string const& other) {
           return ends_as(other, index) && stem(other) == stem(path);
         });
}

}  // namespace

bool is_subtitle(std::string_view path) {
  static constexpr std::array<std::string_view, 14> endings{"srt",  "ass",  "ssa", "vtt",  "sub", "smi", "sami",
                                                            "ttml", "dfxp", "mpl", "mpl2", "psb", "rt",  "jss"};
  return ends_as(path, endings);
}

bool is_film(std::string_view path) {
  static constexpr std::array<std::string_view, 21> endings{"mkv",  "mp4", "m4v", "mov",  "webm", "avi",  "ts",
                                                            "m2ts", "mts", "flv", "wmv",  "asf",  "mpg",  "mpeg",
                                                            "vob",  "ogm", "ogv", "divx", "3gp",  "rmvb", "mk3d"};
  return ends_as(path, endings);
}

SidecarName sidecar_name(std::string_view subtitle_path, std::string_view film_path) {
  SidecarName name;
  auto words = words_of(rest_of(subtitle_path, film_path));
  // "Portuguese (Brazilian)", "English - SDH": two words first, then one.
  auto const find_language = [&] {
    for (std::size_t size : {3, 2, 1}) {
      for (auto i = words.size(); i >= size; --i) {
        auto const first = words.begin() + static_cast<std::ptrdiff_t>(i - size);
        // "en.hi" is no region.
        if (size > 1 && first->size() < 4) continue;
        std::string joined;
        for (std::size_t k = 0; k < size; ++k)
          joined += (k == 0 ? "" : " ") + std::string(first[static_cast<std::ptrdiff_t>(k)]);
        auto tag = language_tag(joined);
        if (tag.empty()) continue;
        // "hi" after a language means hearing impaired.
        if (size == 1 && lower_case(joined) == "hi" && i >= 2 && !language_tag(words[i - 2]).empty()) continue;
        words.erase(first, first + static_cast<std::ptrdiff_t>(size));
        return tag;
      }
    }
    return std::string();
  };
  name.language = find_language();
  if (name.language.empty()) {  // "English-SDH"
    std::vector<std::string_view> parts;
    for (auto word : words) {
      for (auto dash = word.find('-'); dash != word.npos; dash = word.find('-')) {
        if (dash > 0) parts.push_back(word.substr(0, dash));
        word.remove_prefix(dash + 1);
      }
      if (!word.empty()) parts.push_back(word);
    }
    words = parts;
    name.language = find_language();
  }
  std::string others;
  for (auto const word : words) {
    auto const low = lower_case(word);
    static constexpr std::array<std::string_view, 4> forced{"forced", "forzado", "foreign", "forces"};
    static constexpr std::array<std::string_view, 4> impaired{"sdh", "cc", "hi", "hoh"};
    static constexpr std::array<std::string_view, 7> empty{"default",   "full",  "sub", "subs",
                                                           "subtitles", "track", "srt"};
    auto const in = [&low](auto const& list) { return std::find(list.begin(), list.end(), low) != list.end(); };
    if (in(forced)) {
      name.forced = true;
    } else if (in(impaired)) {
      name.hearing_impaired = true;
    } else if (!in(empty) && low.find_first_not_of("0123456789-") != low.npos) {
      others += (others.empty() ? "" : " ") + std::string(word);
    }
  }
  std::string notes;
  for (auto const& [holds, note] : {std::pair(name.hearing_impaired, "SDH"), std::pair(name.forced, "forced")}) {
    if (holds) notes += (notes.empty() ? "" : ", ") + std::string(note);
  }
  if (!name.language.empty()) {
    name.title = language_name(name.language);
    if (!others.empty()) notes += (notes.empty() ? "" : ", ") + others;
  } else {
    name.title = others.empty() ? "Subtitles" : others;
  }
  if (notes.empty()) return name;
  if (name.title.ends_with(')')) {  // "Portuguese (Brazil)" -> "Portuguese (Brazil, forced)"
    name.title.back() = ',';
    name.title += " " + notes + ")";
  } else {
    name.title += " (" + notes + ")";
  }
  return name;
}

std::vector<std::size_t> subtitles_of(std::vector<std::string> const& paths, std::size_t film) {
  auto const& film_path = paths.at(film);
  auto const home = std::string(folder_of(film_path));
  auto const stem = lower_case(stem_of(film_path));
  auto const episode = episode_of(stem);
  // Samples and trailers are no other films.
  auto const alone = std::none_of(paths.begin(), paths.end(), [&](std::string const& path) {
    return path != film_path && is_film(path) && folder_of(path) == home &&
           lower_case(path).find("sample") == path.npos && lower_case(path).find("trailer") == path.npos;
  });
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    auto const& path = paths[i];
    if (i == film || !is_subtitle(path) || is_vobsub(path, paths)) continue;
    auto below = std::string_view(folder_of(path));
    if (!below.starts_with(home) || (!home.empty() && below.size() > home.size() && below[home.size()] != '/'))
      continue;
    below.remove_prefix(std::min(below.size(), home.size() + (home.empty() ? 0 : 1)));
    // The folders between the film's and the subtitle's.
    bool in_subs = false, in_own = false, in_other = false;
    while (!below.empty()) {
      auto const name = below.substr(0, below.find('/'));
      below.remove_prefix(std::min(below.size(), name.size() + 1));
      if (is_subtitle_folder(name) || !language_tag(name).empty()) {
        in_subs = true;
      } else if (lower_case(name) == stem || continues(stem, lower_case(name)) ||
                 (episode && episode_of(name) == episode)) {
        in_own = true;
      } else {
        in_other = true;
      }
    }
    if (in_other) continue;
    auto const name = lower_case(stem_of(path));
    auto const of_it = episode_of(name);
    auto const same_name = continues(name, stem);
    // Another film's name is a longer one that fits as well: "Film.mkv", "Film.2.mkv", "Film.2.en.srt".
    auto const better = std::any_of(paths.begin(), paths.end(), [&](std::string const& other) {
      auto const others_stem = lower_case(stem_of(other));
      return is_film(other) && others_stem.size() > stem.size() && continues(name, others_stem);
    });
    auto const fits = (same_name && !better) || (episode && of_it == episode) || (in_own && (in_subs || !of_it)) ||
                      (alone && (in_subs || folder_of(path) == home) && (!of_it || !episode || of_it == episode));
    if (fits) found.push_back(i);
  }
  return found;
}

}  // namespace hls
