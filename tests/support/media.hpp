// SPDX-License-Identifier: LGPL-2.1-or-later
// Small media files, made on the spot with ffmpeg and kept in the build folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

namespace support {

enum class Container {
  mp4,                    ///< H.264, AAC; moov at the end
  mp4_faststart,          ///< moov in front
  mp4_fragmented,         ///< moof + mdat
  mp4_interleaved_badly,  ///< moov at the end; stretches of 5 s of one track, then 5 s of the other
  mov,                    ///< moov at the end
  mkv,                    ///< H.264, AAC; Cues at the end
  mkv_live,               ///< unknown sizes, no Cues
  webm,                   ///< VP8, Vorbis
  avi,                    ///< MPEG-4 part 2, MP3
  flv,                    ///< H.264, AAC
  ts,                     ///< H.264, AAC
  mp3,
  flac,
  ogg,  ///< Vorbis
};

/// 320 x 180. Frame n carries its number, see frame_number(), and is shown at n / fps seconds; the audio is a tone.
struct MediaSpec {
  Container container = Container::mp4;
  int seconds = 10;
  int fps = 25;
  int gop = 25;    ///< frames from key frame to key frame
  int kbit = 500;  ///< of the video, kept up with noise
};

/// Path of the file, made if it is not there yet. Throws std::runtime_error with what ffmpeg says.
std::filesystem::path media_file(MediaSpec const& spec);
/// The same with defaults.
std::filesystem::path media_file(Container container, int seconds = 10);

/// The number that a frame of any size carries, from its luma (GRAY8, or the first plane of I420, NV12 …); nullopt if
/// this is none of our frames.
std::optional<int> frame_number(std::span<std::uint8_t const> luma, std::size_t stride, int width, int height);

}  // namespace support
