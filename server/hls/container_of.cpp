// SPDX-License-Identifier: LGPL-2.1-or-later
// What a file is, by its content. Ours, as libavformat would read megabytes to be sure, and must be told the name.
#include "hls/iso_movie.hpp"
#include "hls/sound_frames.hpp"
#include "hls/timeline.hpp"
#include "hls/ts_pictures.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace hls {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::size_t at;
  std::string_view bytes;
  Container container;
};

constexpr std::array magics{
    Magic{0, "\x1A\x45\xDF\xA3"sv, Container::matroska},
    Magic{8, "AVI "sv, Container::avi},
    Magic{8, "AVIX"sv, Container::avi},
    Magic{8, "WAVE"sv, Container::wav},
    Magic{0, "FLV\x01"sv, Container::flv},
    Magic{0, "OggS"sv, Container::ogg},
    Magic{0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv, Container::asf},
    Magic{0, "\0\0\1\xBA"sv, Container::mpeg_ps},
    Magic{0, "fLaC"sv, Container::flac},
};

struct Ending {
  std::string_view ending;
  Container container;
};
constexpr std::array endings{
    Ending{".mpg", Container::mpeg_ps}, Ending{".mpeg", Container::mpeg_ps}, Ending{".vob", Container::mpeg_ps},
    Ending{".mp3", Container::mp3},     Ending{".mp2", Container::mp3},      Ending{".aac", Container::adts},
    Ending{".ac3", Container::ac3},     Ending{".eac3", Container::ac3},     Ending{".ec3", Container::ac3},
    Ending{".ts", Container::mpeg_ts},  Ending{".m2ts", Container::mpeg_ts}, Ending{".mts", Container::mpeg_ts},
};

/// Boxes that a file of ISO media or QuickTime may begin with.
bool begins_like_iso(std::string_view head) {
  if (head.size() < 8) return false;
  auto const type = head.substr(4, 4);
  constexpr std::array types{"ftyp"sv, "moov"sv, "mdat"sv, "moof"sv, "styp"sv, "sidx"sv,
                             "free"sv, "skip"sv, "wide"sv, "pnot"sv, "uuid"sv};
  return std::find(types.begin(), types.end(), type) != types.end();
}

/// Fragments follow a moov that has mvex. Reads headers only, wherever moov is.
Container kind_of_iso(ByteSource& source) {
  auto kind = Container::iso;
  each_box(source, 0, source.size(), [&](Box const& box) {
    if (box.type == fourcc("moof")) kind = Container::fragmented_iso;
    if (box.type == fourcc("moov"))
      each_box(source, box, [&](Box const& inner) {
        if (inner.type == fourcc("mvex")) kind = Container::fragmented_iso;
        return true;
      });
    return box.type != fourcc("moov") && box.type != fourcc("moof");
  });
  return kind;
}

bool ends_with(std::string name, std::string_view ending) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return name.ends_with(ending);
}

/// Frames of sound right at the begin, or behind a tag; three in a row, or as many as there are.
std::optional<Container> kind_of_sound(ByteSource& source, std::int64_t begin, bool tagged) {
  constexpr int in_a_row = 3;
  constexpr std::int64_t most_junk = 4096;
  for (auto const container : {Container::adts, Container::ac3, Container::mp3}) {
    auto const first = first_sound_frame(source, container, begin);
    if (!first || (*first > begin + (tagged ? most_junk : 0))) continue;
    auto position = *first;
    int frames = 0;
    for (; frames < in_a_row && position < source.size(); ++frames) {
      auto const frame = sound_frame(container, read_bytes(source, position, 8));
      if (!frame) break;
      position += frame->bytes;
    }
    if (frames == in_a_row || (frames > 0 && position >= source.size())) return container;
  }
  return std::nullopt;
}

}  // namespace

Container container_of(ByteSource& source, std::string const& name) {
  auto const begin = behind_id3(source);
  auto const head = read_bytes(source, begin, 4096);
  std::string_view const text(reinterpret_cast<char const*>(head.data()), head.size());
  for (auto const& magic : magics)
    if (text.size() >= magic.at && text.substr(magic.at).starts_with(magic.bytes)) return magic.container;
  if (begins_like_iso(text)) return kind_of_iso(source);
  if (auto const sound = kind_of_sound(source, begin, begin > 0)) return *sound;
  auto const more = read_bytes(source, begin, std::size_t{64} * 1024);
  if (ts_stride(more)) return Container::mpeg_ts;
  // Nothing at its very begin: damaged, or cut out of something longer.
  for (auto const& row : endings) {
    if (!ends_with(name, row.ending)) continue;
    std::string_view const all(reinterpret_cast<char const*>(more.data()), more.size());
    if (row.container == Container::mpeg_ps && all.find("\0\0\1\xBA"sv) == all.npos &&
        all.find("\0\0\1\xB3"sv) == all.npos)
      continue;
    if (row.container == Container::mpeg_ts) continue;
    if (row.container != Container::mpeg_ps && !first_sound_frame(source, row.container, begin)) continue;
    return row.container;
  }
  return Container::other;
}

}  // namespace hls
