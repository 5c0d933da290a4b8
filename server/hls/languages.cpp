// SPDX-License-Identifier: LGPL-2.1-or-later
// A table of our own: libgsttag's names depend on the locale and on an installed package.
#include "hls/languages.hpp"

#include <glib.h>

#include <algorithm>
#include <array>

namespace hls {
namespace {

struct Language {
  std::string_view tag;
  std::string_view name;
  std::string_view others;  ///< ISO 639-2/T and /B, names in use; each between spaces, '_' for a space within
};

constexpr std::array languages{
    Language{"af", "Afrikaans", " afr "},
    Language{"am", "Amharic", " amh "},
    Language{"ar", "Arabic", " ara arab العربية "},
    Language{"az", "Azerbaijani", " aze azeri "},
    Language{"be", "Belarusian", " bel "},
    Language{"bg", "Bulgarian", " bul български "},
    Language{"bn", "Bengali", " ben bangla "},
    Language{"bs", "Bosnian", " bos bosanski "},
    Language{"ca", "Catalan", " cat català "},
    Language{"cs", "Czech", " ces cze cz čeština cesky "},
    Language{"cy", "Welsh", " cym wel "},
    Language{"da", "Danish", " dan dk dansk "},
    Language{"de", "German", " deu ger deutsch "},
    Language{"el", "Greek", " ell gre gr ελληνικά "},
    Language{"en", "English", " eng englisch anglais inglés ingles "},
    Language{"eo", "Esperanto", " epo "},
    Language{"es", "Spanish", " spa esp español espanol castellano castilian spanisch "},
    Language{"et", "Estonian", " est eesti "},
    Language{"eu", "Basque", " eus baq euskara "},
    Language{"fa", "Persian", " fas per farsi فارسی "},
    Language{"fi", "Finnish", " fin suomi "},
    Language{"fil", "Filipino", " tgl tl tagalog pilipino "},
    Language{"fr", "French", " fra fre français francais französisch vff vf vostfr "},
    Language{"ga", "Irish", " gle gaelic "},
    Language{"gl", "Galician", " glg galego "},
    Language{"gu", "Gujarati", " guj "},
    Language{"he", "Hebrew", " heb iw עברית "},
    Language{"hi", "Hindi", " hin हिन्दी "},
    Language{"hr", "Croatian", " hrv scr hrvatski "},
    Language{"hu", "Hungarian", " hun magyar "},
    Language{"hy", "Armenian", " hye arm "},
    Language{"id", "Indonesian", " ind bahasa_indonesia "},
    Language{"is", "Icelandic", " isl ice íslenska "},
    Language{"it", "Italian", " ita italiano "},
    Language{"ja", "Japanese", " jpn jp jap 日本語 "},
    Language{"ka", "Georgian", " kat geo "},
    Language{"kk", "Kazakh", " kaz "},
    Language{"km", "Khmer", " khm "},
    Language{"kn", "Kannada", " kan "},
    Language{"ko", "Korean", " kor kr 한국어 "},
    Language{"la", "Latin", " lat "},
    Language{"lt", "Lithuanian", " lit lietuvių "},
    Language{"lv", "Latvian", " lav latviešu "},
    Language{"mk", "Macedonian", " mkd mac "},
    Language{"ml", "Malayalam", " mal "},
    Language{"mn", "Mongolian", " mon "},
    Language{"mr", "Marathi", " mar "},
    Language{"ms", "Malay", " msa may "},
    Language{"nb", "Norwegian Bokmål", " nob bokmål bokmal "},
    Language{"ne", "Nepali", " nep "},
    Language{"nl", "Dutch", " nld dut nederlands flemish "},
    Language{"nn", "Norwegian Nynorsk", " nno nynorsk "},
    Language{"no", "Norwegian", " nor norsk "},
    Language{"pa", "Punjabi", " pan "},
    Language{"pl", "Polish", " pol polski "},
    Language{"pt-BR", "Portuguese (Brazil)",
             " ptbr pb pob br brazilian brazilian_portuguese portuguese_brazilian portuguese_brazil "
             "português_do_brasil legendado "},
    Language{"pt", "Portuguese", " por português portugues portuguese_european european_portuguese "},
    Language{"ro", "Romanian", " ron rum română romana "},
    Language{"ru", "Russian", " rus русский "},
    Language{"si", "Sinhala", " sin "},
    Language{"sk", "Slovak", " slk slo slovenčina "},
    Language{"sl", "Slovenian", " slv slovene slovenščina "},
    Language{"sq", "Albanian", " sqi alb shqip "},
    Language{"sr", "Serbian", " srp scc srpski српски "},
    Language{"sv", "Swedish", " swe se svenska "},
    Language{"sw", "Swahili", " swa "},
    Language{"ta", "Tamil", " tam "},
    Language{"te", "Telugu", " tel "},
    Language{"th", "Thai", " tha ไทย "},
    Language{"tr", "Turkish", " tur türkçe turkce "},
    Language{"uk", "Ukrainian", " ukr ua українська "},
    Language{"ur", "Urdu", " urd "},
    Language{"uz", "Uzbek", " uzb "},
    Language{"vi", "Vietnamese", " vie vn tiếng_việt "},
    Language{"zh-Hans", "Chinese (simplified)",
             " chs gb zh-cn zh-sg zhs sc simplified simplified_chinese chinese_simplified 简体 简体中文 简中 "},
    Language{"zh-Hant", "Chinese (traditional)",
             " cht big5 zh-tw zh-hk zht tc traditional traditional_chinese chinese_traditional 繁體 繁体 繁體中文 "},
    Language{"zh", "Chinese", " zho chi chinese 中文 mandarin cantonese "},
    Language{"es-419", "Spanish (Latin America)",
             " lat-am latino latin_american latin_american_spanish spanish_latin_american spanish_latin_america es-la "
             "es-mx "},
};

std::string lower(std::string_view text) {
  std::string low(text);
  std::transform(low.begin(), low.end(), low.begin(), [](char c) { return c == ' ' ? '_' : g_ascii_tolower(c); });
  return low;
}

bool is_letters(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return g_ascii_isalpha(c); });
}

}  // namespace

