// SPDX-License-Identifier: LGPL-2.1-or-later
// GStreamer for tests: a pipeline that ends with its scope, its messages, and pads to push into or pull from.
#pragma once

#include "glib/ref.hpp"
#include "glib/unique.hpp"

#include <gst/gst.h>

#include <chrono>
#include <string>
#include <vector>

namespace tests {

using glib::Ref;
using std::chrono::milliseconds;

inline constexpr milliseconds soon{10000};

/// A link that every test may use where a fake session answers: the torrent it names is nobody's.
std::string any_magnet();

/// A torrentsrc of its own, floating reference sunk.
Ref<GstElement> make_source(std::string const& uri = any_magnet());

struct Failure {
  GQuark domain = 0;
  int code = 0;
  std::string text;
  std::string debug;
};
Failure failure_of(GstMessage* message);

/// A top-level pipeline; NULL and gone at the end of its life.
class Pipeline {
 public:
  /// As gst-launch-1.0 takes it. Throws std::runtime_error.
  explicit Pipeline(std::string const& description);
  /// Takes over a whole pipeline or an element such as playbin3.
  explicit Pipeline(Ref<GstElement> element);
  Pipeline(Pipeline const&) = delete;
  ~Pipeline();

  [[nodiscard]] GstElement* get() const { return element_.get(); }
  [[nodiscard]] Ref<GstElement> operator[](char const* name) const;
  GstStateChangeReturn set(GstState state) { return gst_element_set_state(element_.get(), state); }
  /// Time that set() takes.
  milliseconds timed(GstState state);
  bool reaches(GstState state, milliseconds timeout = soon);

  /// Next message of these types; null when the time is over. An error that is not asked for ends the wait, too:
  /// see error().
  Ref<GstMessage> wait(GstMessageType types, milliseconds timeout = soon);
  /// Next element message of that name.
  Ref<GstMessage> wait_element(char const* name, milliseconds timeout = soon);
  /// EOS without an error in between.
  bool ends(milliseconds timeout = std::chrono::seconds(60));
  /// Text and advice of the error that came, "" if none.
  [[nodiscard]] std::string const& error() const { return error_; }
  /// All messages so far, taken from the bus.
  std::vector<Ref<GstMessage>> drain();
  [[nodiscard]] GstBus* bus() const { return bus_.get(); }

 private:
  Ref<GstElement> element_;
  Ref<GstBus> bus_;
  std::string error_;
};

/// The src pad of an element in pull mode, as a demuxer has it.
class Puller {
 public:
  explicit Puller(GstElement* source);
  ~Puller();
  /// One range; `flow` tells how it went.
  std::string pull(std::uint64_t offset, guint length, GstFlowReturn* flow = nullptr, Ref<GstBuffer>* buffer = nullptr);
  [[nodiscard]] GstPad* pad() const { return pad_.get(); }
  [[nodiscard]] bool active() const { return active_; }
  void deactivate();

 private:
  Ref<GstElement> source_;
  Ref<GstPad> pad_;
  bool active_ = false;
};

std::string bytes_of(GstBuffer* buffer);

}  // namespace tests
