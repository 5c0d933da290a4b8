// SPDX-License-Identifier: LGPL-2.1-or-later
#include "soak/film.hpp"

#include <sstream>

namespace soak {

std::string Film::line() const {
  std::ostringstream out;
  out << "film " << slot << ' ' << seed << ' ' << size << ' ' << files.size();
  for (int const file : files) out << ' ' << file;
  out << ' ' << key << ' ' << lies << ' ' << description << ' ' << magnet;
  return out.str();
}

std::optional<Film> Film::parse(std::string const& line) {
  std::istringstream in(line);
  Film film;
  std::string word;
  std::size_t count = 0;
  if (!(in >> word >> film.slot >> film.seed >> film.size >> count) || word != "film") return std::nullopt;
  film.files.resize(count);
  for (auto& file : film.files) in >> file;
  if (!(in >> film.key >> film.lies >> film.description >> film.magnet)) return std::nullopt;
  return film;
}

}  // namespace soak