std::string language_tag(std::string_view name) {
  if (name.empty() || name.size() > 40 || name.find(' ') == 0) return {};
  auto const low = lower(name);
  for (auto const& language : languages) {
    if (low == lower(language.tag) || low == lower(language.name) ||
        language.others.find(" " + low + " ") != language.others.npos) {
      return std::string(language.tag);
    }
  }
  // "en-US", "pt_PT": a language with a region or script.
  auto const dash = low.find_first_of("-_");
  if (dash == low.npos) return {};
  auto const base = std::string_view(low).substr(0, dash);
  auto const region = std::string_view(low).substr(dash + 1);
  if (base.size() > 3 || !is_letters(region) || (region.size() != 2 && region.size() != 4)) return {};
  auto tag = language_tag(base);
  if (tag.empty()) return {};
  if (region.size() == 2) {
    auto const dashed = std::string(base) + "-" + std::string(region);
    if (dashed != low) {
      auto const known = language_tag(dashed);
      if (!known.empty()) return known;
    }
  }
  tag += "-";
  for (std::size_t i = 0; i < region.size(); ++i) {
    tag += region.size() == 2 || i == 0 ? g_ascii_toupper(region[i]) : region[i];
  }
  return tag;
}

std::string language_name(std::string_view tag) {
  auto const low = lower(tag);
  for (auto const& language : languages) {
    if (low == lower(language.tag)) return std::string(language.name);
  }
  auto const dash = tag.find('-');
  if (dash == tag.npos) return std::string(tag);
  return language_name(tag.substr(0, dash)) + " (" + std::string(tag.substr(dash + 1)) + ")";
}

}  // namespace hls
