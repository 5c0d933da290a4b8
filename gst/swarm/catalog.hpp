// SPDX-License-Identifier: LGPL-2.1-or-later
// What the files of a torrent are for a player: kind, MIME type, which one is the film. Pure; reentrant.
#pragma once

#include "swarm/layout.hpp"
#include "swarm/locator.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace swarm {

enum class MediaKind { other, video, audio, subtitle };

/// By the extension of the path, any case. Unknown: `other`, "application/octet-stream".
MediaKind media_kind(std::string_view path);
/// A string with static lifetime.
char const* mime_type(std::string_view path);
/// Last component of a path.
std::string_view file_name(std::string_view path);

/// Index of the chosen file. Throws Error(not_found) that names the choice and what there is: no such index or
/// path, ambiguous name, a padding file, no files at all.
int choose_file(Layout const& layout, FileChoice const& choice);
/// The same, nullopt instead of an error.
std::optional<int> find_file(Layout const& layout, FileChoice const& choice);

/// All pieces of the chosen file are among the verified ones; false if there is no such file, or nothing is known.
bool is_whole(Layout const& layout, FileChoice const& choice, std::vector<bool> const& verified);

}  // namespace swarm
