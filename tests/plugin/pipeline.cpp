// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipeline.hpp"

#include <stdexcept>

namespace tests {

std::string any_magnet() { return "magnet:?xt=urn:btih:" + std::string(40, 'a'); }

Ref<GstElement> make_source(std::string const& uri) {
  auto source = Ref<GstElement>::sink(gst_element_factory_make("torrentsrc", nullptr));
  if (!source) throw std::runtime_error("there is no element torrentsrc: is GST_PLUGIN_PATH set?");
  if (!uri.empty()) g_object_set(source.get(), "uri", uri.c_str(), nullptr);
  return source;
}

Failure failure_of(GstMessage* message) {
  glib::Unique<GError> error;
  glib::Unique<gchar> debug;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING)
    gst_message_parse_warning(message, glib::Out(error), glib::Out(debug));
  else
    gst_message_parse_error(message, glib::Out(error), glib::Out(debug));
  return {error->domain, error->code, error->message, debug ? debug.get() : ""};
}

static Ref<GstElement> launch(std::string const& description) {
  glib::Unique<GError> error;
  auto element = Ref<GstElement>::sink(gst_parse_launch(description.c_str(), glib::Out(error)));
  if (error) throw std::runtime_error(description + ": " + error->message);
  if (GST_IS_PIPELINE(element.get())) return element;
  auto pipeline = Ref<GstElement>::sink(gst_pipeline_new(nullptr));
  gst_bin_add(GST_BIN(pipeline.get()), element.get());
  return pipeline;
}

Pipeline::Pipeline(std::string const& description) : Pipeline(launch(description)) {}

Pipeline::Pipeline(Ref<GstElement> element)
    : element_(std::move(element)), bus_(Ref<GstBus>::adopt(gst_element_get_bus(element_.get()))) {}

Pipeline::~Pipeline() { set(GST_STATE_NULL); }

Ref<GstElement> Pipeline::operator[](char const* name) const {
  return Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(element_.get()), name));
}

milliseconds Pipeline::timed(GstState state) {
  auto const start = std::chrono::steady_clock::now();
  set(state);
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
}

bool Pipeline::reaches(GstState state, milliseconds timeout) {
  GstState now = GST_STATE_NULL;
  auto const result =
      gst_element_get_state(element_.get(), &now, nullptr, static_cast<GstClockTime>(timeout.count()) * GST_MSECOND);
  return result != GST_STATE_CHANGE_FAILURE && now == state;
}

Ref<GstMessage> Pipeline::wait(GstMessageType types, milliseconds timeout) {
  auto const until = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    auto const left = std::chrono::duration_cast<std::chrono::nanoseconds>(until - std::chrono::steady_clock::now());
    auto message = Ref<GstMessage>::adopt(
        gst_bus_timed_pop_filtered(bus_.get(), left.count() > 0 ? static_cast<GstClockTime>(left.count()) : 0,
                                   static_cast<GstMessageType>(types | GST_MESSAGE_ERROR)));
    if (message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR) {
      auto const failure = failure_of(message.get());
      error_ = failure.text + " | " + failure.debug;
      if (!(types & GST_MESSAGE_ERROR)) return nullptr;
    }
    return message;
  }
}

Ref<GstMessage> Pipeline::wait_element(char const* name, milliseconds timeout) {
  auto const until = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    auto const left = std::chrono::duration_cast<milliseconds>(until - std::chrono::steady_clock::now());
    auto message = wait(GST_MESSAGE_ELEMENT, std::max(left, milliseconds(0)));
    if (!message || gst_message_has_name(message.get(), name)) return message;
  }
}

bool Pipeline::ends(milliseconds timeout) {
  auto const message = wait(GST_MESSAGE_EOS, timeout);
  return message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS;
}

std::vector<Ref<GstMessage>> Pipeline::drain() {
  std::vector<Ref<GstMessage>> all;
  while (auto* message = gst_bus_pop(bus_.get())) all.push_back(Ref<GstMessage>::adopt(message));
  return all;
}

Puller::Puller(GstElement* source)
    : source_(Ref<GstElement>::share(source)), pad_(Ref<GstPad>::adopt(gst_element_get_static_pad(source, "src"))) {
  gst_element_set_state(source, GST_STATE_READY);
  active_ = gst_pad_activate_mode(pad_.get(), GST_PAD_MODE_PULL, TRUE);
}

Puller::~Puller() {
  deactivate();
  gst_element_set_state(source_.get(), GST_STATE_NULL);
}

void Puller::deactivate() {
  if (active_) gst_pad_activate_mode(pad_.get(), GST_PAD_MODE_PULL, FALSE);
  active_ = false;
}

std::string Puller::pull(std::uint64_t offset, guint length, GstFlowReturn* flow, Ref<GstBuffer>* buffer) {
  GstBuffer* raw = nullptr;
  auto const result = gst_pad_get_range(pad_.get(), offset, length, &raw);
  if (flow) *flow = result;
  auto got = Ref<GstBuffer>::adopt(result == GST_FLOW_OK ? raw : nullptr);
  if (buffer) *buffer = got;
  return got ? bytes_of(got.get()) : "";
}

std::string bytes_of(GstBuffer* buffer) {
  std::string bytes(gst_buffer_get_size(buffer), '\0');
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  return bytes;
}

}  // namespace tests
