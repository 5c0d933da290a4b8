// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.hpp"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <optional>

namespace {

constexpr char const* group = "gst-torrent";

[[noreturn]] void wrong(Setting const& setting, std::string const& value, std::string const& where,
                        std::string const& allowed) {
  throw ConfigError(setting.name + " is \"" + (setting.secret ? "…" : without_secrets(value)) + "\" " + where +
                    "; allowed: " + allowed + ".");
}

std::string trimmed(std::string const& text) {
  std::string copy = text;
  g_strstrip(copy.data());
  copy.resize(std::strlen(copy.c_str()));
  return copy;
}

std::vector<std::string> items(std::string const& text) {
  std::vector<std::string> list;
  for (std::size_t at = 0; at < text.size();) {
    auto end = std::min(text.find_first_of(", \t\r\n", at), text.size());
    if (end > at) list.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return list;
}

/// The setting whose name is most like it, if any is.
std::string nearest(std::string const& name) {
  auto distance = [](std::string const& a, std::string const& b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
      auto diagonal = std::exchange(row[0], i);
      for (std::size_t j = 1; j <= b.size(); ++j) {
        auto change = diagonal + (g_ascii_toupper(a[i - 1]) == b[j - 1] ? 0 : 1);
        diagonal = std::exchange(row[j], std::min({change, row[j] + 1, row[j - 1] + 1}));
      }
    }
    return row.back();
  };
  std::string best;
  std::size_t least = name.size() / 2 + 1;
  for (auto const& setting : settings_table())
    if (auto far = distance(name, setting.name); far < least) {
      least = far;
      best = setting.name;
    }
  return best;
}

/// Later wins, so a value that is overridden need not be right; each is checked once, where it is taken from.
struct Found {
  std::string value, where;
};
using Values = std::map<std::string, Found>;

void read_file(Values& values, std::string const& path) {
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_autoptr(GError) error = nullptr;
  if (!g_key_file_load_from_file(file, path.c_str(), G_KEY_FILE_NONE, &error))
    throw ConfigError("The key file " + path + " can't be read: " + error->message + ".");
  g_auto(GStrv) groups = g_key_file_get_groups(file, nullptr);
  for (char** name = groups; *name; ++name)
    if (std::string_view(*name) != group)
      throw ConfigError("The key file " + path + " has a group [" + *name + "]; there is only [" + group + "].");
  g_auto(GStrv) keys = g_key_file_get_keys(file, group, nullptr, nullptr);
  for (char** key = keys; key && *key; ++key) {
    auto const& table = settings_table();
    bool known = std::any_of(table.begin(), table.end(), [&](Setting const& s) { return s.name == *key; });
    if (!known) {
      auto like = nearest(*key);
      throw ConfigError("The key file " + path + " sets " + *key + ", which is no setting" +
                        (like.empty() ? "" : "; did you mean " + like) + "? (--help lists all.)");
    }
    g_autofree char* value = g_key_file_get_value(file, group, *key, nullptr);
    values[*key] = {value ? value : "", "in " + path};
  }
}

void read_env(Values& values) {
  for (auto const& setting : settings_table())
    if (auto value = g_getenv(setting.name.c_str())) values[setting.name] = {value, "in the environment"};
}

void take_over(Config& config, Values const& values) {
  for (auto const& setting : settings_table())
    if (auto found = values.find(setting.name); found != values.end())
      set_setting(config, setting, found->second.value, found->second.where);
}

std::string option_name(std::string const& name) {
  std::string option = name;
  std::transform(option.begin(), option.end(), option.begin(),
                 [](char c) { return c == '_' ? '-' : g_ascii_tolower(c); });
  return option;
}

std::string default_file() {
  g_autofree char* user = g_build_filename(g_get_user_config_dir(), "gst-torrent.conf", nullptr);
  for (auto path : {static_cast<char const*>(user), "/etc/gst-torrent.conf"})
    if (g_file_test(path, G_FILE_TEST_EXISTS)) return path;
  return {};
}

}  // namespace

