// SPDX-License-Identifier: LGPL-2.1-or-later
// The page for old TVs: ES5 and XMLHttpRequest.
(function () {
  'use strict';
})();
