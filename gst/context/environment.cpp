// SPDX-License-Identifier: LGPL-2.1-or-later
#include "context/environment.hpp"

#include "glib/unique.hpp"
#include "swarm/error.hpp"

#include <string>
#include <variant>

namespace context {

namespace {

using swarm::Settings;

struct Row {
  char const* name;
  std::variant<bool Settings::*, int Settings::*, std::string Settings::*> member;
};

constexpr Row table[] = {
    {"download-path", &Settings::download_path},
    {"state-path", &Settings::state_path},
    {"listen", &Settings::listen},
    {"user-agent", &Settings::user_agent},
    {"dht", &Settings::dht},
    {"lsd", &Settings::lsd},
    {"pex", &Settings::pex},
    {"port-mapping", &Settings::port_mapping},
    {"inject-trackers", &Settings::inject_trackers},
    {"max-connections", &Settings::max_connections},
    {"download-limit", &Settings::download_limit},
    {"upload-limit", &Settings::upload_limit},
    {"restore", &Settings::restore},
    {"allow-multiple-per-address", &Settings::allow_multiple_per_address},
};

[[noreturn]] void fail(std::string const& what) {
  throw swarm::Error(swarm::Errc::bad_input, "GST_TORRENT_SESSION: " + what,
                     "Write it like \"dht=false, listen=0.0.0.0:6881\".");
}

std::string as_text(GValue const* value) {
  if (G_VALUE_HOLDS_STRING(value)) return g_value_get_string(value) ? g_value_get_string(value) : "";
  glib::Unique<gchar> text(gst_value_serialize(value));
  return text ? text.get() : "";
}

template <class T>
T as(GValue const* value, GType type, T (*get)(GValue const*), std::string const& name) {
  GValue converted = G_VALUE_INIT;
  g_value_init(&converted, type);
  // From text in any case: "1" is a number to GStreamer, but may be meant as a truth value.
  bool const good = gst_value_deserialize(&converted, as_text(value).c_str());
  T const result = good ? get(&converted) : T{};
  g_value_unset(&converted);
  if (!good) fail("\"" + as_text(value) + "\" is no value for " + name + ".");
  return result;
}

void set(Settings& settings, Row const& row, GValue const* value) {
  if (auto const* flag = std::get_if<bool Settings::*>(&row.member))
    settings.*(*flag) = as<gboolean>(value, G_TYPE_BOOLEAN, g_value_get_boolean, row.name);
  else if (auto const* number = std::get_if<int Settings::*>(&row.member))
    settings.*(*number) = as<gint>(value, G_TYPE_INT, g_value_get_int, row.name);
  else
    settings.*std::get<std::string Settings::*>(row.member) = as_text(value);
}

}  // namespace

void apply_settings(Settings& settings, char const* text) {
  glib::Unique<GstStructure> fields(gst_structure_from_string((std::string("session, ") + text).c_str(), nullptr));
  if (!fields) fail("\"" + std::string(text) + "\" can't be read.");
  for (int i = 0; i < gst_structure_n_fields(fields.get()); ++i) {
    std::string const name = gst_structure_nth_field_name(fields.get(), static_cast<guint>(i));
    Row const* found = nullptr;
    for (auto const& row : table)
      if (name == row.name) found = &row;
    if (!found) fail("there is no setting \"" + name + "\".");
    set(settings, *found, gst_structure_get_value(fields.get(), name.c_str()));
  }
}

void apply_environment(Settings& settings) {
  if (auto const* text = g_getenv("GST_TORRENT_SESSION"); text && *text) apply_settings(settings, text);
}

}  // namespace context
