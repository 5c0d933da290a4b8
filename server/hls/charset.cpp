// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/charset.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <uchardet/uchardet.h>
#include <vector>

namespace hls {
namespace {

/// What films' subtitles in these languages were written in before UTF-8; the likeliest first.
struct Habit {
  std::string_view languages;
  std::array<char const*, 3> charsets;
};
constexpr std::array habits{
    Habit{"pl cs sk hu sl hr bs ro sq", {"WINDOWS-1250", "ISO-8859-2", nullptr}},
    Habit{"ru bg mk", {"WINDOWS-1251", "KOI8-R", "ISO-8859-5"}},
    Habit{"uk be", {"WINDOWS-1251", "KOI8-U", "ISO-8859-5"}},
    Habit{"sr", {"WINDOWS-1250", "WINDOWS-1251", "ISO-8859-2"}},
    Habit{"el", {"WINDOWS-1253", "ISO-8859-7", nullptr}},
    Habit{"tr az", {"WINDOWS-1254", "ISO-8859-9", nullptr}},
    Habit{"he yi", {"WINDOWS-1255", "ISO-8859-8", nullptr}},
    Habit{"ar fa ur", {"WINDOWS-1256", "ISO-8859-6", nullptr}},
    Habit{"lt lv et", {"WINDOWS-1257", "ISO-8859-13", nullptr}},
    Habit{"vi", {"WINDOWS-1258", nullptr, nullptr}},
    Habit{"th", {"CP874", nullptr, nullptr}},
    Habit{"zh", {"GB18030", "BIG5-HKSCS", "EUC-TW"}},
    Habit{"ja", {"CP932", "EUC-JP", "ISO-2022-JP"}},
    Habit{"ko", {"CP949", "ISO-2022-KR", nullptr}},
    Habit{"en fr de es it pt nl sv da nb nn no fi is ca eu gl ga af id ms tl",
          {"WINDOWS-1252", "ISO-8859-15", nullptr}},
};

/// uchardet's name -> the largest set that contains it, as iconv calls it.
std::string superset(std::string const& name) {
  struct Pair {
    std::string_view part;
    char const* whole;
  };
  static constexpr std::array pairs{
      Pair{"GB2312", "GB18030"},
      Pair{"HZ-GB-2312", "GB18030"},
      Pair{"BIG5", "BIG5-HKSCS"},
      Pair{"SHIFT_JIS", "CP932"},
      Pair{"EUC-KR", "CP949"},
      Pair{"UHC", "CP949"},
      Pair{"JOHAB", "JOHAB"},
      Pair{"ISO-8859-1", "WINDOWS-1252"},
      Pair{"ISO-8859-9", "WINDOWS-1254"},
      Pair{"TIS-620", "CP874"},
      Pair{"ISO-8859-11", "CP874"},
      Pair{"ISO-8859-8", "WINDOWS-1255"},
      Pair{"MAC-CYRILLIC", "MAC-CYRILLIC"},
  };
  for (auto const& pair : pairs) {
    if (pair.part == name) return pair.whole;
  }
  return name;
}

struct Decoded {
  std::string text;
  std::size_t bad = 0;  ///< bytes that mean nothing, and control characters that no text has
};

struct CloseConverter {
  void operator()(GIConv converter) const { g_iconv_close(converter); }
};

/// Nothing if iconv doesn't know the set.
bool decode(std::string_view bytes, char const* charset, Decoded& to) {
  auto* const opened = g_iconv_open("UTF-8", charset);
  if (opened == reinterpret_cast<GIConv>(-1)) return false;
  std::unique_ptr<std::remove_pointer_t<GIConv>, CloseConverter> const converter(opened);
  // glib's signature wants char**; iconv doesn't write there.
  auto* in = const_cast<char*>(bytes.data());
  gsize left = bytes.size();
  std::array<char, 4096> piece{};
  to = {};
  while (left > 0) {
    auto* out = piece.data();
    gsize room = piece.size();
    auto const done = g_iconv(opened, &in, &left, &out, &room);
    auto const error = errno;
    to.text.append(piece.data(), piece.size() - room);
    if (done != static_cast<gsize>(-1) || error == E2BIG) continue;
    to.text += "\uFFFD";
    ++to.bad;
    ++in;
    --left;
  }
  // C1 controls: a Windows set taken for its ISO cousin.
  for (std::size_t i = 0; i + 1 < to.text.size(); ++i) {
    if (to.text[i] == '\xC2' && static_cast<unsigned char>(to.text[i + 1]) < 0xA0) ++to.bad;
  }
  return true;
}

std::string guess(std::string_view bytes) {
  std::unique_ptr<std::remove_pointer_t<uchardet_t>, decltype(&uchardet_delete)> const detector(uchardet_new(),
                                                                                                uchardet_delete);
  uchardet_handle_data(detector.get(), bytes.data(), std::min<std::size_t>(bytes.size(), 1 << 20));
  uchardet_data_end(detector.get());
  std::string name = uchardet_get_charset(detector.get());
  std::transform(name.begin(), name.end(), name.begin(), g_ascii_toupper);
  return superset(name);
}

Habit const* habit_of(std::string_view language) {
  auto const primary = language.substr(0, language.find('-'));
  if (primary.size() < 2) return nullptr;
  for (auto const& habit : habits) {
    auto const at = (" " + std::string(habit.languages) + " ").find(" " + std::string(primary) + " ");
    if (at != std::string::npos) return &habit;
  }
  return nullptr;
}

/// UTF-16 without a BOM: every second byte of a text with line breaks and spaces is 0.
char const* utf16_of(std::string_view bytes) {
  auto const looked = std::min<std::size_t>(bytes.size(), 4096) & ~std::size_t{1};
  std::size_t even = 0, odd = 0;
  for (std::size_t i = 0; i < looked; ++i) {
    if (bytes[i] == 0) ++(i % 2 == 0 ? even : odd);
  }
  if (odd > looked / 8 && even < odd / 8) return "UTF-16LE";
  if (even > looked / 8 && odd < even / 8) return "UTF-16BE";
  return nullptr;
}

/// UTF-8 but for a byte here and there, cut or typed wrongly.
bool nearly_utf8(std::string_view bytes) {
  std::size_t good = 0, bad = 0;
  for (auto const *at = bytes.data(), *const end = at + bytes.size(); at < end;) {
    if (static_cast<unsigned char>(*at) < 0x80) {
      ++at;
    } else if (g_utf8_get_char_validated(at, end - at) < 0x110000) {
      ++good;
      at = g_utf8_next_char(at);
    } else {
      ++bad;
      ++at;
    }
  }
  return bad * 20 <= good;
}

}  // namespace

std::string to_utf8(std::string_view bytes, std::string_view language) {
  struct Mark {
    std::string_view bytes;
    char const* charset;
  };
  using namespace std::string_view_literals;
  static constexpr std::array marks{Mark{"\xEF\xBB\xBF"sv, "UTF-8"}, Mark{"\xFF\xFE\0\0"sv, "UTF-32LE"},
                                    Mark{"\0\0\xFE\xFF"sv, "UTF-32BE"}, Mark{"\xFF\xFE"sv, "UTF-16LE"},
                                    Mark{"\xFE\xFF"sv, "UTF-16BE"}};
  Decoded decoded;
  for (auto const& mark : marks) {
    if (bytes.starts_with(mark.bytes) && decode(bytes.substr(mark.bytes.size()), mark.charset, decoded)) {
      return decoded.text;
    }
  }
  if (auto const* const wide = utf16_of(bytes); wide != nullptr && decode(bytes, wide, decoded)) return decoded.text;
  auto const guessed = guess(bytes);
  // A seven-bit code with shifts is valid UTF-8, too.
  if (guessed.starts_with("ISO-2022-") && decode(bytes, guessed.c_str(), decoded) && decoded.bad == 0) {
    return decoded.text;
  }
  if (nearly_utf8(bytes) && decode(bytes, "UTF-8", decoded)) return decoded.text;

  std::vector<std::string> candidates;
  auto const* const habit = habit_of(language);
  if (habit != nullptr) {
    for (auto const* charset : habit->charsets) {
      if (charset != nullptr) candidates.emplace_back(charset);
    }
    // The statistics choose among what the language is written in.
    auto const fits = std::find(candidates.begin(), candidates.end(), guessed);
    if (fits != candidates.end()) std::rotate(candidates.begin(), fits, fits + 1);
  }
  if (!guessed.empty() && guessed != "ASCII") candidates.push_back(guessed);
  candidates.emplace_back("WINDOWS-1252");
  Decoded best;
  bool any = false;
  for (auto const& candidate : candidates) {
    if (!decode(bytes, candidate.c_str(), decoded)) continue;
    if (!any || decoded.bad < best.bad) best = decoded;
    any = true;
    if (best.bad == 0) break;
  }
  return best.text;
}

std::string lower_case(std::string_view text) {
  std::string low(text);
  std::transform(low.begin(), low.end(), low.begin(), g_ascii_tolower);
  return low;
}

}  // namespace hls
