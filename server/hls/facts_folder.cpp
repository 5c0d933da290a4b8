// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/facts_folder.hpp"

#include <glib.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace hls {

std::string FactsFolder::file_of(std::string film) const {
  std::replace(film.begin(), film.end(), '/', '-');
  return path_ + "/" + film + ".facts";
}

std::shared_ptr<Facts const> FactsFolder::read(std::string const& film) const {
  if (path_.empty()) return nullptr;
  g_autofree char* text = nullptr;
  gsize length = 0;
  if (!g_file_get_contents(file_of(film).c_str(), &text, &length, nullptr)) return nullptr;
  return facts_from({text, length});
}

void FactsFolder::write(std::string const& film, Facts const& facts) const {
  if (path_.empty()) return;
  auto const text = to_text(facts);
  g_autoptr(GError) error = nullptr;
  g_mkdir_with_parents(path_.c_str(), 0755);
  if (!g_file_set_contents(file_of(film).c_str(), text.data(), static_cast<gssize>(text.size()), &error))
    g_info("What was learnt of a film can't be kept: %s", error->message);
}

void FactsFolder::forget(std::string const& info_hash) const {
  if (path_.empty()) return;
  std::error_code error;
  for (std::filesystem::directory_iterator file(path_, error), end; !error && file != end; file.increment(error)) {
    std::error_code ignored;
    if (file->path().filename().string().starts_with(info_hash + "-")) std::filesystem::remove(file->path(), ignored);
  }
}

}  // namespace hls
