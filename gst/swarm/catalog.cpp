// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/catalog.hpp"

#include "swarm/error.hpp"
#include "swarm/quote.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

namespace swarm {

namespace {

struct Format {
  std::string_view extension;
  MediaKind kind;
  char const* mime_type;
};

using enum MediaKind;

// Nothing that a browser would run (HTML, SVG): names and bytes come from strangers.
constexpr Format formats[] = {
    {"3g2", video, "video/3gpp2"},
    {"3gp", video, "video/3gpp"},
    {"asf", video, "video/x-ms-asf"},
    {"avi", video, "video/x-msvideo"},
    {"divx", video, "video/x-msvideo"},
    {"f4v", video, "video/mp4"},
    {"flv", video, "video/x-flv"},
    {"m2t", video, "video/mp2t"},
    {"m2ts", video, "video/mp2t"},
    {"m2v", video, "video/mpeg"},
    {"m4v", video, "video/mp4"},  // browsers don't know video/x-m4v
    {"mk3d", video, "video/x-matroska"},
    {"mkv", video, "video/x-matroska"},
    {"mov", video, "video/quicktime"},
    {"mp4", video, "video/mp4"},
    {"mpe", video, "video/mpeg"},
    {"mpeg", video, "video/mpeg"},
    {"mpg", video, "video/mpeg"},
    {"mts", video, "video/mp2t"},
    {"ogm", video, "video/ogg"},
    {"ogv", video, "video/ogg"},
    {"qt", video, "video/quicktime"},
    {"rm", video, "application/vnd.rn-realmedia"},
    {"rmvb", video, "application/vnd.rn-realmedia-vbr"},
    {"ts", video, "video/mp2t"},
    {"vob", video, "video/mpeg"},
    {"webm", video, "video/webm"},
    {"wmv", video, "video/x-ms-wmv"},

    {"aac", audio, "audio/aac"},
    {"ac3", audio, "audio/ac3"},
    {"aif", audio, "audio/aiff"},
    {"aiff", audio, "audio/aiff"},
    {"ape", audio, "audio/x-ape"},
    {"dts", audio, "audio/vnd.dts"},
    {"eac3", audio, "audio/eac3"},
    {"flac", audio, "audio/flac"},
    {"m4a", audio, "audio/mp4"},
    {"m4b", audio, "audio/mp4"},
    {"mka", audio, "audio/x-matroska"},
    {"mp2", audio, "audio/mpeg"},
    {"mp3", audio, "audio/mpeg"},
    {"oga", audio, "audio/ogg"},
    {"ogg", audio, "audio/ogg"},
    {"opus", audio, "audio/ogg"},
    {"wav", audio, "audio/wav"},
    {"weba", audio, "audio/webm"},
    {"wma", audio, "audio/x-ms-wma"},
    {"wv", audio, "audio/x-wavpack"},

    {"ass", subtitle, "text/x-ssa"},
    {"idx", subtitle, "application/x-vobsub"},
    {"smi", subtitle, "application/x-sami"},
    {"srt", subtitle, "application/x-subrip"},
    {"ssa", subtitle, "text/x-ssa"},
    {"sub", subtitle, "text/x-microdvd"},
    {"sup", subtitle, "application/x-pgs"},
    {"ttml", subtitle, "application/ttml+xml"},
    {"vtt", subtitle, "text/vtt"},

    {"gif", other, "image/gif"},
    {"jpeg", other, "image/jpeg"},
    {"jpg", other, "image/jpeg"},
    {"nfo", other, "text/plain"},
    {"pdf", other, "application/pdf"},
    {"png", other, "image/png"},
    {"txt", other, "text/plain"},
    {"webp", other, "image/webp"},
    {"zip", other, "application/zip"},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

Format const* format_of(std::string_view path) {
  auto const name = file_name(path);
  auto const dot = name.rfind('.');
  if (dot == std::string_view::npos) return nullptr;
  auto const extension = name.substr(dot + 1);
  auto const same = [&](Format const& format) {
    return std::equal(extension.begin(), extension.end(), format.extension.begin(), format.extension.end(),
                      [](char a, char b) { return lower(a) == b; });
  };
  auto const format = std::find_if(std::begin(formats), std::end(formats), same);
  return format == std::end(formats) ? nullptr : &*format;
}

/// "sample" as a word of its own anywhere in the path below the torrent's name: `Sample/film.mkv`, `film-sample.mkv`.
bool is_sample(std::string_view path) {
  constexpr std::string_view word = "sample";
  if (auto const root = path.find('/'); root != std::string_view::npos) path.remove_prefix(root + 1);
  for (auto it = path.begin();; ++it) {
    it = std::search(it, path.end(), word.begin(), word.end(), [](char a, char b) { return lower(a) == b; });
    if (it == path.end()) return false;
    auto const after = it + word.size();
    if ((it == path.begin() || !is_letter(it[-1])) && (after == path.end() || !is_letter(*after))) return true;
  }
}

/// Paths that a file may be called by: whole, and without the torrent's name.
std::string_view without_root(std::string_view path) {
  auto const root = path.find('/');
  return root == std::string_view::npos ? path : path.substr(root + 1);
}

/// The files that somebody may choose, some of them.
template <class Wanted>
std::string list_of(Layout const& layout, Wanted wanted) {
  constexpr int most = 10;
  std::string list;
  int listed = 0;
  int left_out = 0;
  for (int i = 0; i < layout.file_count(); ++i) {
    if (layout.file(i).padding || !wanted(layout.file(i))) continue;
    if (listed == most) {
      ++left_out;
      continue;
    }
    list += (listed++ != 0 ? ", " : "") + std::to_string(i) + " = " + in_quotes(layout.file(i).path);
  }
  if (left_out != 0) list += " and " + std::to_string(left_out) + " more";
  return list;
}

std::string list_of(Layout const& layout) {
  return list_of(layout, [](File const&) { return true; });
}

[[noreturn]] void refuse(Layout const& layout, std::string const& what) {
  throw Error(Errc::not_found, what, "Choose one of: " + list_of(layout) + ".");
}

int choose(Layout const& layout, TheFilm) {
  // The best class that has a file; in it the largest, the first of equals.
  auto const rank = [&](File const& file) {
    if (media_kind(file.path) != video || file.size == 0) return 0;
    return is_sample(file.path) ? 1 : 2;
  };
  std::optional<int> best;
  for (int i = 0; i < layout.file_count(); ++i) {
    auto const& file = layout.file(i);
    if (file.padding) continue;
    if (!best || std::pair(rank(file), file.size) > std::pair(rank(layout.file(*best)), layout.file(*best).size))
      best = i;
  }
  return *best;
}

int choose(Layout const& layout, int index) {
  if (index < 0 || index >= layout.file_count())
    refuse(layout, "The torrent has no file number " + std::to_string(index) + "; its files are numbered 0 to " +
                       std::to_string(layout.file_count() - 1) + ".");
  if (layout.file(index).padding)
    refuse(layout, "File number " + std::to_string(index) + " of the torrent is only padding.");
  return index;
}

int choose(Layout const& layout, std::string const& path) {
  std::string_view wanted = path;
  while (wanted.starts_with("./") || wanted.starts_with('/')) wanted.remove_prefix(wanted.find('/') + 1);
  std::string_view (*const names[])(std::string_view) = {[](std::string_view p) { return p; }, without_root, file_name};
  for (auto const name : names) {
    std::optional<int> found;
    for (int i = 0; i < layout.file_count(); ++i) {
      if (layout.file(i).padding || name(layout.file(i).path) != wanted) continue;
      if (found)
        throw Error(Errc::not_found, "Several files of the torrent are called " + in_quotes(path) + ".",
                    "Give the path or the number of one: " + list_of(layout, [&](File const& file) {
                      return name(file.path) == wanted;
                    }) + ".");
      found = i;
    }
    if (found) return *found;
  }
  refuse(layout, "The torrent has no file " + in_quotes(path) + ".");
}

}  // namespace

MediaKind media_kind(std::string_view path) {
  auto const format = format_of(path);
  return format ? format->kind : other;
}

char const* mime_type(std::string_view path) {
  auto const format = format_of(path);
  return format ? format->mime_type : "application/octet-stream";
}

std::string_view file_name(std::string_view path) {
  auto const slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

int choose_file(Layout const& layout, FileChoice const& choice) {
  auto const& files = layout.files();
  if (std::all_of(files.begin(), files.end(), [](File const& file) { return file.padding; }))
    throw Error(Errc::not_found, "The torrent has no files.");
  return std::visit([&](auto const& which) { return choose(layout, which); }, choice);
}

std::optional<int> find_file(Layout const& layout, FileChoice const& choice) {
  try {
    return choose_file(layout, choice);
  } catch (Error const&) {
    return std::nullopt;
  }
}

bool is_whole(Layout const& layout, FileChoice const& choice, std::vector<bool> const& verified) {
  auto const file = find_file(layout, choice);
  if (!file || verified.empty()) return false;
  auto const pieces = layout.pieces_of(*file);
  return std::all_of(verified.begin() + pieces.first, verified.begin() + pieces.last, [](bool there) { return there; });
}

}  // namespace swarm
