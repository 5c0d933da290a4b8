// SPDX-License-Identifier: LGPL-2.1-or-later
import Hls from '/web/hls.js';

document.querySelector('main').textContent = 'hls.js ' + Hls.version;