void set_setting(Config& config, Setting const& setting, std::string const& given, std::string const& where) {
  auto value = trimmed(given);
  struct Set {
    Config& config;
    Setting const& setting;
    std::string const& value;
    std::string const& where;
    void operator()(std::string Config::*member) const {
      auto const& choices = setting.choices;
      if (!choices.empty() && std::find(choices.begin(), choices.end(), value) == choices.end())
        wrong(setting, value, where, setting.allowed);
      if (setting.valid && !setting.valid(value)) wrong(setting, value, where, setting.allowed);
      if (!g_utf8_validate(value.c_str(), -1, nullptr)) wrong(setting, "…", where, "UTF-8 text");
      config.*member = value;
    }
    void operator()(std::int64_t Config::*member) const {
      std::int64_t number = 0;
      auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
      if (error != std::errc() || end != value.data() + value.size() || number < setting.least || number > setting.most)
        wrong(setting, value, where, "a whole number, " + setting.allowed);
      config.*member = number;
    }
    void operator()(bool Config::*member) const {
      auto is = [&](std::initializer_list<char const*> words) {
        return std::any_of(words.begin(), words.end(),
                           [&](char const* word) { return g_ascii_strcasecmp(word, value.c_str()) == 0; });
      };
      if (is({"true", "1", "yes", "on"}))
        config.*member = true;
      else if (is({"false", "0", "no", "off"}))
        config.*member = false;
      else
        wrong(setting, value, where, setting.allowed);
    }
    void operator()(std::vector<std::string> Config::*member) const {
      auto list = items(value);
      for (auto const& item : list)
        if (setting.valid && !setting.valid(item)) wrong(setting, item, where, setting.allowed);
      config.*member = std::move(list);
    }
  };
  std::visit(Set{config, setting, value, where}, setting.member);
}

Config default_config() {
  Config config;
  for (auto const& setting : settings_table()) set_setting(config, setting, setting.initial, "by default");
  return config;
}

void read_key_file(Config& config, std::string const& path) {
  Values values;
  read_file(values, path);
  take_over(config, values);
}

void read_environment(Config& config) {
  Values values;
  read_env(values);
  take_over(config, values);
}

CommandLine read_command_line(int argc, char** argv) {
  auto const& table = settings_table();
  std::vector<char*> given(table.size(), nullptr);
  std::vector<std::string> names, helps;
  for (auto const& setting : table) {
    names.push_back(option_name(setting.name));
    helps.push_back(setting.help + (setting.initial.empty() || setting.name == "TORRENT_TRACKERS"
                                        ? ""
                                        : " (" + setting.initial + ")"));
  }
  g_autofree char* file = nullptr;
  gboolean print = FALSE, version = FALSE;
  std::vector<GOptionEntry> entries = {
      {"config", 'c', 0, G_OPTION_ARG_FILENAME, &file, "key file with settings", "FILE"},
      {"print-config", 0, 0, G_OPTION_ARG_NONE, &print, "print a sample key file with all defaults, and end", nullptr},
      {"version", 0, 0, G_OPTION_ARG_NONE, &version, "print the version, and end", nullptr}};
  for (std::size_t i = 0; i < table.size(); ++i)
    entries.push_back({names[i].c_str(), 0, 0, G_OPTION_ARG_STRING, &given[i], helps[i].c_str(), "VALUE"});
  entries.push_back({});

  g_autoptr(GOptionContext) context = g_option_context_new(nullptr);
  g_option_context_set_summary(context, "Streams files of BitTorrent swarms over HTTP.");
  g_option_context_set_description(context,
                                   "Each setting can also be given in a key file (see --print-config) or in the "
                                   "environment, by its name in capitals\n"
                                   "with underscores (PORT, TORRENT_DOWNLOAD_PATH …); the command line wins over the "
                                   "environment, and that over the\n"
                                   "file. docs/configuration.md tells more.");
  g_option_context_add_main_entries(context, entries.data(), nullptr);
  g_autoptr(GError) error = nullptr;
  bool understood = g_option_context_parse(context, &argc, &argv, &error);

  Values values;
  CommandLine made;
  if (understood && argc == 1 && !print && !version) {
    auto path = file ? std::string(file) : default_file();
    if (!path.empty()) read_file(values, path);
    read_env(values);
  }
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (given[i]) values[table[i].name] = {given[i], "on the command line"};
    g_free(given[i]);
  }
  if (!understood) throw ConfigError(std::string(error->message) + ". (--help lists all options.)");
  if (argc > 1) throw ConfigError(std::string("Unexpected argument \"") + argv[1] + "\". (--help lists all options.)");
  if (print) made.answer = sample_key_file();
  if (version) made.answer = "gst-torrent-server " GST_TORRENT_VERSION "\n";
  made.config = default_config();
  if (auto profile = values.find("TORRENT_PROFILE"); profile != values.end())
    apply_profile(made.config, trimmed(profile->second.value));
  take_over(made.config, values);
  if (made.config.tls_cert.empty() && !made.config.tls_key.empty())
    throw ConfigError("TLS_KEY is set but TLS_CERT is not; allowed: both, TLS_CERT alone, or none.");
  return made;
}
