// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/command.hpp"
#include "cli/text.hpp"
#include "swarm/error.hpp"
#include "swarm/locator.hpp"

#include <glib-unix.h>
#include <gst/gst.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <termios.h>
#include <unistd.h>

namespace cli {
namespace {

constexpr unsigned refresh_ms = 250;

/// Keys come one by one and unseen; as it was when this ends.
class RawTerminal {
 public:
  RawTerminal() : on_(isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!on_) return;
    auto raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  }
  ~RawTerminal() {
    if (on_) tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
  }
  [[nodiscard]] bool on() const { return on_; }

 private:
  termios before_{};
  bool on_;
};

class Player {
 public:
  Player(std::string const& uri, bool audio_only, bool quiet) : line_(quiet) {
    if (auto* plugin = gst_element_factory_find("torrentsrc"); plugin)
      gst_object_unref(plugin);
    else
      throw std::runtime_error(
          "The element torrentsrc is missing: install the plugin, or set GST_PLUGIN_PATH to the folder that it is in.");
    playbin_ = gst_element_factory_make("playbin3", nullptr);
    if (!playbin_) throw std::runtime_error("playbin3 is missing: install gstreamer1.0-plugins-base.");
    g_object_set(playbin_, "uri", uri.c_str(), nullptr);
    if (audio_only) g_object_set(playbin_, "video-sink", gst_element_factory_make("fakesink", nullptr), nullptr);
    loop_ = g_main_loop_new(nullptr, FALSE);
    GstBus* bus = gst_element_get_bus(playbin_);
    watch_ = gst_bus_add_watch(
        bus,
        [](GstBus*, GstMessage* message, gpointer self) -> gboolean {
          static_cast<Player*>(self)->hear(message);
          return G_SOURCE_CONTINUE;
        },
        this);
    gst_object_unref(bus);
    refresh_ = g_timeout_add(
        refresh_ms,
        [](gpointer self) -> gboolean {
          static_cast<Player*>(self)->show();
          return G_SOURCE_CONTINUE;
        },
        this);
    if (keys_.on())
      input_ = g_unix_fd_add(
          STDIN_FILENO, G_IO_IN,
          [](int, GIOCondition, gpointer self) -> gboolean {
            static_cast<Player*>(self)->read_keys();
            return G_SOURCE_CONTINUE;
          },
          this);
  }
  Player(Player const&) = delete;
  Player& operator=(Player const&) = delete;
  ~Player() {
    gst_element_set_state(playbin_, GST_STATE_NULL);
    for (auto const source : {watch_, refresh_, input_})
      if (source) g_source_remove(source);
    gst_object_unref(playbin_);
    g_main_loop_unref(loop_);
  }

  void run(std::stop_token const& stop) {
    std::stop_callback const quit(stop, [this] { g_main_loop_quit(loop_); });
    gst_element_set_state(playbin_, GST_STATE_PLAYING);
    if (!stop.stop_requested()) g_main_loop_run(loop_);
    line_.clear();
    if (!error_.empty()) throw std::runtime_error(error_);
  }

 private:
  void hear(GstMessage* message) {
    switch (GST_MESSAGE_TYPE(message)) {
      case GST_MESSAGE_ERROR: {
        g_autoptr(GError) error = nullptr;
        g_autofree char* advice = nullptr;
        gst_message_parse_error(message, &error, &advice);
        error_ = error->message;
        // torrentsrc says what to do in the debug text, after the place in its source.
        if (advice && GST_MESSAGE_SRC_NAME(message) &&
            std::string_view(GST_MESSAGE_SRC_NAME(message)).starts_with("torrentsrc"))
          error_ += std::string(" ") + (std::strrchr(advice, '\n') ? std::strrchr(advice, '\n') + 1 : advice);
        g_main_loop_quit(loop_);
        break;
      }
      case GST_MESSAGE_EOS:
        g_main_loop_quit(loop_);
        break;
      case GST_MESSAGE_BUFFERING: {
        gst_message_parse_buffering(message, &buffered_);
        obey();
        break;
      }
      case GST_MESSAGE_PROGRESS: {
        GstProgressType type;
        g_autofree char* code = nullptr;
        g_autofree char* text = nullptr;
        gst_message_parse_progress(message, &type, &code, &text);
        doing_ = type == GST_PROGRESS_TYPE_COMPLETE ? "" : text;
        break;
      }
      case GST_MESSAGE_CLOCK_LOST:
        gst_element_set_state(playbin_, GST_STATE_PAUSED);
        obey();
        break;
      default:
        break;
    }
  }

