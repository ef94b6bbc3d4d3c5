"use strict";

const place = document.getElementById("redoc");
Redoc.init(place.dataset.specification, { disableSearch: false, hideDownloadButton: false }, place);
