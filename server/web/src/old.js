// SPDX-License-Identifier: LGPL-2.1-or-later
// ES5: sends browsers that the page asks too much of (TVs of before 2022 or so) to the plain one.
(function () {
  'use strict';
  var fits = 'noModule' in document.createElement('script') && window.CSS && CSS.supports &&
    CSS.supports('aspect-ratio', '1') && window.ReadableStream && window.AbortController;
  if (!fits) location.replace('/web/plain.html' + location.search);
})();
