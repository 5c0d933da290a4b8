// SPDX-License-Identifier: LGPL-2.1-or-later
// libavformat 59 writes TTML but can't read it; GLib's parser does the XML.
#include "hls/ttml.hpp"

#include "hls/cue_text.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <memory>
#include <optional>

namespace hls {
namespace {

using Seconds = std::chrono::duration<double>;
constexpr std::size_t most_cues = 200000;
constexpr std::size_t deepest = 64;

std::optional<double> number(std::string_view text) {
  double value = 0;
  auto const [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || at != text.data() + text.size() || !(value >= 0 && value < 1e9)) return std::nullopt;
  return value;
}

/// "tts:fontStyle" -> "fontStyle": prefixes are the author's choice.
std::string_view local(std::string_view name) { return name.substr(name.find(':') + 1); }

class Reader {
 public:
  std::vector<Cue> read(std::string_view xml) {
    static constexpr GMarkupParser parser{start, end, text, nullptr, nullptr};
    std::unique_ptr<GMarkupParseContext, decltype(&g_markup_parse_context_free)> const context(
        g_markup_parse_context_new(&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, this, nullptr), g_markup_parse_context_free);
    g_markup_parse_context_parse(context.get(), xml.data(), static_cast<gssize>(xml.size()), nullptr);
    return std::move(cues_);
  }

 private:
  struct Element {
    Seconds begin{};
    std::optional<Seconds> end;
    TextStyle style;
    bool top = false;
    bool cue = false, keeps_space = false;
  };
  using Attributes = std::map<std::string, std::string, std::less<>>;

  static void start(GMarkupParseContext*, char const* name, char const** names, char const** values, gpointer self,
                    GError** error) {
    Attributes attributes;
    for (; *names != nullptr; ++names, ++values) attributes.insert_or_assign(std::string(local(*names)), *values);
    if (!static_cast<Reader*>(self)->open(local(name), attributes)) {
      g_set_error_literal(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "too deep or too much");
    }
  }
  static void end(GMarkupParseContext*, char const* name, gpointer self, GError**) {
    static_cast<Reader*>(self)->close(local(name));
  }
  static void text(GMarkupParseContext*, char const* text, gsize size, gpointer self, GError**) {
    static_cast<Reader*>(self)->put({text, size});
  }

  bool open(std::string_view name, Attributes const& attributes) {
    if (open_.size() > deepest || cues_.size() > most_cues) return false;
    auto now = open_.empty() ? Element() : open_.back();
    now.cue = false;
    auto const value = [&attributes](std::string_view key) {
      auto const found = attributes.find(key);
      return found == attributes.end() ? std::string_view() : std::string_view(found->second);
    };
    if (name == "tt") {
      auto const rate = number(value("frameRate"));
      if (rate && *rate > 0) rate_ = *rate;
      auto const ratio = value("frameRateMultiplier");
      auto const space = ratio.find_first_of(" :");
      if (space != ratio.npos) {
        auto const up = number(ratio.substr(0, space)), down = number(ratio.substr(space + 1));
        if (up && down && *up > 0 && *down > 0) rate_ *= *up / *down;
      }
      auto const ticks = number(value("tickRate"));
      if (ticks && *ticks > 0) ticks_ = *ticks;
    }
    if (name == "br") text_.put("\n");
    if (name == "style" || name == "region") remember(name, attributes);
    if (auto const found = styles_.find(value("style")); found != styles_.end()) now.style = found->second;
    if (auto const found = tops_.find(value("region")); found != tops_.end()) now.top = found->second;
    style(now.style, attributes);
    if (!value("space").empty()) now.keeps_space = value("space") == "preserve";
    time(now, value("begin"), value("end"), value("dur"));
    if (name == "p" || (name == "span" && !value("begin").empty())) {
      flush();
      now.cue = true;
    }
    open_.push_back(now);
    return true;
  }

  void close(std::string_view) {
    if (open_.empty()) return;
    if (open_.back().cue) flush();
    open_.pop_back();
  }

  void put(std::string_view text) {
    if (open_.empty() || std::none_of(open_.begin(), open_.end(), [](auto const& e) { return e.cue; })) return;
    text_.set(open_.back().style);
    std::string plain(text);
    if (!open_.back().keeps_space) std::replace(plain.begin(), plain.end(), '\n', ' ');
    text_.put(plain);
  }

