// SPDX-License-Identifier: LGPL-2.1-or-later
// Cues of a track inside the film, as GStreamer's demuxers give them.
#include "hls/ass.hpp"
#include "hls/markup.hpp"
#include "hls/webvtt.hpp"

#include <algorithm>

namespace hls {
namespace {

struct Block {
  std::string_view settings, text;
};

/// Takes the first line away.
std::string_view line_of(std::string_view& text) {
  auto const end = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// What a WebVTT sample holds: "identifier\nsettings\ntext" in WebM, a small WebVTT file from qtdemux, or the bare
/// text.
std::vector<Block> blocks_of(std::string_view sample) {
  std::vector<Block> blocks;
  auto const whole = sample;
  if (sample.starts_with("WEBVTT") || sample.substr(0, sample.find("\n\n")).find("-->") != sample.npos) {
    while (!sample.empty() && blocks.size() < 100) {
      auto const line = line_of(sample);
      auto const arrow = line.find("-->");
      if (arrow == line.npos) continue;
      auto const rest = line.substr(std::min(line.find_first_not_of(" \t", arrow + 3), line.size()));
      auto const settings = rest.substr(std::min(rest.find_first_of(" \t"), rest.size()));
      auto const end = std::min(sample.find("\n\n"), sample.size());
      blocks.push_back({settings, sample.substr(0, end)});
      sample.remove_prefix(end);
    }
    return blocks;
  }
  auto const identifier = line_of(sample);
  auto const settings = line_of(sample);
  if (!sample.empty() && (identifier.empty() || settings.empty() || !clean_settings(settings).empty())) {
    return {{settings, sample}};
  }
  return {{{}, whole}};
}

std::string_view text_of(AccessUnit const& unit) {
  std::string_view text(reinterpret_cast<char const*>(unit.data.data()), unit.data.size());
  return text.substr(0, std::min(text.find('\0'), text.size()));
}

}  // namespace

std::vector<Cue> cues_of(Samples const& samples) {
  auto const& track = samples.track;
  std::vector<Cue> cues;
  auto const add = [&cues](AccessUnit const& unit, std::string text, std::string settings) {
    if (text.empty()) return;
    auto const end = unit.pts + std::clamp<Time>(unit.duration, {}, std::chrono::hours(24));
    cues.push_back({unit.pts, end, std::move(text), std::move(settings)});
  };
  AssScript const script(
      track.codec == Codec::ass
          ? std::string_view(reinterpret_cast<char const*>(track.codec_data.data()), track.codec_data.size())
          : std::string_view());
  auto const pango = track.caps.find("utf8") == std::string::npos;
  for (auto const& unit : samples.units) {
    auto const sample = text_of(unit);
    if (track.codec == Codec::ass) {
      auto shown = script.event(sample);
      add(unit, std::move(shown.text), std::move(shown.settings));
    } else if (track.codec == Codec::webvtt) {
      for (auto const& block : blocks_of(sample)) {
        CueText text;
        Placement ignored;
        put_markup(text, ignored, block.text, {.entities = true, .overrides = false});
        add(unit, text.take(), clean_settings(block.settings));
      }
    } else {
      CueText text;
      Placement placement;
      put_markup(text, placement, sample, {.entities = pango, .overrides = true});
      auto const lines = 1 + static_cast<int>(std::count(sample.begin(), sample.end(), '\n'));
      add(unit, text.take(), settings_of(placement, lines));
    }
  }
  tidy(cues);
  return cues;
}

}  // namespace hls