  /// It plays when the user wants it and the bytes are there.
  void obey() { gst_element_set_state(playbin_, paused_ || buffered_ < 100 ? GST_STATE_PAUSED : GST_STATE_PLAYING); }

  void read_keys() {
    char bytes[64];
    auto const got = read(STDIN_FILENO, bytes, sizeof bytes);
    for (std::string_view keys(bytes, got > 0 ? static_cast<std::size_t>(got) : 0); !keys.empty();) {
      if (keys.starts_with("\033[") && keys.size() >= 3) {
        switch (keys[2]) {
          case 'A':
            seek(60 * GST_SECOND);
            break;
          case 'B':
            seek(-60 * GST_SECOND);
            break;
          case 'C':
            seek(10 * GST_SECOND);
            break;
          case 'D':
            seek(-10 * GST_SECOND);
            break;
          default:
            break;
        }
        keys.remove_prefix(3);
        continue;
      }
      if (keys[0] == ' ' || keys[0] == 'p') {
        paused_ = !paused_;
        obey();
      } else if (keys[0] == 'q' || keys[0] == '\033') {
        g_main_loop_quit(loop_);
      }
      keys.remove_prefix(1);
    }
    show();
  }

  void seek(gint64 by) {
    gint64 now = 0, end = 0;
    if (!gst_element_query_position(playbin_, GST_FORMAT_TIME, &now)) return;
    auto to = std::max<gint64>(now + by, 0);
    if (gst_element_query_duration(playbin_, GST_FORMAT_TIME, &end) && end > 0) to = std::min(to, end);
    gst_element_seek_simple(playbin_, GST_FORMAT_TIME,
                            static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT), to);
  }

  void show() {
    gint64 now = 0, end = 0;
    if (!gst_element_query_position(playbin_, GST_FORMAT_TIME, &now)) {
      if (!doing_.empty()) line_.show(doing_);
      return;
    }
    gst_element_query_duration(playbin_, GST_FORMAT_TIME, &end);
    auto text = clock(std::chrono::seconds(now / GST_SECOND));
    if (end > 0)
      text += " / " + clock(std::chrono::seconds(end / GST_SECOND)) + "  " +
              bar(static_cast<double>(now) / static_cast<double>(end), 30);
    if (paused_) text += "  paused";
    if (buffered_ < 100) text += "  waiting for the swarm: " + std::to_string(buffered_) + " %";
    line_.show(text);
  }

  RawTerminal const keys_;
  ProgressLine line_;
  GstElement* playbin_ = nullptr;
  GMainLoop* loop_ = nullptr;
  guint watch_ = 0, refresh_ = 0, input_ = 0;
  bool paused_ = false;
  gint buffered_ = 100;
  std::string doing_, error_;
};

/// As torrentsrc wants it.
std::string uri_of(std::string const& text) {
  if (text.starts_with("magnet:") || text.starts_with("torrent:")) return text;
  auto const fragment = text.rfind("#file=");
  auto const name = text.substr(0, fragment), rest = fragment == std::string::npos ? "" : text.substr(fragment);
  if (!std::filesystem::exists(name)) return "torrent:" + swarm::Locator::parse(text).hash.key() + rest;
  g_autofree char* escaped = g_uri_escape_string(std::filesystem::absolute(name).c_str(), "/", FALSE);
  return std::string("torrent://") + escaped + rest;
}

int run(std::vector<std::string> arguments, std::stop_token stop) {
  gboolean audio_only = FALSE, quiet = FALSE;
  GOptionEntry const entries[] = {{"audio-only", 'a', 0, G_OPTION_ARG_NONE, &audio_only, "No window", nullptr},
                                  {"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Show no progress", nullptr},
                                  {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
  auto const rest = parse(play, std::move(arguments), entries,
                          "Keys: space pauses, left and right jump 10 s, up and down a minute, q ends.");
  if (rest.size() != 1) throw Usage("Give one torrent: a magnet link, an info hash or a .torrent file.");
  swarm::Locator::parse(rest[0]);  // says what is wrong with it
  gst_init(nullptr, nullptr);
  // Without a display GStreamer tries DirectFB, whose library then crashes the process.
  if (auto* dead = gst_registry_lookup_feature(gst_registry_get(), "dfbvideosink")) {
    gst_plugin_feature_set_rank(dead, GST_RANK_NONE);
    gst_object_unref(dead);
  }
  Player(uri_of(rest[0]), audio_only, quiet).run(stop);
  return done;
}

}  // namespace

Command const play = {"play", "TORRENT", "plays the film", run};

}  // namespace cli