  /// The text so far belongs to the innermost open cue.
  void flush() {
    auto const cue = std::find_if(open_.rbegin(), open_.rend(), [](auto const& e) { return e.cue; });
    auto text = text_.take();
    if (cue == open_.rend() || text.empty()) return;
    auto const ends = cue->end.value_or(cue->begin);
    cues_.push_back({nanoseconds(cue->begin), nanoseconds(ends), std::move(text), cue->top ? "line:0" : ""});
  }

  void remember(std::string_view name, Attributes const& attributes) {
    auto const id = attributes.find("id");
    if (id == attributes.end() || styles_.size() + tops_.size() > 10000) {
      // <region><style tts:…/></region>: what it says is the region's.
      if (name == "style" && !region_.empty()) region(region_, attributes);
      return;
    }
    if (name == "style") {
      style(styles_[id->second], attributes);
    } else {
      region_ = id->second;
      region(region_, attributes);
    }
  }
  void region(std::string const& id, Attributes const& attributes) {
    auto& top = tops_[id];
    if (auto const found = attributes.find("displayAlign"); found != attributes.end()) top = found->second == "before";
    if (auto const found = attributes.find("origin"); found != attributes.end()) {
      auto const space = found->second.find(' ');
      auto const percent = found->second.find('%', space == std::string::npos ? 0 : space);
      if (space == std::string::npos || percent == std::string::npos) return;
      auto const y = number(std::string_view(found->second).substr(space + 1, percent - space - 1));
      if (y && *y >= 50) top = false;
    }
  }
  static void style(TextStyle& style, Attributes const& attributes) {
    for (auto const& [key, value] : attributes) {
      if (key == "fontStyle") style.italic = value == "italic" || value == "oblique";
      if (key == "fontWeight") style.bold = value == "bold";
      if (key == "textDecoration") style.underline = value == "underline";
    }
  }

  void time(Element& element, std::string_view begin, std::string_view end, std::string_view length) const {
    auto const origin = element.begin;  // of the parent, by timeContainer="par"
    if (auto const at = time_of(begin)) element.begin = origin + *at;
    if (auto const at = time_of(end)) element.end = origin + *at;
    if (auto const at = time_of(length)) element.end = element.begin + *at;
  }
  /// "01:02:03.5", "01:02:03:12" (frames), "12.5s", "300f", "90000t".
  std::optional<Seconds> time_of(std::string_view text) const {
    if (text.find(':') == text.npos) {
      struct Unit {
        std::string_view name;
        double seconds;
      };
      std::array const units{Unit{"ms", 0.001}, Unit{"h", 3600},      Unit{"m", 60},
                             Unit{"s", 1},      Unit{"f", 1 / rate_}, Unit{"t", 1 / ticks_.value_or(rate_)}};
      for (auto const& unit : units) {
        if (!text.ends_with(unit.name)) continue;
        auto const value = number(text.substr(0, text.size() - unit.name.size()));
        if (value) return Seconds(*value * unit.seconds);
      }
      return std::nullopt;
    }
    static constexpr std::array weights{3600.0, 60.0, 1.0};
    double seconds = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      auto const colon = std::min(text.find(':'), text.size());
      auto const value = number(text.substr(0, colon));
      if (!value) return std::nullopt;
      seconds += *value * (i < 3 ? weights.at(i) : 1 / rate_);
      text.remove_prefix(std::min(colon + 1, text.size()));
      if (text.empty()) break;
    }
    return Seconds(seconds);
  }
  static Time nanoseconds(Seconds time) {
    // Rounded to microseconds, so that 0.1 + 0.2 is what people mean.
    return std::chrono::microseconds(std::llround(std::clamp(time.count(), 0.0, 1e9) * 1e6));
  }

  double rate_ = 30;  // TTML 1 6.2.4
  std::optional<double> ticks_;
  std::map<std::string, TextStyle, std::less<>> styles_;
  std::map<std::string, bool, std::less<>> tops_;
  std::string region_;
  std::vector<Element> open_;
  CueText text_;
  std::vector<Cue> cues_;
};

}  // namespace

std::vector<Cue> read_ttml(std::string_view utf8) { return Reader().read(utf8); }

}  // namespace hls
