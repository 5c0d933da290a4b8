// SPDX-License-Identifier: LGPL-2.1-or-later
// Films as libavformat and libavcodec see them: the judges of what is made of them.
#pragma once

#include "hls/av.hpp"
#include "hls/film.hpp"

#include <filesystem>
#include <functional>
#include <memory>

extern "C" {
#include <libavformat/avformat.h>
}

namespace hls_test {

struct CloseAvFile {
  void operator()(AVFormatContext* file) const { avformat_close_input(&file); }
};
using AvFile = std::unique_ptr<AVFormatContext, CloseAvFile>;

/// Its streams are known. Throws std::runtime_error.
[[nodiscard]] AvFile open_av(std::filesystem::path const& path);
/// All packets that are left, in file order.
void each_packet(AVFormatContext& file, std::function<void(AVPacket const&)> const& take);
/// Opened. `config`: its extradata. Throws std::runtime_error.
[[nodiscard]] hls::av::Codec decoder_of(AVCodecID id, hls::Bytes const& config);

/// hls::unknown_time for AV_NOPTS_VALUE.
[[nodiscard]] hls::Time time_of(std::int64_t value, AVRational base);
[[nodiscard]] hls::Codec codec_of(AVCodecID id);
[[nodiscard]] inline hls::Bytes config_of(AVCodecParameters const& of) {
  return {of.extradata, of.extradata + of.extradata_size};
}

}  // namespace hls_test
