// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/locator.hpp"

#include "swarm/error.hpp"
#include "swarm/hash_input.hpp"
#include "swarm/magnet.hpp"
#include "swarm/metainfo.hpp"
#include "swarm/quote.hpp"
#include "swarm/uri.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sys/stat.h>

namespace swarm {

namespace {

constexpr std::size_t longest_input = 64 * 1024;
constexpr std::string_view file_fragment = "#file=";
constexpr char const* forms =
    "Give a magnet link (magnet:?xt=urn:btih:…), an info hash, or the path of a .torrent file.";

[[noreturn]] void refuse(std::string const& what, std::string const& advice = {}) {
  throw Error(Errc::bad_input, what, advice);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n\f\v";
  auto const first = text.find_first_not_of(space);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(space) + 1 - first);
}

void check_text(std::string_view text) {
  if (text.empty()) refuse("Nothing was given to open.", forms);
  if (text.size() > longest_input)
    refuse("What was given to open is " + std::to_string(text.size()) + " bytes long; at most " +
               std::to_string(longest_input) + " are accepted.",
           forms);
  auto const control = std::find_if(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
  if (control != text.end())
    refuse("What was given to open has a control character (number " + std::to_string(int{*control}) +
               ") at position " + std::to_string(control - text.begin() + 1) + ".",
           "Remove it; in a path write it percent-encoded after torrent://.");
}

std::string decode(std::string_view text, char const* what) {
  auto const decoded = percent_decode(text);
  if (!decoded)
    refuse(
        std::string("The ") + what + " " + in_quotes(text) + " has a % that is not followed by two hexadecimal digits.",
        "Write %25 for a percent sign.");
  if (decoded->find('\0') != std::string::npos) refuse(std::string("The ") + what + " has a zero byte in it.");
  return *decoded;
}

FileChoice parse_file(std::string_view value) {
  auto const choice = decode(value, "file name after #file=");
  if (choice.empty())
    refuse("Nothing follows #file=.", "Give the number of the file, counted from 0, or its path in the torrent.");
  auto const digits = choice.substr(choice.front() == '-' ? 1 : 0);
  if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos) return choice;
  int index = 0;
  auto const error = std::from_chars(choice.data(), choice.data() + choice.size(), index).ec;
  if (choice.front() == '-') refuse("The number of the file after #file= is negative.", "Files are counted from 0.");
  if (error != std::errc()) refuse("The number of the file after #file= is too large.", "Files are counted from 0.");
  return index;
}

/// Takes `#file=…` off the end.
std::optional<FileChoice> take_file(std::string_view& text, bool uri) {
  if (auto const at = text.rfind(file_fragment); at != text.npos) {
    auto const value = text.substr(at + file_fragment.size());
    text = text.substr(0, at);
    return parse_file(value);
  }
  // A path may have # in it. So may a magnet link that somebody wrote by hand: C#&tr=….
  auto const at = text.rfind('#');
  if (!uri || at == text.npos || text.find('&', at) != text.npos) return {};
  if (at + 1 != text.size())
    refuse(
        "The link ends in " + in_quotes(text.substr(at)) + "; only #file= and the number or path of a file may follow.",
        "Write %23 for a # that is part of a name.");
  text.remove_suffix(1);
  return {};
}

Locator from_hash(InfoHash const& hash) {
  Locator locator;
  locator.hash = hash;
  return locator;
}

Locator from_path(std::string const& path) { return Locator::from_metainfo(read_metainfo(path)); }

/// `rest` is what follows `torrent:` or `file:`.
Locator from_uri_path(std::string_view rest) {
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    auto const host = rest.substr(0, rest.find('/'));
    if (!host.empty() && !same_letters(host, "localhost"))
      refuse("The link names a host, " + in_quotes(host) + "; .torrent files are read from this machine only.",
             "Write torrent:///path/film.torrent, with three slashes, or torrent: and the info hash, with none.");
    rest.remove_prefix(host.size());
  }
  if (rest.empty() || rest == "/") refuse("The link has no path.", "Write torrent:///path/film.torrent.");
  return from_path(decode(rest, "path"));
}

bool is_torrent_name(std::string_view text) {
  constexpr std::string_view extension = ".torrent";
  return text.size() > extension.size() && same_letters(text.substr(text.size() - extension.size()), extension);
}

Locator from_torrent_uri(std::string_view rest) {
  if (rest.empty()) refuse("Nothing follows torrent:.", forms);
  if (rest.starts_with('/')) return from_uri_path(rest);
  if (rest.find('/') != rest.npos || is_torrent_name(rest))
    refuse("The path in the link is not absolute: " + in_quotes(rest) + ".", "Write torrent:///path/film.torrent.");
  return from_hash(parse_hash(rest));
}

bool looks_like_hash(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdefABCDEF";
  constexpr std::size_t some = 16;  // of fewer hex digits there are words
  bool const right_length = text.size() == 32 || text.size() == 40 || text.size() == 64;
  bool const word = text.find_first_of(" ./\\:") == text.npos;
  return (right_length && word) || (text.size() >= some && text.find_first_not_of(hex) == text.npos);
}

Locator from_bare(std::string const& text) {
  if (auto const hash = InfoHash::parse(text)) return from_hash(parse_hash(text));
  struct stat status;
  bool const exists = stat(text.c_str(), &status) == 0;
  if (!exists && looks_like_hash(text)) parse_hash(text);  // says what is wrong with it
  if (exists || text.find('/') != text.npos || is_torrent_name(text)) return from_path(text);
  refuse(in_quotes(text) + " is neither a magnet link nor an info hash, and there is no file of that name.", forms);
}

Locator open(std::string_view text) {
  if (has_scheme(text, "magnet")) {
    text.remove_prefix(7);
    if (!text.starts_with('?'))
      refuse("The magnet link has no ? after \"magnet:\".", "It begins with magnet:?xt=urn:btih: and the info hash.");
    return parse_magnet(text.substr(1));
  }
  if (has_scheme(text, "torrent")) return from_torrent_uri(text.substr(8));
  if (has_scheme(text, "file")) return from_uri_path(text.substr(5));
  if (auto const scheme = scheme_of(text); !scheme.empty()) {
    if (same_letters(scheme, "http") || same_letters(scheme, "https"))
      refuse("Web addresses are not opened here: " + in_quotes(text) + ".",
             "Download the .torrent file first and give its path, or give the magnet link.");
    refuse("Links that begin with " + in_quotes(text.substr(0, scheme.size() + 3)) + " can't be opened.", forms);
  }
  return from_bare(std::string(text));
}

}  // namespace

Locator Locator::parse(std::string_view text) {
  text = trimmed(text);
  check_text(text);
  bool const uri = has_scheme(text, "magnet") || has_scheme(text, "torrent") || has_scheme(text, "file");
  auto const file = take_file(text, uri);
  if (text.empty()) refuse("Nothing stands before #file=.", forms);
  auto locator = open(text);
  if (file) locator.file = *file;
  return locator;
}

}  // namespace swarm
