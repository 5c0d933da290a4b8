// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/rendition.hpp"

#include <charconv>

namespace hls {
namespace {

constexpr std::string_view coded_video = "h264", coded_sound = "aac";

/// "12" off the front; no sign, no leading zeros: each thing has one name.
std::optional<int> take_number(std::string_view& text) {
  int number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  auto const digits = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || digits == 0 || text.front() == '-' || (digits > 1 && text.front() == '0'))
    return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

std::optional<Part> take_part(std::string_view& text, std::string_view coded) {
  auto const track = take_number(text);
  if (!track) return std::nullopt;
  return Part{*track, take(text, coded)};
}

std::string text_of(Part const& part, std::string_view coded) {
  return std::to_string(part.track) + (part.coded ? std::string(coded) : std::string());
}

}  // namespace

std::string package_name(Packaging packaging) {
  return (packaging == Packaging::ts ? "ts." : "fmp4.") + std::to_string(packager_version);
}

std::string name_of(Rendition const& rendition) {
  if (rendition.text) return "s" + std::to_string(*rendition.text);
  if (rendition.sidecar) return "x" + std::to_string(*rendition.sidecar);
  std::string name;
  if (rendition.video) name = (rendition.key_frames ? "i" : "v") + text_of(*rendition.video, coded_video);
  if (rendition.sound) name += (name.empty() ? "a" : "-a") + text_of(*rendition.sound, coded_sound);
  return name;
}

std::optional<Rendition> parse_rendition(std::string_view package, std::string_view name) {
  Rendition rendition;
  if (package == package_name(Packaging::fmp4))
    rendition.packaging = Packaging::fmp4;
  else if (package != package_name(Packaging::ts))
    return std::nullopt;

  auto rest = name;
  if (take(rest, "s")) {
    if (!(rendition.text = take_number(rest))) return std::nullopt;
  } else if (take(rest, "x")) {
    if (!(rendition.sidecar = take_number(rest))) return std::nullopt;
  } else {
    bool const key_frames = rest.starts_with("i");
    if (key_frames || rest.starts_with("v")) {
      rest.remove_prefix(1);
      rendition.key_frames = key_frames;
      if (!(rendition.video = take_part(rest, coded_video))) return std::nullopt;
      if (!rest.empty() && (key_frames || !take(rest, "-") || rest.empty())) return std::nullopt;
    }
    if (!rest.empty() && (!take(rest, "a") || !(rendition.sound = take_part(rest, coded_sound)))) return std::nullopt;
    if (!rendition.video && !rendition.sound) return std::nullopt;
  }
  if (!rest.empty()) return std::nullopt;
  return rendition;
}

}  // namespace hls
